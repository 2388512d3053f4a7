import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// Writes the members of a denial.
    package mutating func denial(_ denial: Denial) {
        let subject = denial.subject
        member("id", denial.id)
        member("account", subject.account.rawValue)
        member("user", subject.user)
        member("action", subject.action?.rawValue)
        member("operation", subject.operation.rawValue)
        member("reason", subject.reason)
        member("credit_type", subject.creditType?.rawValue)
        member("required", denial.required)
        member("available", denial.available)
        member("count", denial.count)
        member("first_at", denial.firstAt)
        member("last_at", denial.lastAt)
        member("actor", denial.actor)
        member("request_id", denial.requestID)
    }
}
