import JWTKit
import ScripCore
import ScripJSON

/// A key that signatures are checked with, and the one algorithm it is good for.
struct VerificationKey: Sendable, HidingSecrets {
    /// The name its issuer gave it.
    let id: String?
    /// The only algorithm it is used with.
    let algorithm: SignatureAlgorithm
    private let verifier: any JWTAlgorithm

    /// Whether it made a signature. An encoding that is not the algorithm's own counts as wrong.
    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        (try? verifier.verify(signature, signs: message)) ?? false
    }

    /// A shared secret.
    static func secret(_ bytes: [UInt8], algorithm: SignatureAlgorithm) async -> VerificationKey? {
        let digest: DigestAlgorithm
        switch algorithm {
        case .hs256: digest = .sha256
        case .hs384: digest = .sha384
        case .hs512: digest = .sha512
        default: return nil
        }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: bytes), digestAlgorithm: digest)
        guard let verifier = try? await keys.getKey() else { return nil }
        return VerificationKey(id: nil, algorithm: algorithm, verifier: verifier)
    }

    /// A public key as a key set has it (RFC 7517); `nil` for one that is for another purpose, is not known here or is
    /// too weak.
    /// - Parameter allowed: the algorithms of the issuer; one that the key does not state is taken from among them.
    static func published(_ value: JSONValue, allowed: [SignatureAlgorithm]) async -> VerificationKey? {
        if let use = value["use"]?.stringValue, use != "sig" { return nil }
        guard let type = value["kty"]?.stringValue, let algorithm = algorithm(of: value, type: type, allowed: allowed)
        else { return nil }
        let id = value["kid"]?.stringValue
        guard let key = publicKey(value, type: type, algorithm: JWK.Algorithm(rawValue: algorithm.rawValue)) else {
            return nil
        }
        let keys = JWTKeyCollection()
        guard (try? await keys.add(jwk: key, isDefault: true)) != nil,
            let verifier = try? await keys.getKey(alg: algorithm.rawValue)
        else { return nil }
        return VerificationKey(id: id, algorithm: algorithm, verifier: verifier)
    }

    private static func algorithm(
        of value: JSONValue, type: String, allowed: [SignatureAlgorithm]
    ) -> SignatureAlgorithm? {
        let fitting = allowed.filter { algorithm in
            switch (type, value["crv"]?.stringValue) {
            case ("RSA", _): algorithm.isRSA
            case ("EC", "P-256"): algorithm == .es256
            case ("EC", "P-384"): algorithm == .es384
            case ("EC", "P-521"): algorithm == .es512
            case ("OKP", "Ed25519"): algorithm == .edDSA
            default: false
            }
        }
        guard let stated = value["alg"]?.stringValue else { return fitting.first }
        return fitting.first { $0.rawValue == stated }
    }

    /// Only the public members are taken over, whatever else the set contains.
    private static func publicKey(_ value: JSONValue, type: String, algorithm: JWK.Algorithm?) -> JWK? {
        let id = JWKIdentifier(string: value["kid"]?.stringValue ?? "")
        let (x, y) = (value["x"]?.stringValue, value["y"]?.stringValue)
        switch type {
        case "RSA":
            guard let modulus = value["n"]?.stringValue, let bytes = Base64URL.decode(modulus.utf8),
                bytes.drop(while: { $0 == 0 }).count >= 256
            else { return nil }
            return .rsa(algorithm, identifier: id, modulus: modulus, exponent: value["e"]?.stringValue)
        case "EC":
            let curve = value["crv"]?.stringValue.flatMap { ECDSACurve(rawValue: $0) }
            return .ecdsa(algorithm, identifier: id, x: x, y: y, curve: curve)
        case "OKP":
            return .octetKeyPair(algorithm, identifier: id, x: x, y: nil, curve: .ed25519)
        default: return nil
        }
    }
}
