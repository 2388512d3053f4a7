/// Ids of traces and spans as lower-case hexadecimal digits.
enum TraceIdentifier {
    /// An id written in hexadecimal digits; `nil` when it has another length, other characters, or is all zero.
    static func hex(_ text: String, bytes count: Int) -> String? {
        let digits = Array(text.lowercased().utf8)
        guard digits.count == count * 2, digits.allSatisfy({ digit($0) != nil }),
            digits.contains(where: { $0 != UInt8(ascii: "0") })
        else { return nil }
        return String(decoding: digits, as: UTF8.self)
    }

    /// An id given as bytes; `nil` when it has another length or is all zero.
    static func hex(_ bytes: some Collection<UInt8>, count: Int) -> String? {
        guard bytes.count == count, bytes.contains(where: { $0 != 0 }) else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }

    /// What a hexadecimal digit stands for.
    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
