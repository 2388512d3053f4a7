import ScripCore
import ScripEngine
import ScripJSON

/// What became of usage events, as the API and the command line both say it.
extension JSONWriter {
    /// Writes the members of what became of one event.
    package mutating func trackingResult(_ result: EventTracking.Result) {
        member("id", result.id)
        member("status", result.status.rawValue)
        if let entry = result.outcome?.entry?.entry, let tag = result.outcome?.state.tag {
            member("entry") { $0.entry(entry, tag: tag) }
        }
        if let error = result.error {
            name("error")
            Problem.describing(error).write(into: &self)
        }
        if let failure = result.failure { member("failure", failure) }
    }

    /// Writes the members of a tracking failure.
    package mutating func trackingFailure(_ failure: TrackingFailure) {
        member("id", failure.id)
        member("status", failure.status.rawValue)
        member("reason", failure.reason)
        member("detail", failure.detail)
        member("event_id", failure.eventID)
        member("account", failure.account)
        member("format", failure.format.rawValue)
        member("action", failure.action)
        member("sender", failure.sender)
        let whole = failure.whole ?? WholeEvent(failure.event)
        member("event_bytes", whole.byteCount)
        member("event_sha256", whole.digest.description)
        member("event_is_whole", failure.whole == nil)
        name("event")
        if let value = try? JSONValue.parse(Array(failure.event.utf8)) {
            self.value(value)
        } else {
            string(failure.event)
        }
        member("entry", failure.entry)
        member("received_at", failure.receivedAt)
        member("last_attempt_at", failure.lastAttemptAt)
        member("attempts", failure.attempts)
    }
}
