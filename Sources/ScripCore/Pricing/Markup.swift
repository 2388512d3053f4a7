/// A factor on a cost, kept as an exact fraction in lowest terms.
public struct Markup: Hashable, Sendable, CustomStringConvertible {
    /// Above the line.
    public let numerator: Int64
    /// Below the line; always positive.
    public let denominator: Int64

    /// No change.
    public static let one = Markup(millionths: 1_000_000)
    /// The largest factor accepted.
    public static let largest = Markup(millionths: 1_000_000_000)

    /// A factor of so many millionths.
    public init(millionths: Int64) {
        self.init(millionths, over: 1_000_000)
    }

    /// Reads a decimal of at most six fraction digits, or a fraction `n/d` of whole numbers up to one billion, between
    /// 0 and 1,000; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard let above = Markup.whole(parts[0]), let below = Markup.whole(parts[1]), below > 0,
                above <= below * 1_000
            else { return nil }
            self.init(above, over: below)
            return
        }
        guard let units = FixedPoint.parse(text, fractionDigits: 6), units >= 0, units <= 1_000_000_000 else {
            return nil
        }
        self.init(millionths: Int64(units))
    }

    private init(_ above: Int64, over below: Int64) {
        var (a, b) = (above.magnitude, below.magnitude)
        while b != 0 { (a, b) = (b, a % b) }
        let common = a == 0 ? 1 : Int64(clamping: a)
        (numerator, denominator) = (above / common, below / common)
    }

    private static func whole(_ text: some StringProtocol) -> Int64? {
        guard let units = FixedPoint.parse(text, fractionDigits: 0), units >= 0, units <= 1_000_000_000 else {
            return nil
        }
        return Int64(units)
    }

    /// How many digits after the point the factor needs; `nil` when no decimal of six is exact.
    var fractionDigits: Int? {
        var power: Int64 = 1
        for digits in 0...6 {
            if power % denominator == 0 { return digits }
            power *= 10
        }
        return nil
    }

    /// A decimal when one of six digits is exact, else `n/d`.
    public var description: String {
        if fractionDigits == nil { return "\(numerator)/\(denominator)" }
        return FixedPoint.print(Int128(numerator) * 1_000_000 / Int128(denominator), fractionDigits: 6)
    }
}
