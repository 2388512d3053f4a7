import ScripCore

/// The result of a command, as of the moment when it was decided.
public struct Outcome: Sendable, Hashable {
    /// Whether this repeats the result of an earlier command with the same idempotency key.
    public var isRepeat = false
    /// The entry that answers the command; absent when nothing had to be written.
    public var entry: SealedEntry?
    /// The account after the command.
    public var state: AccountState
    /// The moment of the decision.
    public var decidedAt: Timestamp
    /// The hold it placed or changed.
    public var hold: HoldReport?
    /// What enforcement would have refused.
    public var wouldDeny: Rejection?
    /// What it cost, or would have cost.
    public var rating: Rating?
    /// Whether a refusal for entitlement or balance would not have been carried out.
    public var isObserved = false
    /// Whether nothing was done because the account is for demonstration.
    public var isDemo = false

    /// Makes an outcome from a decision and the account after it.
    public init(entry: SealedEntry?, state: AccountState, decidedAt: Timestamp) {
        self.entry = entry
        self.state = state
        self.decidedAt = decidedAt
    }

    /// What a decision came to.
    init(_ decision: Decision, state: AccountState, decidedAt: Timestamp) {
        self.init(entry: decision.answer, state: state, decidedAt: decidedAt)
        hold = decision.hold
        wouldDeny = decision.wouldDeny
        rating = decision.rating
        isObserved = decision.isObserved
        isDemo = decision.isDemo
    }
}
