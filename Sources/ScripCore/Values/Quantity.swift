/// How many of something: never negative, exact to nine digits after the point, such as 12.7 seconds.
public struct Quantity: Hashable, Sendable, Comparable, CustomStringConvertible,
    ExpressibleByIntegerLiteral
{
    /// How many billionths.
    public let billionths: Int128

    /// How many digits may stand after the point.
    public static let fractionDigits = 9
    /// None.
    public static let zero: Quantity = 0

    private static let perUnit: Int128 = 1_000_000_000

    /// A whole number of things.
    public init(_ whole: Int64) {
        billionths = Int128(whole) * Quantity.perUnit
    }

    /// A whole number of things.
    public init(integerLiteral value: Int64) {
        self.init(value)
    }

    /// Reads a decimal of at most nine digits after the point, 0 or more; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard let units = FixedPoint.parse(text, fractionDigits: Quantity.fractionDigits), units >= 0,
            units <= Int128(Int64.max) * Quantity.perUnit
        else { return nil }
        billionths = units
    }

    private init(billionths: Int128) {
        self.billionths = billionths
    }

    /// The number, if it is a whole one.
    public var whole: Int64? {
        billionths % Quantity.perUnit == 0 ? Int64(clamping: billionths / Quantity.perUnit) : nil
    }

    /// The whole things among them.
    public var wholePart: Int64 { Int64(clamping: billionths / Quantity.perUnit) }

    /// Above the line of the number as a fraction in lowest terms, as far as powers of ten go.
    var numerator: Int128 { whole.map { Int128($0) } ?? billionths }

    /// Below the line: 1 for a whole number.
    var denominator: Int128 { whole == nil ? Quantity.perUnit : 1 }

    /// The sum, at most the largest number.
    func addingClamped(_ other: Quantity) -> Quantity {
        let most = Int128(Int64.max) * Quantity.perUnit
        let (sum, overflow) = billionths.addingReportingOverflow(other.billionths)
        return Quantity(billionths: overflow ? most : min(sum, most))
    }

    /// The shortest decimal, such as `12.7`.
    public var description: String {
        FixedPoint.print(billionths, fractionDigits: Quantity.fractionDigits)
    }

    /// The smaller number first.
    public static func < (left: Quantity, right: Quantity) -> Bool {
        left.billionths < right.billionths
    }
}

extension [String: Int64] {
    /// The same counts as quantities.
    public var quantities: [String: Quantity] { mapValues { Quantity($0) } }
}
