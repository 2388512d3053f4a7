/// How an action's usage becomes credits.
public enum Rate: Hashable, Sendable {
    /// So many credits each time.
    case fixed(Credits)
    /// So many credits for so many tokens, input and output alike; exact shares, rounded once.
    case perTokens(tokens: Int64, credits: Credits, rounding: Rounding)
    /// So many credits for each unit of a named dimension.
    case perUnit(dimension: String, credits: Credits, rounding: Rounding)
    /// A cost in dollars each time, times a markup, turned into credits by the credit type's value.
    case compute(cost: Dollars, markup: Markup, rounding: Rounding)
}

/// A factor on a cost, kept as an exact decimal.
public struct Markup: Hashable, Sendable {
    /// The factor in millionths.
    public let millionths: Int64

    /// No change.
    public static let one = Markup(millionths: 1_000_000)
    /// The largest factor accepted.
    public static let largest = Markup(millionths: 1_000_000_000)

    /// A factor of so many millionths.
    public init(millionths: Int64) {
        self.millionths = millionths
    }

    /// Reads a decimal of at most six fraction digits between 0 and 1,000; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard let units = FixedPoint.parse(text, fractionDigits: 6), units >= 0,
            units <= Int128(Markup.largest.millionths)
        else { return nil }
        self.init(millionths: Int64(units))
    }
}
