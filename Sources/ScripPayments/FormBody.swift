/// A body of `application/x-www-form-urlencoded`: names and values in the order they were added.
public struct FormBody: Sendable, Hashable {
    private var pairs: [(name: String, value: String)] = []

    /// An empty body.
    public init() {}

    /// Adds a value; an absent one is left out.
    public mutating func add(_ name: String, _ value: String?) {
        if let value { pairs.append((name, value)) }
    }

    /// Adds a whole number.
    public mutating func add(_ name: String, _ value: some BinaryInteger) { add(name, "\(value)") }

    /// The body, or a query without its question mark.
    public var text: String {
        pairs.map { "\(FormBody.escaped($0.name))=\(FormBody.escaped($0.value))" }.joined(separator: "&")
    }

    /// Equal pairs in the same order.
    public static func == (left: FormBody, right: FormBody) -> Bool { left.text == right.text }

    /// Hashes the pairs.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// Percent-encoding of everything but the unreserved characters of RFC 3986.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.append(Character(UnicodeScalar(byte)))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return escaped
    }
}
