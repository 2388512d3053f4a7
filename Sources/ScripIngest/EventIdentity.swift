import Crypto

/// Names of usage events made from the names other formats use.
///
/// A name is readable where it can be: the parts with `|` between them, which no URI reference may hold. Where that
/// would not be a valid name (over 255 bytes, control characters, space at an end) or could be read two ways (a `|` in
/// a part other than the last), it is `sha256:` and the SHA-256 of the parts, each after its length in bytes and `:`.
/// The rule never changes, because names are remembered for ever.
enum EventIdentity {
    static func name(_ parts: [String]) -> String {
        let plain = parts.joined(separator: "|")
        let isUnambiguous = !parts.dropLast().contains { $0.utf8.contains(UInt8(ascii: "|")) }
        if isUnambiguous, isValid(plain), !plain.hasPrefix("sha256:") { return plain }
        var hash = SHA256()
        for part in parts {
            hash.update(data: Array("\(part.utf8.count):".utf8))
            hash.update(data: Array(part.utf8))
        }
        let digits = Array("0123456789abcdef".utf8)
        let hex = hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }
        return "sha256:" + String(decoding: hex, as: UTF8.self)
    }

    private static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        return !bytes.isEmpty && bytes.count <= 255 && !bytes.contains { $0 < 0x20 || $0 == 0x7F }
            && bytes.first != UInt8(ascii: " ") && bytes.last != UInt8(ascii: " ")
    }
}
