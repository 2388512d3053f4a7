import ScripAPI
import ScripCore
import ScripEngine
import ScripJSON
import ScripProviders

/// Records usage that happened. What cannot be recorded is kept as a tracking failure, and the rest goes through.
package enum EventTracking {
    /// How many events are handed to the ledger at once.
    static let mostAtOnce = 1_000

    /// What became of one event.
    package struct Result: Sendable {
        /// What became of it.
        package enum Status: String, Sendable, CaseIterable {
            /// It was charged.
            case charged
            /// It was recorded, and is charged when its model has a price.
            case unrated
            /// It came before.
            case duplicate
            /// Its account is for demonstration.
            case demo
            /// It could not be recorded.
            case failed
        }

        /// The event's own id.
        package var id: String?
        /// What became of it.
        package var status: Status
        /// What the ledger answered.
        package var outcome: Outcome?
        /// Why it could not be recorded.
        package var error: (any Error)?
        /// The tracking failure that keeps it.
        package var failure: String?

        package init(
            id: String?, status: Status, outcome: Outcome? = nil, error: (any Error)? = nil, failure: String? = nil
        ) {
            self.id = id
            self.status = status
            self.outcome = outcome
            self.error = error
            self.failure = failure
        }

        /// Why it could not be recorded, as a sentence.
        package var problemDetail: String? {
            error.map { ErrorResponse.problem(for: $0, path: "").problem.detail }
        }
    }

    /// Records events, each with its own result, in order.
    /// - Parameter origin: who sends them.
    /// - Throws: when failures could not be kept; then nothing is said of any event, and all may be sent again.
    package static func track(
        _ events: [ReceivedEvent], in engine: Engine, origin: Origin
    ) async throws -> [Result] {
        var results: [Result] = []
        var failures: [TrackingFailure] = []
        for start in stride(from: 0, to: events.count, by: mostAtOnce) {
            let part = events[start..<min(start + mostAtOnce, events.count)]
            let prepared = part.map { event in Swift.Result { try command(for: event, actor: origin.actor) } }
            var answers = await engine.submit(prepared.compactMap { try? $0.get().command }).makeIterator()
            for (event, prepared) in zip(part, prepared) {
                let id = (try? prepared.get().id) ?? event.id
                let answer = prepared.flatMap { _ in answers.next() ?? .failure(EngineError.overloaded) }
                var result = EventTracking.result(id: id, answer)
                if let failure = failure(of: event, id: id, result, at: engine.clock.now()) {
                    result.failure = failure.id
                    failures.append(failure)
                }
                results.append(result)
            }
        }
        try await engine.keep(failures)
        do {
            if try await engine.openTrackingFailureCount(limit: 1) > 0 {
                try await engine.resolveTrackingFailures(
                    zip(events, results).flatMap { recorded($0, $1) }, origin: origin)
            }
        } catch {
            // The events are recorded. A failure that is still open is closed when it is tried again.
            engine.warn("failures of events that are recorded now stay open", error)
        }
        return results
    }

    /// What an event would have been kept as, had it failed before, or had it failed for want of an account; and the
    /// line that records it now. An event that its id does not tell from those of other accounts resolves none without
    /// an account: that may be another's.
    private static func recorded(_ event: ReceivedEvent, _ result: Result) -> [(failure: String, entry: String)] {
        guard result.status == .charged || result.status == .unrated || result.status == .duplicate,
            let outcome = result.outcome, let entry = outcome.entry?.entry
        else { return [] }
        let line = entry.id.text(in: outcome.state.tag)
        let failure = event.failureID(eventID: result.id)
        guard let id = result.id, event.isNamedByID, event.account != nil else { return [(failure, line)] }
        return [(failure, line), (TrackingFailure.id(eventID: id, account: nil, event: ""), line)]
    }

    private static func command(for event: ReceivedEvent, actor: String?) throws -> (id: String, command: Command) {
        let value = try event.body.get()
        let request = try UsageEventRequest(json: CutMetadata.cut(in: value))
        let reported = try Conversions.reported(request.usage)
        guard let id = request.id ?? reported?.responseID else {
            throw ValidationError([.init(pointer: "#/id", detail: "is required, as the response has no id of its own")])
        }
        var origin = Origin(actor: actor)
        origin.idempotencyKey = try Conversions.key(ofEvent: id)
        var content = JSONWriter()
        if event.isNamedByID || request.id == nil { content.string(id) } else { content.value(value) }
        origin.requestHash = Hash(of: content.bytes)
        let account: AccountID = try Conversions.identifier(request.account, "account")
        let usage = try Conversions.usage(request.usage, reported: reported)
        return (id, Command(account: account, intent: .track(usage), origin: origin))
    }

    private static func result(id: String?, _ answer: Swift.Result<Outcome, any Error>) -> Result {
        switch answer {
        case .success(let outcome):
            var result = Result(id: id, status: .charged, outcome: outcome)
            if outcome.isDemo {
                result.status = .demo
            } else if outcome.isReplay {
                result.status = .duplicate
            } else if let entry = outcome.entry?.entry, entry.rating?.priced == .unrated {
                result.status = .unrated
                let line = entry.id.text(in: outcome.state.tag)
                result.failure = TrackingFailure.id(unratedLine: line)
            }
            return result
        case .failure(let error): return Result(id: id, status: .failed, error: error)
        }
    }

    /// What is kept of an event that could not be recorded; `nil` when it was, or when it may simply be sent again.
    private static func failure(
        of event: ReceivedEvent, id: String?, _ result: Result, at moment: Timestamp
    ) -> TrackingFailure? {
        guard let error = result.error else { return nil }
        if !(error is Rejection || error is ValidationError || error is JSONSyntaxError) { return nil }
        let problem = ErrorResponse.problem(for: error, path: "").problem
        return TrackingFailure(
            id: event.failureID(eventID: id), reason: problem.code, detail: problem.detail, eventID: id,
            account: event.account, format: event.format, event: event.kept, at: moment
        )
    }
}
