import ScripCore

/// How often an account was denied something for one reason within an hour. Denials show who reaches limits.
///
/// Invalid requests do not count, and neither do refusals that observe mode only reports.
public struct Denial: Sendable, Hashable {
    /// What was asked for.
    public enum Operation: String, Sendable, Hashable, CaseIterable {
        /// A charge.
        case charge
        /// A hold.
        case hold
        /// A capture.
        case capture
        /// A check before a charge.
        case check
    }

    /// The properties by which denials are told apart.
    public struct Subject: Sendable, Hashable {
        /// Whose.
        public var account: AccountID
        /// Who acted on behalf of the account.
        public var user: String?
        /// What was to be done.
        public var action: ActionID?
        /// What was asked for.
        public var operation: Operation
        /// The stable code of the reason.
        public var reason: String
        /// Which credits were missing, if credits were.
        public var creditType: CreditTypeID?

        /// Makes the subject of denials.
        public init(
            account: AccountID, user: String?, action: ActionID?, operation: Operation, reason: String,
            creditType: CreditTypeID?
        ) {
            self.account = account
            self.user = user
            self.action = action
            self.operation = operation
            self.reason = reason
            self.creditType = creditType
        }
    }

    /// The id, `dn_` and a digest of the subject and the hour.
    public var id: String
    /// What tells it from others.
    public var subject: Subject
    /// How often, at least once.
    public var count: Int64
    /// When it happened first in the hour.
    public var firstAt: Timestamp
    /// When it happened last.
    public var lastAt: Timestamp
    /// How much was needed the last time, if credits were missing.
    public var required: Credits?
    /// How much could have been taken the last time.
    public var available: Credits?
    /// Who asked the last time.
    public var actor: String?
    /// The last request's id, to find it in the log.
    public var requestID: String?

    private static let microsecondsPerHour: Int64 = 3_600_000_000

    /// A denial as a store keeps it.
    public init(id: String, subject: Subject, count: Int64, firstAt: Timestamp, lastAt: Timestamp) {
        self.id = id
        self.subject = subject
        self.count = count
        self.firstAt = firstAt
        self.lastAt = lastAt
    }

    /// A denial that just happened.
    init(_ subject: Subject, at moment: Timestamp) {
        let hour = moment.microseconds / Denial.microsecondsPerHour
        let words = [
            subject.account.rawValue, String(hour), subject.operation.rawValue, subject.reason,
            subject.action?.rawValue ?? "", subject.creditType?.rawValue ?? "", subject.user ?? "",
        ]
        // Each word stands after its length, so that no two subjects are spelled alike.
        let text = words.map { "\($0.utf8.count):\($0)" }.joined()
        self.init(
            id: "dn_\(Digest(of: Array(text.utf8)).description.prefix(24))", subject: subject, count: 1,
            firstAt: moment,
            lastAt: moment)
    }

    /// The sum of both denials. Where they differ, the later one counts.
    func adding(_ other: Denial) -> Denial {
        var sum = lastAt <= other.lastAt ? other : self
        sum.count = count.addingClamped(other.count)
        sum.firstAt = min(firstAt, other.firstAt)
        return sum
    }
}

/// Which denials are wanted.
public struct DenialQuery: Sendable, Hashable {
    /// Where a page ended.
    public struct Place: Sendable, Hashable {
        /// When the last one began.
        public var firstAt: Timestamp
        /// Its id.
        public var id: String

        /// Makes the place where a page ended.
        public init(firstAt: Timestamp, id: String) {
            self.firstAt = firstAt
            self.id = id
        }
    }

    /// Only of this account.
    public var account: AccountID?
    /// Only of this action.
    public var action: ActionID?
    /// Only for this reason.
    public var reason: String?
    /// Only what happened last at this moment or later.
    public var from: Timestamp?
    /// Only what happened first before this moment.
    public var to: Timestamp?
    /// Only what comes after the end of an earlier page.
    public var before: Place?
    /// How many at most.
    public var limit: Int

    /// The newest denials.
    public init(account: AccountID? = nil, limit: Int = 50) {
        self.account = account
        self.limit = limit
    }

    /// Whether a denial is wanted.
    public func matches(_ denial: Denial) -> Bool {
        if let account, denial.subject.account != account { return false }
        if let action, denial.subject.action != action { return false }
        if let reason, denial.subject.reason != reason { return false }
        if let from, denial.lastAt < from { return false }
        if let to, denial.firstAt >= to { return false }
        if let before, (denial.firstAt, denial.id) >= (before.firstAt, before.id) { return false }
        return true
    }
}

extension Denial {
    /// Where a page ends that ends with it.
    public var place: DenialQuery.Place { DenialQuery.Place(firstAt: firstAt, id: id) }
}
