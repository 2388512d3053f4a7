/// Reading and printing of RFC 3339 times as microseconds since 1970-01-01T00:00:00Z.
public enum RFC3339 {
    /// Reads a time with an offset, such as `2026-03-01T10:00:00Z` or `2026-03-01T12:00:00.5+02:00`.
    ///
    /// Digits beyond microseconds are dropped. Returns `nil` for anything that is not a real date and time.
    public static func parse(_ text: String) -> Int64? {
        var digits = DigitReader(text)
        guard let year = digits.number(4), digits.skip("-"), let month = digits.number(2), digits.skip("-"),
            let day = digits.number(2), digits.skip("T") || digits.skip("t") || digits.skip(" "),
            let hour = digits.number(2), digits.skip(":"), let minute = digits.number(2), digits.skip(":"),
            let second = digits.number(2)
        else { return nil }
        var microseconds: Int64 = 0
        if digits.skip(".") {
            guard let fraction = digits.fraction(6) else { return nil }
            microseconds = fraction
        }
        guard let offsetMinutes = digits.offset(), digits.isAtEnd,
            (1...12).contains(month), (1...CivilTime.daysInMonth(year: year, month: month)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let days = CivilTime(year: year, month: month, day: day, microsecondOfDay: 0).daysSinceEpoch
        let seconds = Int64(days) * 86_400 + Int64(hour * 3_600 + minute * 60 + second) - Int64(offsetMinutes) * 60
        return seconds * 1_000_000 + microseconds
    }

    /// The first and the last moment that four digits of a year can say.
    private static let printable: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// Prints a time in UTC, with a fraction only when there is one. What the four digits of a year cannot say is printed as
    /// the first or the last moment that they can.
    public static func print(microseconds moment: Int64) -> String {
        let time = CivilTime(
            Timestamp(microseconds: min(max(moment, printable.lowerBound), printable.upperBound)))
        let seconds = Int(time.microsecondOfDay / 1_000_000)
        var text: [UInt8] = []
        text.reserveCapacity(27)
        append(time.year, width: 4, to: &text)
        text.append(UInt8(ascii: "-"))
        append(time.month, width: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        append(time.day, width: 2, to: &text)
        text.append(UInt8(ascii: "T"))
        append(seconds / 3_600, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(seconds / 60 % 60, width: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(seconds % 60, width: 2, to: &text)
        let fraction = Int(time.microsecondOfDay % 1_000_000)
        if fraction != 0 {
            text.append(UInt8(ascii: "."))
            append(fraction, width: 6, to: &text)
            while text.last == UInt8(ascii: "0") { text.removeLast() }
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Prints a day, counted from 1970-01-01, as `2026-03-01`.
    public static func print(day: Int32) -> String {
        String(print(microseconds: Int64(max(-1_000_000, min(4_000_000, day))) * 86_400_000_000).prefix(10))
    }

    private static func append(_ value: Int, width: Int, to text: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(value / divisor % 10) + UInt8(ascii: "0"))
            divisor /= 10
        }
    }
}

/// Takes fixed runs of digits off the front of a text.
private struct DigitReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) {
        rest = Array(text.utf8)[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        guard rest.count >= width else { return nil }
        var value = 0
        for _ in 0..<width {
            let digit = rest.removeFirst()
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    mutating func fraction(_ width: Int) -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
            rest.removeFirst()
            if count < width { value = value * 10 + Int64(digit - UInt8(ascii: "0")) }
            count += 1
        }
        if count == 0 { return nil }
        for _ in min(count, width)..<width { value *= 10 }
        return value
    }

    /// The offset from UTC in minutes.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
