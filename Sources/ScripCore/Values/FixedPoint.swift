import ScripJSON

/// Reading and printing of decimal numbers kept as integers with a fixed number of digits after the point.
public enum FixedPoint {
    /// Reads an optional `-`, digits and at most `fractionDigits` digits after a point, as that many units. A power of ten
    /// may follow, as other programs write small numbers: `5e-7`.
    ///
    /// Returns `nil` when the text is anything else or the value does not fit an `Int128`.
    public static func parse(_ text: some StringProtocol, fractionDigits: Int) -> Int128? {
        if text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            return DecimalText.plain(text).flatMap { parse($0, fractionDigits: fractionDigits) }
        }
        var digits = Array(text.utf8)[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.count <= 30, parts.count <= 2 else { return nil }
        let fraction = parts.count == 2 ? parts[1] : []
        if parts.count == 2 && fraction.isEmpty { return nil }
        if fraction.count > fractionDigits { return nil }
        var units: Int128 = 0
        let padding = fractionDigits - fraction.count
        for digit in [whole, fraction, ArraySlice(repeating: UInt8(ascii: "0"), count: padding)].joined() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (shifted, shiftOverflow) = units.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = shifted.addingReportingOverflow(Int128(digit - UInt8(ascii: "0")))
            if shiftOverflow || sumOverflow { return nil }
            units = sum
        }
        return isNegative ? -units : units
    }

    /// The shortest decimal spelling of so many units.
    public static func print(_ units: Int128, fractionDigits: Int) -> String {
        var magnitude = units.magnitude
        var digits: [UInt8] = []
        digits.reserveCapacity(24)
        var position = 0
        var hasFraction = false
        while magnitude > 0 || position <= fractionDigits {
            let digit: UInt8
            if magnitude <= UInt128(UInt64.max) {
                let low = UInt64(magnitude)
                digit = UInt8(low % 10)
                magnitude = UInt128(low / 10)
            } else {
                let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
                digit = UInt8(remainder)
                magnitude = quotient
            }
            if position < fractionDigits {
                if digit != 0 || hasFraction {
                    digits.append(digit + UInt8(ascii: "0"))
                    hasFraction = true
                }
            } else {
                if position == fractionDigits && hasFraction { digits.append(UInt8(ascii: ".")) }
                digits.append(digit + UInt8(ascii: "0"))
            }
            position += 1
        }
        if units < 0 { digits.append(UInt8(ascii: "-")) }
        digits.reverse()
        return String(decoding: digits, as: UTF8.self)
    }
}
