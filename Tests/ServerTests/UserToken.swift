import Crypto
import Foundation
import ScripCore
import ScripIdentity
import ScripServer

/// Tokens of an issuer of the tests' own, which shares a secret with the server.
enum UserToken {
    static let secret = Array("the tests' own secret of thirty-two bytes".utf8)

    static var issuer: Issuer {
        Issuer(
            kind: .clerk, name: "https://issuer.test", publication: .none, secret: secret, algorithms: [.hs256])
    }

    /// A configuration that believes the tokens.
    static func configuration(opensAccounts: Bool = false) throws -> ServerConfiguration {
        ServerConfiguration(
            users: UsersConfiguration(
                verifier: try TokenVerifier(issuers: [issuer]), opensAccounts: opensAccounts,
                allowedOrigins: ["https://app.test"]))
    }

    /// A token of a user.
    /// - Parameter claims: more claims, as members of a JSON object with a leading comma.
    static func make(
        _ subject: String, claims: String = "", expiresAt: Int64 = 4_000_000_000, issuer: String = "https://issuer.test"
    ) -> String {
        let payload = #"{"iss":"\#(issuer)","sub":"\#(subject)","exp":\#(expiresAt)\#(claims)}"#
        return signed(header: #"{"alg":"HS256","typ":"JWT"}"#, claims: payload)
    }

    /// A token with any header and claims, signed with the secret.
    static func signed(header: String, claims: String) -> String {
        let message = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
        let code = HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: SymmetricKey(data: secret))
        return message + "." + Base64URL.encode(Array(code))
    }

    /// A token that says it needs no signature.
    static func unsigned(_ subject: String) -> String {
        let payload = #"{"iss":"https://issuer.test","sub":"\#(subject)","exp":4000000000}"#
        return Base64URL.encode(#"{"alg":"none"}"#.utf8) + "." + Base64URL.encode(payload.utf8) + "."
    }
}
