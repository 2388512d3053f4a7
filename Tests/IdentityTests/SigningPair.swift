import Crypto
import Foundation
import ScripCore
import ScripIdentity

/// A key of an issuer of the tests' own, and the tokens it signs.
struct SigningPair: Sendable {
    let id: String
    private let key = P256.Signing.PrivateKey()

    init(_ id: String) {
        self.id = id
    }

    /// A token of a user.
    func token(of issuer: LocalIssuer, subject: String = "ada", expiresAt: Int64 = 4_000_000_000) throws -> String {
        let header = #"{"alg":"ES256","kid":"\#(id)"}"#
        let claims = #"{"iss":"\#(issuer.name)","sub":"\#(subject)","exp":\#(expiresAt)}"#
        let message = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
        let signature = try key.signature(for: Data(message.utf8))
        return message + "." + Base64URL.encode(signature.rawRepresentation)
    }

    /// A key set of the public halves of some keys (RFC 7517).
    static func keySet(_ pairs: [SigningPair]) -> String {
        let keys = pairs.map { pair in
            let point = pair.key.publicKey.rawRepresentation
            let (x, y) = (Base64URL.encode(point.prefix(32)), Base64URL.encode(point.suffix(32)))
            return #"{"kty":"EC","crv":"P-256","kid":"\#(pair.id)","alg":"ES256","use":"sig","x":"\#(x)","y":"\#(y)"}"#
        }
        return #"{"keys":[\#(keys.joined(separator: ","))]}"#
    }
}
