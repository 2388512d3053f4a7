/// The algorithms of signatures that can be checked (RFC 7518 §3, RFC 8037).
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"

    /// Whether signer and verifier share a secret.
    public var isSymmetric: Bool { [.hs256, .hs384, .hs512].contains(self) }

    /// Whether it is made with an RSA key.
    var isRSA: Bool { [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512].contains(self) }
}
