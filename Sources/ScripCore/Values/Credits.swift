/// An amount of credits, counted in nanocredits (1 credit = 1,000,000,000 nanocredits).
///
/// Arithmetic is checked: an operation whose result does not fit throws ``Rejection/amountOutOfRange``; it never
/// traps and never wraps.
public struct Credits: Hashable, Sendable, Comparable {
    /// The amount in nanocredits; negative for what is taken away.
    public let nanocredits: Int64

    /// No credits at all.
    public static let zero = Credits(nanocredits: 0)

    /// How many nanocredits make one credit.
    public static let nanocreditsPerCredit: Int64 = 1_000_000_000

    /// The largest amount one command may move: one billion credits.
    public static let largestMovement = Credits(nanocredits: 1_000_000_000_000_000_000)

    /// The most credits of one type that an account's grants may hold together, and the most that its debt and holds
    /// beyond the balance may come to: some eight billion. One movement more still fits.
    public static let largestHolding = Credits(nanocredits: .max - 1_000_000_000_000_000_000)

    /// The amount of a sum, clamped at the ends of what can be represented. Sums of an account's parts fit; those of
    /// damaged ones may not, and must not trap.
    init(clamping nanocredits: Int128) {
        self.init(nanocredits: Int64(clamping: nanocredits))
    }

    /// An amount of so many nanocredits.
    @inlinable
    public init(nanocredits: Int64) {
        self.nanocredits = nanocredits
    }

    /// The smaller amount first.
    @inlinable
    public static func < (left: Credits, right: Credits) -> Bool {
        left.nanocredits < right.nanocredits
    }

    /// The sum of two amounts.
    /// - Throws: ``Rejection/amountOutOfRange`` when the sum does not fit.
    public func adding(_ other: Credits) throws(Rejection) -> Credits {
        let (sum, overflow) = nanocredits.addingReportingOverflow(other.nanocredits)
        if overflow { throw .amountOutOfRange(field: "amount") }
        return Credits(nanocredits: sum)
    }

    /// This amount less another.
    /// - Throws: ``Rejection/amountOutOfRange`` when the difference does not fit.
    public func subtracting(_ other: Credits) throws(Rejection) -> Credits {
        let (difference, overflow) = nanocredits.subtractingReportingOverflow(other.nanocredits)
        if overflow { throw .amountOutOfRange(field: "amount") }
        return Credits(nanocredits: difference)
    }

    /// The same amount with the opposite sign.
    /// - Throws: ``Rejection/amountOutOfRange`` for the one amount without an opposite.
    public func negated() throws(Rejection) -> Credits {
        try Credits.zero.subtracting(self)
    }

    /// Whether this is less than nothing.
    public var isNegative: Bool { nanocredits < 0 }

    /// Whether this is more than nothing.
    public var isPositive: Bool { nanocredits > 0 }

    /// Whether this is exactly nothing.
    public var isZero: Bool { nanocredits == 0 }
}

extension Credits {
    /// An amount without its sign; amounts in entries never reach the one value that has no opposite.
    static func magnitude(_ amount: Credits) -> Credits {
        Credits(nanocredits: amount.nanocredits < 0 ? 0 &- amount.nanocredits : amount.nanocredits)
    }
}
