import ScripCore

/// What a key is for.
public enum KeyKind: String, Sendable, Hashable, CaseIterable {
    /// Servers, for all or some purposes.
    case secret = "sk"
    /// Servers, for the purposes of its scopes alone.
    case restricted = "rk"
    /// Pages: names the app along with a user's token, and opens nothing by itself.
    case publishable = "pk"
}

/// Which of two worlds a key belongs to; a server takes keys of one alone.
public enum KeyMode: String, Sendable, Hashable, CaseIterable {
    /// Where credits count.
    case live
    /// Where nothing counts.
    case test
}

/// The secret of an API key: `scrip_sk_live_`, 30 random letters and digits, and 6 that check them.
///
/// The check digits let a mistyped or cut-off secret be refused without asking the database.
public struct SecretKey: Sendable, HidingSecrets {
    /// The whole secret, shown once.
    public let text: String
    /// What the key is for.
    public let kind: KeyKind
    /// Which world it belongs to.
    public let mode: KeyMode

    static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    static let randomLength = 30

    /// What secrets of a kind and mode begin with.
    public static func prefix(_ kind: KeyKind, _ mode: KeyMode) -> String { "scrip_\(kind.rawValue)_\(mode.rawValue)_" }

    /// A new secret with about 178 bits of randomness from the system.
    public init(kind: KeyKind = .secret, mode: KeyMode = .live) {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<SecretKey.randomLength).map { _ in
            SecretKey.alphabet[Int.random(in: 0..<SecretKey.alphabet.count, using: &generator)]
        }
        let prefix = SecretKey.prefix(kind, mode)
        text = prefix + String(decoding: random, as: UTF8.self) + SecretKey.checkDigits(of: random)
        self.kind = kind
        self.mode = mode
    }

    /// Takes a secret that a caller presents; `nil` when it cannot be one.
    public init?(_ text: String) {
        guard let (kind, mode) = SecretKey.kindAndMode(of: text) else { return nil }
        let rest = Array(text.utf8.dropFirst(SecretKey.prefix(kind, mode).utf8.count))
        guard rest.count == SecretKey.randomLength + 6 else { return nil }
        let random = Array(rest.prefix(SecretKey.randomLength))
        guard SecretKey.checkDigits(of: random) == String(decoding: rest.suffix(6), as: UTF8.self) else { return nil }
        self.text = text
        self.kind = kind
        self.mode = mode
    }

    /// The kind and the mode that a secret's beginning states.
    static func kindAndMode(of text: String) -> (KeyKind, KeyMode)? {
        for kind in KeyKind.allCases {
            for mode in KeyMode.allCases where text.hasPrefix(prefix(kind, mode)) { return (kind, mode) }
        }
        return nil
    }

    /// The digest under which the key is kept. The secret is random, so a fast digest is enough.
    public var digest: Digest { Digest(of: Array(text.utf8)) }

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
