import ScripCore
import ScripEngine
import ScripIdentity
import ScripJSON
import ScripWire

/// A token that an app's server mints for one of its users: `scrip_st_`, claims, and a signature over them.
///
/// It opens the users' routes for one account, for a short time. It cannot be taken back: it ends by itself.
struct SessionToken: Sendable, Hashable {
    static let prefix = "scrip_st_"
    /// How long a token may last, in seconds.
    static let lifetimeSeconds: ClosedRange<Int64> = 60...SigningKey.maxTokenSeconds
    /// How long a token lasts that does not say, in seconds.
    static let defaultLifetimeSeconds: Int64 = 900
    /// How far clocks of instances may differ, in seconds.
    static let leewaySeconds: Int64 = 60

    var account: AccountID
    /// Who of the account's people, if there are several.
    var user: String
    var isReadOnly: Bool
    /// When it was made; unknown in tokens of older versions.
    var issuedAt: Timestamp?
    var expiresAt: Timestamp

    /// The token as it is handed out.
    func signed(with key: SigningKey) -> String {
        let claims = JSONWriter.document { writer in
            writer.member("k", key.id)
            writer.member("a", account.rawValue)
            writer.member("u", user)
            writer.member("r", isReadOnly)
            if let issuedAt { writer.member("i", issuedAt.microseconds) }
            writer.member("e", expiresAt.microseconds)
        }
        let message = SessionToken.prefix + Base64URL.encode(claims)
        return message + "." + Base64URL.encode(SessionToken.code(of: message, key: key).bytes)
    }

    /// Reads a token that is presented.
    /// - Throws: ``TokenRefusal``.
    static func read(_ text: String, engine: Engine) async throws -> SessionToken {
        if text.utf8.count > TokenParts.maxBytes { throw TokenRefusal.tooLarge }
        let parts = text.utf8.dropFirst(prefix.utf8.count).split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.hasPrefix(prefix), parts.count == 2, let claims = Base64URL.decode(parts[0]),
            let signature = Base64URL.decode(parts[1])
        else { throw TokenRefusal.malformed }
        guard let json = try? JSONValue.parse(claims) else { throw TokenRefusal.notJSON }
        guard let id = json["k"]?.stringValue, let key = try await engine.signingKey(id) else {
            throw TokenRefusal.keyUnknown
        }
        let message = prefix + String(decoding: parts[0], as: UTF8.self)
        if !code(of: message, key: key).matches(signature) { throw TokenRefusal.signatureInvalid }
        guard let account = json["a"]?.stringValue.flatMap({ AccountID($0) }), let user = json["u"]?.stringValue,
            let isReadOnly = json["r"]?.boolValue, let end = json["e"]?.integerValue
        else { throw TokenRefusal.claimMalformed }
        var issuedAt: Timestamp?
        if let stated = json["i"] {
            guard let made = stated.integerValue else { throw TokenRefusal.claimMalformed }
            issuedAt = Timestamp(microseconds: made)
        }
        let token = SessionToken(
            account: account, user: user, isReadOnly: isReadOnly, issuedAt: issuedAt,
            expiresAt: Timestamp(microseconds: end))
        try token.checkTimes(at: engine.clock.now())
        return token
    }

    /// Checks the rules of tokens. A signature only proves who made a token, and whoever stole a signing key keeps to
    /// none.
    private func checkTimes(at now: Timestamp) throws(TokenRefusal) {
        if now >= expiresAt { throw .expired }
        let most = SigningKey.maxTokenSeconds
        if expiresAt > now.adding(seconds: most + SessionToken.leewaySeconds) { throw .lifeTooLong }
        guard let issuedAt else { return }
        if issuedAt > now.adding(seconds: SessionToken.leewaySeconds) { throw .issuedInFuture }
        if expiresAt > issuedAt.adding(seconds: most) { throw .lifeTooLong }
    }

    private static func code(of message: String, key: SigningKey) -> MessageCode {
        MessageCode(of: Array(message.utf8), key: key.secret)
    }
}
