import ScripCore
import ScripEngine
import ScripJSON
import ScripUsageFormats

/// Records usage that happened. Events that cannot be recorded are kept as tracking failures; all others are recorded.
package enum EventTracking {
    /// How many events are handed to the ledger at once.
    static let maxAtOnce = 1_000

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
            error.map { Problem.describing($0).detail }
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
        var places: [String: [Int]] = [:]
        for start in stride(from: 0, to: events.count, by: maxAtOnce) {
            let part = events[start..<min(start + maxAtOnce, events.count)]
            let prepared = part.map { event in Swift.Result { try NamedEvent(event, origin: origin) } }
            var answers = await engine.submit(prepared.compactMap { try? $0.get().command })
                .makeIterator()
            for (event, prepared) in zip(part, prepared) {
                var answer = prepared.flatMap { _ in answers.next() ?? .failure(EngineError.overloaded) }
                var id = event.id
                if var named = try? prepared.get() {
                    answer = await named.resolved(answer, in: engine)
                    id = named.id
                }
                var result = EventTracking.result(id: id, answer)
                if let failure = failure(of: event, id: id, result, sender: origin.actor, at: engine.clock.now()) {
                    result.failure = failure.id
                    failures.append(failure)
                    places[failure.id, default: []].append(results.count)
                }
                results.append(result)
            }
        }
        for unkept in try await engine.keep(failures, requestID: origin.caller.requestID) {
            for place in places[unkept] ?? [] {
                (results[place].failure, results[place].error) = (nil, EngineError.failuresFull)
            }
        }
        // The events are recorded by now, so that what is only put in order must not make it look as if they were not.
        do {
            if try await engine.openTrackingFailureCount(limit: 1) > 0 {
                try await engine.resolveTrackingFailures(
                    zip(events, results).flatMap { recorded($0, $1) }, origin: origin)
            }
        } catch {
            engine.warn("events were recorded, but failures that they resolve are still open", error)
        }
        return results
    }

    /// What an event would have been kept as, had it failed before, with the line that records it now.
    private static func recorded(_ event: ReceivedEvent, _ result: Result) -> [RecordedEvent] {
        guard result.status == .charged || result.status == .unrated || result.status == .duplicate,
            let outcome = result.outcome, let entry = outcome.entry?.entry
        else { return [] }
        return event.failures(eventID: result.id, recordedAs: entry.id.text(in: outcome.state.tag))
    }

    private static func result(id: String?, _ answer: Swift.Result<Outcome, any Error>) -> Result {
        switch answer {
        case .success(let outcome):
            var result = Result(id: id, status: .charged, outcome: outcome)
            if outcome.isDemo {
                result.status = .demo
            } else if outcome.isRepeat {
                result.status = .duplicate
            } else if let entry = outcome.entry?.entry, entry.rating?.priced == .unrated {
                result.status = .unrated
                let line = entry.id.text(in: outcome.state.tag)
                result.failure = TrackingFailure.id(unratedEntry: line)
            }
            return result
        case .failure(let error): return Result(id: id, status: .failed, error: error)
        }
    }

    /// What is kept of an event that could not be recorded; `nil` when it was, or when it may simply be sent again.
    private static func failure(
        of event: ReceivedEvent, id: String?, _ result: Result, sender: String?, at moment: Timestamp
    ) -> TrackingFailure? {
        guard let error = result.error else { return nil }
        if !(error is Rejection || error is ValidationError || error is JSONSyntaxError) { return nil }
        let problem = Problem.describing(error)
        let kept = event.kept
        return TrackingFailure(
            id: event.failureID(eventID: id), reason: problem.code, detail: problem.detail, eventID: id,
            account: event.account, format: event.format, event: kept.text, whole: kept.whole, action: event.action,
            sender: sender, at: moment
        )
    }
}
