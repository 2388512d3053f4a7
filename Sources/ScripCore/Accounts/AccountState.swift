/// Everything that the ledger knows about one account. Replaying the journal gives the same state.
public struct AccountState: Hashable, Sendable {
    /// The largest number of an entry: more than a database has room for, and so few that the next number is one, too.
    public static let largestSequence: Int64 = 1 << 62

    /// The caller's id of the account.
    public let id: AccountID
    /// What stands for the account inside ids.
    public let tag: AccountTag
    /// When the account was opened.
    public internal(set) var openedAt: Timestamp
    /// What decides how it is charged.
    public internal(set) var settings: AccountSettings
    /// Its plan.
    public internal(set) var subscription: Subscription
    /// Its balances, by credit type.
    public internal(set) var typeBalances: [TypeBalance]
    /// Its open holds, oldest first.
    public internal(set) var holds: [Hold]
    /// The number of its last entry.
    public internal(set) var seq: Int64
    /// The digest of its last entry.
    public internal(set) var lastDigest: Digest
    /// When its last entry was written.
    public internal(set) var lastRecordedAt: Timestamp
    /// Usage totals of the latest day with usage.
    public internal(set) var usageDay: UsageDay
    /// Usage totals that no longer change here, to be added to what the store keeps of earlier days.
    public internal(set) var closedUsage: [UsageTotals]
    /// Hourly totals that wait; `nil` where an earlier version kept the account, which did not count them.
    public internal(set) var usageHours: UsageHours?
    /// Hourly totals that no longer change here, to be added to what the store keeps.
    public internal(set) var closedHours: [HourlyUsage]

    /// An account before its first entry.
    public init(id: AccountID) {
        self.id = id
        tag = AccountTag(id)
        openedAt = .earliest
        settings = AccountSettings(anchor: .earliest)
        subscription = Subscription(plan: nil, startedAt: .earliest)
        typeBalances = []
        holds = []
        seq = 0
        lastDigest = .none
        lastRecordedAt = .earliest
        usageDay = UsageDay(day: 0)
        closedUsage = []
        usageHours = UsageHours()
        closedHours = []
    }

    /// An account as a store kept it.
    public init(
        id: AccountID, openedAt: Timestamp, settings: AccountSettings, subscription: Subscription,
        typeBalances: [TypeBalance], holds: [Hold], seq: Int64, lastDigest: Digest, lastRecordedAt: Timestamp,
        usageDay: UsageDay, usageHours: UsageHours? = nil
    ) {
        self.id = id
        tag = AccountTag(id)
        self.openedAt = openedAt
        self.settings = settings
        self.subscription = subscription
        self.typeBalances = typeBalances
        self.holds = holds
        self.seq = seq
        self.lastDigest = lastDigest
        self.lastRecordedAt = lastRecordedAt
        self.usageDay = usageDay
        closedUsage = []
        self.usageHours = usageHours
        closedHours = []
    }

    /// Whether the account was ever opened.
    public var exists: Bool { seq > 0 }

    /// The balance of a credit type; empty when the account never had any.
    public func typeBalance(of creditType: CreditTypeID) -> TypeBalance {
        typeBalances.first { $0.creditType == creditType } ?? TypeBalance(creditType: creditType)
    }

    /// Takes over the usage totals of days that no longer change here. ``closedHours`` go, too.
    public mutating func takeClosedUsage() -> [UsageTotals] {
        defer { (closedUsage, closedHours) = ([], []) }
        return closedUsage
    }

    /// How many grants are open, over all credit types.
    public var openGrantCount: Int { typeBalances.reduce(0) { $0 + $1.grants.count } }

    mutating func withBalance<R>(of creditType: CreditTypeID, _ change: (inout TypeBalance) -> R) -> R {
        if let index = typeBalances.firstIndex(where: { $0.creditType == creditType }) {
            return change(&typeBalances[index])
        }
        let place = typeBalances.firstIndex { creditType < $0.creditType } ?? typeBalances.endIndex
        typeBalances.insert(TypeBalance(creditType: creditType), at: place)
        return change(&typeBalances[place])
    }
}
