/// The terms of a grant: what was given, and until when.
public struct GrantTerms: Hashable, Sendable {
    /// Where the credits came from.
    public var source: GrantSource
    /// How much was given.
    public var amount: Credits
    /// Which grant pays first: the lower number.
    public var priority: Int32
    /// From when the credits may be used.
    public var effectiveAt: Timestamp
    /// Until when they may be used; `nil` for ever.
    public var expiresAt: Timestamp?

    /// A grant's terms.
    public init(
        source: GrantSource, amount: Credits, priority: Int32, effectiveAt: Timestamp, expiresAt: Timestamp?
    ) {
        self.source = source
        self.amount = amount
        self.priority = priority
        self.effectiveAt = effectiveAt
        self.expiresAt = expiresAt
    }
}

/// A grant with what is left of it.
public struct Grant: Hashable, Sendable {
    /// The id: the entry that recorded the grant.
    public let id: GrantID
    /// What was given, and until when; the end of an allowance's grant moves with the period.
    public internal(set) var terms: GrantTerms
    /// What is left, including what is held.
    public internal(set) var remaining: Credits
    /// How much of what is left is reserved by open holds.
    public internal(set) var held: Credits
    /// How much of what is held ends as soon as its holds close, because it was taken back while holds reserved it.
    public internal(set) var lapsing: Credits
    /// Whether the grant has expired and stays only to serve open holds.
    public internal(set) var hasExpired: Bool
    /// Whether it waits for its `effective_at`.
    public internal(set) var isScheduled: Bool

    /// A grant as it stands.
    public init(
        id: GrantID, terms: GrantTerms, remaining: Credits, held: Credits = .zero, lapsing: Credits = .zero,
        hasExpired: Bool = false, isScheduled: Bool = false
    ) {
        self.id = id
        self.terms = terms
        self.remaining = remaining
        self.held = held
        self.lapsing = lapsing
        self.hasExpired = hasExpired
        self.isScheduled = isScheduled
    }

    /// What a charge or a hold may take now.
    public var free: Credits {
        if hasExpired || isScheduled { return .zero }
        let left = Int128(remaining.nanocredits) - Int128(held.nanocredits) - Int128(lapsing.nanocredits)
        return Credits(clamping: max(0, left))
    }

    /// Whether it stays only to serve open holds: it has expired, or all that is left was taken back.
    public var isOver: Bool { hasExpired || (lapsing.isPositive && lapsing == remaining) }

    /// What holds gave back after it was taken back: it ends at once.
    var lapsed: Credits {
        let unheld = Int128(remaining.nanocredits) - Int128(held.nanocredits)
        return Credits(clamping: max(0, min(Int128(lapsing.nanocredits), unheld)))
    }

    /// Whether it belongs to an allowance and counts now, neither waiting nor over.
    var isCurrentAllowance: Bool { terms.source.isAllowance && !hasExpired && !isScheduled }

    /// Whether nothing is left that could ever be used.
    var isClosed: Bool { remaining.isZero && held.isZero && !isScheduled }

    /// Burn order: priority, then earliest expiry, then oldest.
    static func paysBefore(_ left: Grant, _ right: Grant) -> Bool {
        if left.terms.priority != right.terms.priority { return left.terms.priority < right.terms.priority }
        let leftEnd = left.terms.expiresAt ?? Timestamp(microseconds: .max)
        let rightEnd = right.terms.expiresAt ?? Timestamp(microseconds: .max)
        if leftEnd != rightEnd { return leftEnd < rightEnd }
        return left.id < right.id
    }
}
