/// What one entry of a journal records.
public enum EntryKind: String, Hashable, Sendable, CaseIterable {
    /// The account was opened, or its settings changed.
    case account
    /// The account's plan changed, or what is to become of it.
    case subscription
    /// A period of an allowance began, or its amount changed.
    case allowance
    /// Credits were given, or a scheduled grant became effective.
    case grant
    /// Credits were promised for later.
    case grantScheduled = "grant_scheduled"
    /// What was left of a grant ended with its time.
    case grantExpired = "grant_expired"
    /// What was left of a grant was taken back by hand.
    case grantVoided = "grant_voided"
    /// Credits were taken for an action.
    case charge
    /// Credits were reserved.
    case hold
    /// A hold's end was moved.
    case holdExtended = "hold_extended"
    /// A hold was captured: the true amount was charged.
    case capture
    /// A hold's credits went back unused.
    case release
    /// A hold's time ran out and its credits went back.
    case holdExpired = "hold_expired"
    /// A charge was given back, whole or in part.
    case refund
    /// Credits were added or taken by hand.
    case adjustment
    /// Debt was forgiven because observe mode ended.
    case writeOff = "write_off"
    /// Names and texts of the entries before it were erased, and the entries chained anew.
    case erasure
    /// A command with an idempotency key changed nothing; the entry keeps the key, and moves nothing.
    case noted

    /// Whether the entry records usage that was paid for.
    public var isCharge: Bool { self == .charge || self == .capture }
}
