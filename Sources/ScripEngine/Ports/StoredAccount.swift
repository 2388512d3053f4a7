import ScripCore

/// An idempotency key and the account in whose journal it is looked for.
public struct AccountKey: Sendable, Hashable {
    /// Which account.
    public var account: AccountID
    /// Which key.
    public var key: IdempotencyKey

    /// A key of an account.
    public init(account: AccountID, key: IdempotencyKey) {
        self.account = account
        self.key = key
    }
}

/// An account as a store keeps it.
public struct StoredAccount: Sendable, Hashable {
    /// What its journal says.
    public var state: AccountState
    /// What is known of the people behind it; never in the journal, so that it can be erased.
    public var profile: Profile

    /// An account.
    public init(state: AccountState, profile: Profile = Profile()) {
        self.state = state
        self.profile = profile
    }
}

/// Names and addresses of people, and the caller's own data.
public struct Profile: Sendable, Hashable {
    /// A name to show.
    public var name: String?
    /// Where to write to.
    public var email: String?
    /// The caller's own data, as compact JSON of an object.
    public var metadata: String?

    /// What is known.
    public init(name: String? = nil, email: String? = nil, metadata: String? = nil) {
        self.name = name
        self.email = email
        self.metadata = metadata
    }
}

/// What became of one account in a transaction.
public struct AccountUpdate: Sendable {
    /// The account after it. Its ``AccountState/closedUsage`` is to be added to the usage totals of earlier days, and
    /// its ``AccountState/closedHours`` to those of hours.
    public var state: AccountState
    /// The new entries of its journal, in order.
    public var entries: [SealedEntry]

    /// An update.
    public init(state: AccountState, entries: [SealedEntry]) {
        self.state = state
        self.entries = entries
    }
}
