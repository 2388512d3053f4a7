import ScripCore

/// An account as of a moment.
public struct AccountSnapshot: Sendable, Hashable {
    /// The account, advanced to ``at``.
    public var state: AccountState
    /// What is known of the people behind it.
    public var profile: Profile
    /// The moment.
    public var at: Timestamp

    /// An account as of a moment.
    public init(state: AccountState, profile: Profile, at: Timestamp) {
        self.state = state
        self.profile = profile
        self.at = at
    }
}
