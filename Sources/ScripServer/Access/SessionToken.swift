import Crypto
import Foundation
import ScripCore
import ScripEngine
import ScripIdentity
import ScripJSON

/// A token that an app's server mints for one of its users: `scrip_st_`, claims, and a signature over them.
///
/// It opens the users' routes for one account, for a short time. It cannot be taken back: it ends by itself.
struct SessionToken: Sendable, Hashable {
    static let prefix = "scrip_st_"
    /// How long a token may last, in seconds.
    static let lifetimeSeconds: ClosedRange<Int64> = 60...86_400
    /// How long a token lasts that does not say, in seconds.
    static let defaultLifetimeSeconds: Int64 = 900

    var account: AccountID
    /// Who of the account's people, if there are several.
    var user: String
    var isReadOnly: Bool
    var expiresAt: Timestamp

    /// The token as it is handed out.
    func signed(with key: SigningKey) -> String {
        let claims = JSONWriter.document { writer in
            writer.member("k", key.id)
            writer.member("a", account.rawValue)
            writer.member("u", user)
            writer.member("r", isReadOnly)
            writer.member("e", expiresAt.microseconds)
        }
        let message = SessionToken.prefix + Base64URL.encode(claims)
        return message + "." + Base64URL.encode(Array(SessionToken.code(of: message, key: key)))
    }

    /// Reads a token that is presented.
    /// - Throws: ``TokenRefusal``.
    static func read(_ text: String, engine: Engine) async throws -> SessionToken {
        if text.utf8.count > TokenParts.mostBytes { throw TokenRefusal.tooLarge }
        let parts = text.utf8.dropFirst(prefix.utf8.count).split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.hasPrefix(prefix), parts.count == 2, let claims = Base64URL.decode(parts[0]),
            let signature = Base64URL.decode(parts[1])
        else { throw TokenRefusal.malformed }
        guard let json = try? JSONValue.parse(claims) else { throw TokenRefusal.notJSON }
        guard let id = json["k"]?.stringValue, let key = try await engine.signingKey(id) else {
            throw TokenRefusal.keyUnknown
        }
        let message = Data((prefix + String(decoding: parts[0], as: UTF8.self)).utf8)
        let isGenuine = HMAC<SHA256>.isValidAuthenticationCode(
            Data(signature), authenticating: message, using: SymmetricKey(data: key.secret))
        if !isGenuine { throw TokenRefusal.signatureInvalid }
        guard let account = json["a"]?.stringValue.flatMap({ AccountID($0) }), let user = json["u"]?.stringValue,
            let isReadOnly = json["r"]?.boolValue, let end = json["e"]?.integerValue
        else { throw TokenRefusal.claimMalformed }
        let expiresAt = Timestamp(microseconds: end)
        if engine.clock.now() >= expiresAt { throw TokenRefusal.expired }
        return SessionToken(account: account, user: user, isReadOnly: isReadOnly, expiresAt: expiresAt)
    }

    private static func code(of message: String, key: SigningKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: SymmetricKey(data: key.secret))
    }
}
