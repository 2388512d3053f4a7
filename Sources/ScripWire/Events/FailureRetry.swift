import ScripCore
import ScripEngine
import ScripIngest
import ScripJSON

/// Tries again to record what could not be recorded or priced.
package enum FailureRetry {
    /// Tries one failure again.
    /// - Parameter mended: the event to record in its place; the one that was kept if absent.
    /// - Throws: ``ValidationError`` when it is closed already, or when nothing can be recorded without a mended event.
    package static func replay(
        _ failure: TrackingFailure, mended: JSONValue?, in engine: Engine, origin: Origin
    ) async throws -> EventTracking.Result {
        if failure.status != .open {
            throw ValidationError([.init(pointer: "failure", detail: "is \(failure.status.rawValue) already")])
        }
        if failure.format == .entry, mended == nil { return try await rate(failure, in: engine, origin: origin) }
        let event = try mended.map { ReceivedEvent(plain: $0) } ?? kept(failure).kept(as: failure)
        guard var result = try await EventTracking.track([event], in: engine, origin: origin).first else {
            throw EngineError.overloaded
        }
        if result.status == .failed {
            // A mended event has a name of its own; the failure it was to replace still waits.
            return result
        }
        let entry = result.outcome.flatMap { outcome in outcome.entry?.entry.id.text(in: outcome.state.tag) }
        let now = engine.clock.now()
        // The event is recorded by now. A failure that still waits is recognised when it is tried again.
        do {
            _ = try await engine.changeTrackingFailure(failure.id, origin: origin) { failure in
                failure.status = .resolved
                failure.entry = entry
                failure.lastAttemptAt = now
                failure.attempts = failure.attempts.addingClamped(1)
            }
        } catch {
            engine.warn("the event of a tracking failure was recorded, but the failure is still open", error)
        }
        if result.failure == nil { result.failure = failure.id }
        return result
    }

    private static func kept(_ failure: TrackingFailure) throws -> ReceivedEvent {
        let bytes = Array(failure.event.utf8)
        // Of an event that was cut the rest is missing, and it can be read no more.
        if let value = try? JSONValue.parse(bytes) {
            switch failure.format {
            case .plain: return ReceivedEvent(plain: value)
            case .cloudEvent: return ReceivedEvent(cloudEvent: try CloudEvents.structured(bytes))
            case .span:
                if let event = ReceivedEvent(spanBody: value) { return event }
            case .text, .entry: break
            }
        }
        throw ValidationError([
            .init(pointer: "#/event", detail: "is required: the stored event cannot be recorded as it is")
        ])
    }

    /// Prices usage that was recorded without a price.
    private static func rate(
        _ failure: TrackingFailure, in engine: Engine, origin: Origin
    ) async throws -> EventTracking.Result {
        guard let line = failure.entry, let account = failure.account.flatMap({ AccountID($0) }),
            let entry = EntryID(line, in: AccountTag(account))
        else { throw Rejection.entryNotFound }
        var origin = origin
        origin.idempotencyKey = IdempotencyKey(unchecked: "rate-later:\(line)", owner: .system)
        origin.requestDigest = Digest(of: Array(line.utf8))
        do {
            let outcome = try await engine.submit(
                Command(account: account, intent: .rateLater(entry), origin: origin))
            if outcome.isDemo {
                // An account for demonstration is never charged, so there is nothing to wait for.
                let now = engine.clock.now()
                _ = try await engine.changeTrackingFailure(failure.id, origin: origin) { failure in
                    failure.status = .resolved
                    failure.lastAttemptAt = now
                    failure.attempts = failure.attempts.addingClamped(1)
                }
                return EventTracking.Result(
                    id: failure.eventID, status: .demo, outcome: outcome, failure: failure.id)
            }
            return EventTracking.Result(
                id: failure.eventID, status: outcome.isRepeat ? .duplicate : .charged, outcome: outcome,
                failure: failure.id)
        } catch let refusal as Rejection {
            let now = engine.clock.now()
            _ = try await engine.changeTrackingFailure(failure.id) { failure in
                failure.lastAttemptAt = now
                failure.attempts = failure.attempts.addingClamped(1)
            }
            return EventTracking.Result(id: failure.eventID, status: .failed, error: refusal, failure: failure.id)
        }
    }
}
