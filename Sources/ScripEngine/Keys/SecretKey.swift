import ScripCore

/// The secret of an API key: `scrip_sk_live_`, 30 random letters and digits, and 6 that check them.
///
/// The check digits let a mistyped or cut-off secret be refused without asking the database.
public struct SecretKey: Sendable, Hashable {
    /// The whole secret, shown once.
    public let text: String

    /// What every secret begins with.
    public static let prefix = "scrip_sk_live_"
    static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    static let randomLength = 30

    /// A new secret with about 178 bits of randomness from the system.
    public init() {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<SecretKey.randomLength).map { _ in
            SecretKey.alphabet[Int.random(in: 0..<SecretKey.alphabet.count, using: &generator)]
        }
        text = SecretKey.prefix + String(decoding: random, as: UTF8.self) + SecretKey.checkDigits(of: random)
    }

    /// Takes a secret that a caller presents; `nil` when it cannot be one.
    public init?(_ text: String) {
        guard text.hasPrefix(SecretKey.prefix) else { return nil }
        let rest = Array(text.utf8.dropFirst(SecretKey.prefix.utf8.count))
        guard rest.count == SecretKey.randomLength + 6 else { return nil }
        let random = Array(rest.prefix(SecretKey.randomLength))
        guard SecretKey.checkDigits(of: random) == String(decoding: rest.suffix(6), as: UTF8.self) else { return nil }
        self.text = text
    }

    /// The digest under which the key is kept. The secret is random, so a fast hash is enough.
    public var digest: Hash { Hash(of: Array(text.utf8)) }

    /// CRC-32 of some bytes in base 62, padded to six digits.
    static func checkDigits(of bytes: [UInt8]) -> String {
        var value = crc32(of: bytes)
        var digits: [UInt8] = []
        for _ in 0..<6 {
            digits.append(alphabet[Int(value % 62)])
            value /= 62
        }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }

    private static func crc32(of bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
