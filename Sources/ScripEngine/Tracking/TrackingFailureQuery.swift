import ScripCore

/// Which failures are wanted.
public struct TrackingFailureQuery: Sendable, Hashable {
    /// Only with this status.
    public var status: TrackingFailure.Status?
    /// Only for this reason.
    public var reason: String?
    /// Only of this account.
    public var account: String?
    /// Only with a smaller number.
    public var before: Int64?
    /// How many at most.
    public var limit: Int

    /// The newest failures.
    public init(
        status: TrackingFailure.Status? = .open, reason: String? = nil, account: String? = nil, before: Int64? = nil,
        limit: Int = 50
    ) {
        self.status = status
        self.reason = reason
        self.account = account
        self.before = before
        self.limit = limit
    }

    /// Whether a failure is wanted.
    public func matches(_ failure: TrackingFailure) -> Bool {
        if let status, failure.status != status { return false }
        if let reason, failure.reason != reason { return false }
        if let account, failure.account != account { return false }
        if let before, failure.number >= before { return false }
        return true
    }
}
