extension JSONValue {
    /// The same value in the one spelling that all spellings of it share: members in order of their names' bytes, numbers
    /// without needless digits.
    public var canonical: JSONValue {
        switch self {
        case .null, .bool, .string: self
        case .number(let text): .number(JSONValue.canonicalNumber(text))
        case .array(let elements): .array(elements.map(\.canonical))
        case .object(let object):
            .object(
                JSONObject(
                    object.members.map { JSONObject.Member(name: $0.name, value: $0.value.canonical) }
                        .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }))
        }
    }

    /// A number as a whole one, without zeros at its end, and a power of ten: `12e-1` for `1.20`, `0` for `-0.0`. What has a
    /// power too large to count with stays as it is.
    static func canonicalNumber(_ text: String) -> String {
        var exponent: Int64 = 0
        var digits: [UInt8] = []
        var isNegative = false
        var isInFraction = false
        let parts = text.utf8.split(omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E")
        }
        if parts.count == 2 {
            let written = String(decoding: parts[1], as: UTF8.self)
            guard let power = Int64(written), abs(power) < 1_000_000_000 else { return text }
            exponent = power
        }
        for byte in parts[0] {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isInFraction = true
            default:
                digits.append(byte)
                if isInFraction { exponent -= 1 }
            }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        if significant.isEmpty { return "0" }
        let power = exponent == 0 ? "" : "e\(exponent)"
        return (isNegative ? "-" : "") + String(decoding: significant, as: UTF8.self) + power
    }
}
