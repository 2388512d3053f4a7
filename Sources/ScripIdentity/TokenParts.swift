import ScripCore
import ScripJSON

/// A signed token (RFC 7515, compact form) taken apart, with nothing in it believed yet.
public struct TokenParts: Sendable {
    /// The most bytes of a token.
    public static let maxBytes = 8_192
    /// How deeply claims may be nested.
    static let deepest = 16

    /// What it says about its signature.
    public let header: JSONObject
    /// What it says about its bearer.
    public let claims: JSONObject
    /// The bytes of the signature.
    public let signature: [UInt8]
    /// What the signature is about.
    public let signed: [UInt8]

    /// Takes a token apart.
    /// - Throws: ``TokenRefusal/tooLarge``, ``TokenRefusal/malformed`` or ``TokenRefusal/notJSON``.
    public init(_ token: String) throws(TokenRefusal) {
        if token.utf8.count > TokenParts.maxBytes { throw .tooLarge }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let claims = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        self.header = try TokenParts.object(header)
        self.claims = try TokenParts.object(claims)
        self.signature = signature
        signed = Array(bytes[..<parts[1].endIndex])
    }

    private static func object(_ bytes: [UInt8]) throws(TokenRefusal) -> JSONObject {
        guard case .object(let object) = try? JSONValue.parse(bytes, depth: deepest) else { throw .notJSON }
        return object
    }

    /// Whether a text looks like a token of this form, rather than like a key.
    public static func isLikely(_ text: String) -> Bool {
        text.utf8.count { $0 == UInt8(ascii: ".") } == 2 && !text.hasPrefix("scrip_")
    }
}
