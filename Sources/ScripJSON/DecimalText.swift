/// Decimal numbers as text, exactly as they are written: no floating point is ever made of one.
public enum DecimalText {
    /// The longest spelling that is read.
    public static let maxBytes = 100
    /// The largest exponent that is read, either way.
    public static let maxExponent = 60

    /// The plain spelling of a number in JSON, which a float of another program may have been written as: `1.5e-3` is
    /// `0.0015`, `5.0` is `5`. `nil` for anything else.
    public static func plain(_ text: some StringProtocol) -> String? {
        var left = Array(text.utf8)[...]
        if left.count > maxBytes { return nil }
        let isNegative = left.first == UInt8(ascii: "-")
        if isNegative { left.removeFirst() }
        let whole = digits(&left)
        if whole.isEmpty { return nil }
        var fraction: ArraySlice<UInt8> = []
        if left.first == UInt8(ascii: ".") {
            left.removeFirst()
            fraction = digits(&left)
            if fraction.isEmpty { return nil }
        }
        var exponent = 0
        if let letter = left.first, letter | 0x20 == UInt8(ascii: "e") {
            left.removeFirst()
            guard let read = DecimalText.exponent(&left) else { return nil }
            exponent = read
        }
        if !left.isEmpty { return nil }
        return spelled(Array(whole), Array(fraction), exponent: exponent, isNegative: isNegative)
    }

    /// How many digits stand before and after the point of a plain spelling.
    public static func digitCounts(ofPlain text: String) -> (whole: Int, fraction: Int) {
        let parts = text.utf8.drop { $0 == UInt8(ascii: "-") }.split(separator: UInt8(ascii: "."))
        return (parts.first?.count ?? 0, parts.count > 1 ? parts[1].count : 0)
    }

    private static func digits(_ left: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = left.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        left = left.dropFirst(digits.count)
        return digits
    }

    private static func exponent(_ left: inout ArraySlice<UInt8>) -> Int? {
        let isNegative = left.first == UInt8(ascii: "-")
        if isNegative || left.first == UInt8(ascii: "+") { left.removeFirst() }
        let digits = digits(&left)
        if digits.isEmpty { return nil }
        let text = String(decoding: digits.drop { $0 == UInt8(ascii: "0") }, as: UTF8.self)
        guard text.utf8.count <= 3, let value = Int(text.isEmpty ? "0" : text), value <= maxExponent
        else { return nil }
        return isNegative ? 0 - value : value
    }

    private static func spelled(
        _ whole: [UInt8], _ fraction: [UInt8], exponent: Int, isNegative: Bool
    ) -> String {
        let zero = UInt8(ascii: "0")
        var (before, after) = (whole, fraction)
        if exponent > 0 {
            after += Array(repeating: zero, count: max(0, exponent - after.count))
            before += after.prefix(exponent)
            after.removeFirst(exponent)
        } else if exponent < 0 {
            before = Array(repeating: zero, count: max(0, 0 - exponent - before.count)) + before
            after = before.suffix(0 - exponent) + after
            before.removeLast(0 - exponent)
        }
        before = Array(before.drop { $0 == zero })
        while after.last == zero { after.removeLast() }
        if before.isEmpty { before = [zero] }
        let isZero = before == [zero] && after.isEmpty
        var text = isNegative && !isZero ? "-" : ""
        text += String(decoding: before, as: UTF8.self)
        if !after.isEmpty { text += "." + String(decoding: after, as: UTF8.self) }
        return text
    }
}

/// A decimal number by its plain spelling: equal numbers are equal, however they were written.
public struct DecimalNumber: Hashable, Sendable, CustomStringConvertible,
    ExpressibleByIntegerLiteral
{
    /// The plain spelling.
    public let description: String

    /// Reads a number; `nil` for what ``DecimalText/plain(_:)`` does not take.
    public init?(_ text: some StringProtocol) {
        guard let plain = DecimalText.plain(text) else { return nil }
        description = plain
    }

    /// A whole number.
    public init(integerLiteral value: Int64) {
        self.init(value)
    }

    /// A whole number.
    public init(_ value: Int64) {
        description = String(value)
    }

    /// Whether it is below zero.
    public var isNegative: Bool { description.hasPrefix("-") }
}
