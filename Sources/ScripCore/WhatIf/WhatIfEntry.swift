/// A charge or a capture beside what it would have been.
public struct WhatIfEntry: Hashable, Sendable {
    /// The entry's number in its account's journal.
    public var seq: Int64
    /// The action; `nil` for an amount without one.
    public var action: ActionID?
    /// Who ran the model, as the usage names it.
    public var provider: String?
    /// The model, as the usage names it.
    public var model: String?
    /// Which credits it took.
    public var creditType: CreditTypeID
    /// How many.
    public var charged: Credits
    /// What it would have come to.
    public var draft: DraftAmount
}

/// The first entry at which an account went below what its plan lets it.
public struct RunOut: Hashable, Sendable {
    /// The entry's number in the account's journal.
    public var seq: Int64
    /// When the entry was recorded.
    public var at: Timestamp
}

/// What was charged and what would have been, in one credit type.
public struct WhatIfSums: Hashable, Sendable {
    /// How many charges and captures took these credits.
    public var count: Int64 = 0
    /// What they took, in nanocredits.
    public var charged: Int128 = 0
    /// What would have been taken, in nanocredits.
    public var wouldCharge: Int128 = 0

    /// Sums of nothing.
    public init() {}

    /// What would have been taken less what was, in nanocredits.
    public var change: Int128 { wouldCharge - charged }

    mutating func add(_ other: WhatIfSums) {
        count += other.count
        charged += other.charged
        wouldCharge += other.wouldCharge
    }
}
