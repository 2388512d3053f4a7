import Foundation
import ScripCore
import ScripEngine
import ScripTesting

@testable import ScripServer

/// What may be presented to a route, and what becomes of it.
struct Credential: Sendable {
    var name: String
    var headers: [String: String]
    /// What is added to the path.
    var query = ""
    /// Whose routes it opens, besides those that are open to everyone.
    var opens = Opens.nothing

    enum Opens: Sendable {
        case nothing
        case everything(of: [Scope])
        case users
    }

    func isLetIn(_ audience: Audience) -> Bool {
        switch (audience, opens) {
        case (.everyone, _), (.users, .users): true
        case (.servers(let scope), .everything(let scopes)): scopes.contains(.all) || scopes.contains(scope)
        default: false
        }
    }

    private init(_ name: String, headers: [String: String], query: String = "", opens: Opens = .nothing) {
        self.name = name
        self.headers = headers
        self.query = query
        self.opens = opens
    }

    private init(_ name: String, _ secret: String, opens: Opens = .nothing) {
        self.init(name, headers: ["Authorization": "Bearer \(secret)"], opens: opens)
    }

    /// Every kind there is, good and bad.
    /// - Parameter account: whose the users' are.
    static func all(on server: TestServer, account: AccountID) async throws -> [Credential] {
        try await ofServers(server) + ofUsers(server, account: account) + misplaced(server, account: account)
    }

    private static func ofServers(_ server: TestServer) async throws -> [Credential] {
        let (engine, now) = (server.engine, server.clock.now())
        let expired = try await engine.createKey(name: "expired", expiresAt: now).secret.text
        let revoked = try await engine.createKey(name: "revoked")
        _ = try await engine.revokeKey(revoked.key.id)
        let rotated = try await engine.createKey(name: "rotated")
        _ = try await engine.rotateKey(rotated.key.id, overlapSeconds: 0)
        let overlapping = try await engine.createKey(name: "overlapping")
        let successor = try await engine.rotateKey(overlapping.key.id, overlapSeconds: 60)?.secret.text ?? ""
        let restricted = try await engine.createKey(name: "restricted", scopes: [.balanceRead], kind: .restricted)
        let several = try await engine.createKey(name: "several", scopes: [.accountsRead, .chargesWrite])
        let test = try await engine.createKey(name: "test", mode: .test).secret.text
        let mistyped = String(server.secret.dropLast()) + (server.secret.hasSuffix("A") ? "B" : "A")
        return [
            Credential("nothing", headers: [:]),
            Credential("garbage", "garbage"),
            Credential("an unknown key", SecretKey().text),
            Credential("a mistyped key", mistyped),
            Credential("an expired key", expired),
            Credential("a revoked key", revoked.secret.text),
            Credential("a rotated key after its time", rotated.secret.text),
            Credential("a rotated key in its time", overlapping.secret.text, opens: .everything(of: [.all])),
            Credential("a rotated key's successor", successor, opens: .everything(of: [.all])),
            Credential("a key of the other mode", test),
            Credential("a restricted key", restricted.secret.text, opens: .everything(of: [.balanceRead])),
            Credential(
                "a secret key with scopes", several.secret.text,
                opens: .everything(of: [.accountsRead, .chargesWrite])),
            Credential("a secret key", server.secret, opens: .everything(of: [.all])),
        ]
    }

    private static func ofUsers(_ server: TestServer, account: AccountID) async throws -> [Credential] {
        let signing = try await server.engine.signingKey()
        let (now, subject) = (server.clock.now(), account.rawValue)
        func session(seconds: Int64, isReadOnly: Bool = false) -> SessionToken {
            SessionToken(
                account: account, user: subject, isReadOnly: isReadOnly, expiresAt: now.adding(seconds: seconds))
        }
        let strange = SigningKey(id: signing.id, secret: Array(repeating: 7, count: 32), createdAt: now)
        let unknown = SigningKey(id: "sk_unknown", secret: signing.secret, createdAt: now)
        return [
            Credential("a session token", session(seconds: 60).signed(with: signing), opens: .users),
            Credential(
                "a read-only session token", session(seconds: 60, isReadOnly: true).signed(with: signing), opens: .users
            ),
            Credential("an old session token", session(seconds: 0).signed(with: signing)),
            Credential("a forged session token", session(seconds: 60).signed(with: strange)),
            Credential("a session token of a key that nobody has", session(seconds: 60).signed(with: unknown)),
            Credential("a user's token", UserToken.make(subject), opens: .users),
            Credential("a forged token", UserToken.make(subject) + "A"),
            Credential("an old token", UserToken.make(subject, expiresAt: 1)),
            Credential("a token of another issuer", UserToken.make(subject, issuer: "https://other.test")),
            Credential("an unsigned token", UserToken.unsigned(subject)),
            Credential(
                "the token of someone who acts as the user",
                UserToken.make(subject, claims: #","act":{"sub":"support"}"#), opens: .users),
        ]
    }

    /// Good credentials where they do not belong.
    private static func misplaced(_ server: TestServer, account: AccountID) async throws -> [Credential] {
        let (token, secret) = (UserToken.make(account.rawValue), server.secret)
        let page = try await server.engine.createKey(name: "page", kind: .publishable).secret.text
        let test = try await server.engine.createKey(name: "page", kind: .publishable, mode: .test).secret.text
        let mine = try await server.engine.createKey(name: "p", kind: .publishable, origins: ["https://a.test"])
        let bearer = "Bearer \(token)"
        let basic = Data("\(secret):".utf8).base64EncodedString()
        return [
            Credential("a publishable key", page),
            Credential("a publishable key as an app's name", headers: ["X-Scrip-Key": page]),
            Credential(
                "a user's token with the app's name", headers: ["Authorization": bearer, "X-Scrip-Key": page],
                opens: .users),
            Credential(
                "a user's token with a name of the other mode", headers: ["Authorization": bearer, "X-Scrip-Key": test]),
            Credential(
                "a user's token with a name that is for other pages",
                headers: ["Authorization": bearer, "X-Scrip-Key": mine.secret.text, "Origin": "https://b.test"]),
            Credential(
                "a user's token with a secret key as a name", headers: ["Authorization": bearer, "X-Scrip-Key": secret]),
            Credential("a secret key as an app's name", headers: ["X-Scrip-Key": secret]),
            Credential("a secret key by another scheme", headers: ["Authorization": "Basic \(basic)"]),
            Credential("a secret key without a scheme", headers: ["Authorization": secret]),
            Credential("a secret key in a cookie", headers: ["Cookie": "key=\(secret); __session=\(secret)"]),
            Credential("a user's token in a cookie", headers: ["Cookie": "__session=\(token)"]),
            Credential("a secret key in the address", headers: [:], query: "?access_token=\(secret)&key=\(secret)"),
            Credential("a user's token in the address", headers: [:], query: "?access_token=\(token)&token=\(token)"),
            Credential("two credentials in one", headers: ["Authorization": "Bearer \(secret) \(token)"]),
        ]
    }
}
