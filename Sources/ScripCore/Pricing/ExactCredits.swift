/// An exact number of credits before rounding: a fraction of nanocredits.
struct ExactCredits: Hashable, Sendable, CustomStringConvertible {
    /// Nanocredits times ``denominator``.
    let numerator: Int128
    /// Always positive.
    let denominator: Int128

    /// `credits × count ÷ size`.
    init(_ credits: Credits, times count: Quantity, per size: Int64) throws(Rejection) {
        numerator = try ExactCredits.product(Int128(credits.nanocredits), count.numerator)
        denominator = try ExactCredits.product(Int128(size), count.denominator)
    }

    /// `cost × markup ÷ value`, where value is what one credit is worth.
    init(_ cost: Dollars, markup: Markup, dollarsPerCredit value: Dollars) throws(Rejection) {
        var above = [cost.attodollars, Int128(markup.numerator), Int128(Credits.nanocreditsPerCredit)]
        var below = [value.attodollars, Int128(markup.denominator)]
        for a in above.indices {
            for b in below.indices {
                if below[b] == 1 { continue }
                let common = ExactCredits.greatestCommonDivisor(above[a], below[b])
                above[a] /= common
                below[b] /= common
            }
        }
        numerator = try ExactCredits.product(ExactCredits.product(above[0], above[1]), above[2])
        denominator = try ExactCredits.product(below[0], below[1])
    }

    /// Rounds to whole nanocredits, or to a multiple of so many credits, once.
    func rounded(_ rounding: Rounding, to step: Credits? = nil) throws(Rejection) -> Credits {
        let size = Int128(step?.nanocredits ?? 1)
        let steps = rounding.divide(numerator, by: try ExactCredits.product(denominator, size))
        guard let nanocredits = Int64(exactly: try ExactCredits.product(steps, size)) else {
            throw .amountOutOfRange(field: "amount")
        }
        return Credits(nanocredits: nanocredits)
    }

    /// The exact value in credits: a decimal of at most 18 fraction digits when one is exact, else a fraction.
    var description: String {
        let (whole, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        let (scaled, overflow) = remainder.multipliedReportingOverflow(by: Int128(Credits.nanocreditsPerCredit))
        let (shifted, shiftOverflow) = whole.multipliedReportingOverflow(by: Int128(Credits.nanocreditsPerCredit))
        if !overflow && !shiftOverflow && scaled % denominator == 0 {
            return FixedPoint.print(shifted + scaled / denominator, fractionDigits: 18)
        }
        let (divided, beyond) = denominator.multipliedReportingOverflow(by: Int128(Credits.nanocreditsPerCredit))
        if beyond { return "\(numerator)/\(denominator)e-9" }
        let divisor = ExactCredits.greatestCommonDivisor(numerator, divided)
        return "\(numerator / divisor)/\(divided / divisor)"
    }

    private static func product(_ left: Int128, _ right: Int128) throws(Rejection) -> Int128 {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        if overflow { throw .amountOutOfRange(field: "amount") }
        return product
    }

    private static func greatestCommonDivisor(_ left: Int128, _ right: Int128) -> Int128 {
        var (a, b) = (left.magnitude, right.magnitude)
        while b > UInt128(UInt64.max) { (a, b) = (b, a % b) }
        if b == 0 { return a == 0 ? 1 : Int128(a) }
        // From here on both fit 64 bits, which divide many times faster.
        var (c, d) = (UInt64(b), UInt64(a % b))
        while d != 0 { (c, d) = (d, c % d) }
        return Int128(c)
    }
}

extension Dollars {
    /// This cost so many times. What a part of a unit costs beyond the 18th digit after the point is rounded to the nearest.
    /// - Throws: ``Rejection/amountOutOfRange`` beyond ``largest``.
    func multiplied(by count: Quantity) throws(Rejection) -> Dollars {
        let (product, overflow) = attodollars.multipliedReportingOverflow(by: count.numerator)
        let cost = Rounding.halfEven.divide(product, by: count.denominator)
        if overflow || cost.magnitude > Dollars.largest.attodollars.magnitude {
            throw .amountOutOfRange(field: "cost_usd")
        }
        return Dollars(attodollars: cost)
    }
}
