/// Credits of many entries or accounts added up, which no limit on one account bounds.
public struct CreditSum: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The sum in nanocredits.
    public private(set) var nanocredits: Int128

    /// Nothing.
    public static let zero = CreditSum(Credits.zero)

    /// One amount.
    public init(_ amount: Credits) {
        nanocredits = Int128(amount.nanocredits)
    }

    /// Adds an amount. Some 10¹⁹ amounts of the largest size fit.
    public mutating func add(_ amount: Credits) { nanocredits += Int128(amount.nanocredits) }

    /// Adds another sum.
    public mutating func add(_ other: CreditSum) {
        let (sum, overflow) = nanocredits.addingReportingOverflow(other.nanocredits)
        nanocredits = overflow ? .max : sum
    }

    /// The smaller sum first.
    public static func < (left: CreditSum, right: CreditSum) -> Bool { left.nanocredits < right.nanocredits }

    /// The shortest decimal string, such as `12.5`.
    public var description: String { FixedPoint.print(nanocredits, fractionDigits: Credits.fractionDigits) }
}

/// Usage totals of many days, actions or accounts added up; see ``UsageTotals``.
public struct UsageSum: Hashable, Sendable {
    /// The day, counted from 1970-01-01; 0 where days are added up.
    public var day: Int32
    /// The action; empty for amounts charged outright without one, and where actions are added up.
    public var action: String
    /// Which credits.
    public var creditType: CreditTypeID
    /// What was charged.
    public private(set) var charged: CreditSum
    /// What was refunded.
    public private(set) var refunded: CreditSum
    /// How many charges.
    public private(set) var count: Int128
    /// Tokens sent to models.
    public private(set) var inputTokens: Int128
    /// Tokens produced by models.
    public private(set) var outputTokens: Int128
    /// What the work cost.
    public private(set) var cost: Dollars

    /// One row.
    public init(_ row: UsageTotals) {
        (day, action, creditType) = (row.day, row.action, row.creditType)
        (charged, refunded) = (CreditSum(row.charged), CreditSum(row.refunded))
        (count, inputTokens, outputTokens) = (Int128(row.count), Int128(row.inputTokens), Int128(row.outputTokens))
        cost = row.cost
    }

    /// Adds another row or sum, whatever its day and action.
    public mutating func add(_ other: UsageSum) {
        charged.add(other.charged)
        refunded.add(other.refunded)
        count += other.count
        inputTokens += other.inputTokens
        outputTokens += other.outputTokens
        let (sum, overflow) = cost.attodollars.addingReportingOverflow(other.cost.attodollars)
        cost = Dollars(attodollars: overflow ? .max : sum)
    }
}
