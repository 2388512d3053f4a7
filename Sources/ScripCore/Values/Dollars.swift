import ScripJSON

/// An amount of US dollars, exact to 10⁻¹⁸: what a provider's prices per million tokens need, unrounded.
public struct Dollars: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The amount in 10⁻¹⁸ dollars.
    public let attodollars: Int128

    /// How many digits may stand after the point.
    public static let fractionDigits = 18

    /// No money.
    public static let zero = Dollars(attodollars: 0)

    /// The largest cost accepted: one billion dollars.
    public static let largest = Dollars(attodollars: 1_000_000_000_000_000_000_000_000_000)

    /// An amount of so many 10⁻¹⁸ dollars.
    public init(attodollars: Int128) {
        self.attodollars = attodollars
    }

    /// Reads a decimal string of at most 18 fraction digits; `nil` for anything else or more than ``largest``.
    public init?(_ text: some StringProtocol) {
        guard let units = FixedPoint.parse(text, fractionDigits: Dollars.fractionDigits),
            units.magnitude <= Dollars.largest.attodollars.magnitude
        else { return nil }
        self.init(attodollars: units)
    }

    /// Reads a number of dollars, 0 or more, that another program worked out: digits beyond the 18th after the point, which
    /// are what its arithmetic left, are rounded to the nearest. `nil` for anything else or more than ``largest``.
    public init?(rounding text: some StringProtocol) {
        guard let plain = DecimalText.plain(text), !plain.hasPrefix("-") else { return nil }
        let extra = DecimalText.digitCounts(ofPlain: plain).fraction - Dollars.fractionDigits
        if extra <= 0 {
            self.init(plain)
            return
        }
        // What is left out is less than half a unit, half, or more; the first digit left out and the rest say which.
        let (kept, rest) = (plain.dropLast(extra), plain.suffix(extra))
        guard let below = Dollars(kept) else { return nil }
        let half = "5" + String(repeating: "0", count: extra - 1)
        let isUp = rest > half || (rest == half && below.attodollars % 2 != 0)
        self.init(attodollars: below.attodollars + (isUp ? 1 : 0))
    }

    /// The shortest decimal string for this amount.
    public var description: String {
        FixedPoint.print(attodollars, fractionDigits: Dollars.fractionDigits)
    }

    /// The smaller amount first.
    public static func < (left: Dollars, right: Dollars) -> Bool {
        left.attodollars < right.attodollars
    }
}
