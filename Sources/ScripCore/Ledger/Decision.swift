/// The result of deciding a command.
public struct Decision: Hashable, Sendable {
    /// The entries it wrote, in order. The last one carries the idempotency key.
    public var entries: [SealedEntry] = []
    /// The entry that answers the command; absent when nothing had to be written.
    public var answer: SealedEntry?
    /// The hold it placed or changed.
    public var hold: HoldReport?
    /// How many credits were taken back, where that was the command.
    public var takenBack: Credits?
    /// What enforcement would have refused.
    public var wouldDeny: Rejection?
    /// What it would have cost, for an account that is not charged.
    public var rating: Rating?
    /// Whether observe mode would have lifted a refusal for entitlement or balance.
    public var isObserved = false
    /// Whether nothing was done because the account is for demonstration.
    public var isDemo = false

    /// Makes a decision that does nothing.
    public init() {}
}

/// A hold as callers see it.
public struct HoldReport: Hashable, Sendable {
    /// Which one.
    public var id: HoldID
    /// Which credits.
    public var creditType: CreditTypeID
    /// What became of it.
    public var status: HoldStatus
    /// How much it reserved.
    public var amount: Credits
    /// How much was charged in the end.
    public var captured: Credits?
    /// When it ends by itself.
    public var expiresAt: Timestamp
    /// What the work is.
    public var action: ActionID?

    /// Makes a report of a hold.
    public init(_ hold: Hold, status: HoldStatus = .open, captured: Credits? = nil) {
        id = hold.id
        creditType = hold.creditType
        self.status = status
        amount = hold.amount
        self.captured = captured
        expiresAt = hold.expiresAt
        action = hold.action
    }
}

/// What a decision needs besides the state: the clock, the catalog, and the journal entries that it refers to.
public struct DecisionContext {
    /// The moment of the decision.
    public var now: Timestamp
    /// The catalog's versions.
    public var catalogs: CatalogHistory
    /// Looks up an entry of the account's journal.
    public var entry: (Int64) -> Entry?
    /// Looks up the latest entry about another one: a hold's end, a charge's last refund, a grant's end.
    public var latestEntry: (_ about: Int64) -> Entry?
    /// Fetches the price book of a version that is not in memory.
    public var book: PriceBookFetch

    /// Makes a context. Without the look-ups, no price books and earlier entries are found.
    public init(
        now: Timestamp, catalogs: CatalogHistory, book: @escaping PriceBookFetch = { (_) throws(Rejection) in nil },
        entry: @escaping (Int64) -> Entry? = { _ in nil },
        latestEntry: @escaping (_ about: Int64) -> Entry? = { _ in nil }
    ) {
        self.now = now
        self.catalogs = catalogs
        self.book = book
        self.entry = entry
        self.latestEntry = latestEntry
    }

    /// The catalog in force now.
    public var catalog: Catalog { catalogs.inForce(at: now) }
}
