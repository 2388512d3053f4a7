import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@testable import ScripServer

@Suite struct AudienceTests {
    /// A path with something in each place, so that only the credential decides.
    private static func path(of route: Route) -> String {
        route.path.replacing(/\{(\w+)\}/) { $0.1 == "account" ? "u_1" : "x" }
    }

    /// Whoever does not take event streams is not kept waiting for the end of one.
    private static let headers = ["Accept": "application/json"]

    /// A credential, and what becomes of it on a route.
    private struct Attempt {
        var name: String
        var secret: String?
        var isLetIn: @Sendable (Audience) -> Bool
    }

    private static func attempts(_ server: TestServer) async throws -> [Attempt] {
        let nowhere: @Sendable (Audience) -> Bool = { $0 == .everyone }
        let engine = server.engine
        let expired = try await engine.createKey(name: "expired", expiresAt: server.clock.now()).secret.text
        let revoked = try await engine.createKey(name: "revoked")
        _ = try await engine.revokeKey(revoked.key.id)
        let publishable = try await engine.createKey(name: "page", kind: .publishable).secret.text
        let otherMode = try await engine.createKey(name: "test", mode: .test).secret.text
        let signing = try await engine.signingKey()
        let now = server.clock.now()
        let account = AccountID(unchecked: "u_1")
        let session = SessionToken(
            account: account, user: "u_1", isReadOnly: false, expiresAt: now.adding(seconds: 60)
        ).signed(with: signing)
        let oldSession = SessionToken(account: account, user: "u_1", isReadOnly: false, expiresAt: now)
            .signed(with: signing)
        let strange = SigningKey(id: signing.id, secret: Array(repeating: 7, count: 32), createdAt: now)
        let forgedSession = SessionToken(
            account: account, user: "u_1", isReadOnly: false, expiresAt: now.adding(seconds: 60)
        ).signed(with: strange)
        return [
            Attempt(name: "a publishable key", secret: publishable, isLetIn: nowhere),
            Attempt(name: "a key of the other mode", secret: otherMode, isLetIn: nowhere),
            Attempt(name: "an old session token", secret: oldSession, isLetIn: nowhere),
            Attempt(name: "a forged session token", secret: forgedSession, isLetIn: nowhere),
            Attempt(name: "a session token", secret: session) { $0 == .everyone || $0 == .users },
            Attempt(name: "nothing", secret: nil, isLetIn: nowhere),
            Attempt(name: "garbage", secret: "garbage", isLetIn: nowhere),
            Attempt(name: "an unknown key", secret: SecretKey().text, isLetIn: nowhere),
            Attempt(name: "an expired key", secret: expired, isLetIn: nowhere),
            Attempt(name: "a revoked key", secret: revoked.secret.text, isLetIn: nowhere),
            Attempt(name: "a secret key", secret: server.secret) { $0 != .users },
            Attempt(name: "a user's token", secret: UserToken.make("u_1")) { $0 == .everyone || $0 == .users },
            Attempt(name: "a forged token", secret: UserToken.make("u_1") + "A", isLetIn: nowhere),
            Attempt(name: "an old token", secret: UserToken.make("u_1", expiresAt: 1), isLetIn: nowhere),
            Attempt(
                name: "the token of someone who acts as the user",
                secret: UserToken.make("u_1", claims: #","act":{"sub":"support"}"#)
            ) { $0 == .everyone || $0 == .users },
        ]
    }

    @Test func `every route lets in only those it is for`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            for attempt in try await AudienceTests.attempts(server) {
                for route in Routes.all {
                    let reply = try await server.call(
                        route.method, AudienceTests.path(of: route), "{}", secret: attempt.secret,
                        headers: AudienceTests.headers)
                    let isRefused = AudienceTests.isRefused(reply)
                    #expect(
                        isRefused != attempt.isLetIn(route.audience),
                        "\(attempt.name) on \(route.method) \(route.path): \(reply)")
                }
            }
        }
    }

    @Test func `a restricted key opens only the routes of its scopes`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            for scope in Scope.allCases where scope != .all {
                let secret = try await server.engine.createKey(name: "one", scopes: [scope]).secret.text
                for route in Routes.all where route.audience != .everyone {
                    let reply = try await server.call(
                        route.method, AudienceTests.path(of: route), "{}", secret: secret,
                        headers: AudienceTests.headers)
                    #expect(
                        AudienceTests.isRefused(reply) != (route.audience == .servers(scope)),
                        "\(scope) on \(route.method) \(route.path): \(reply)")
                }
            }
        }
    }

    private static func isRefused(_ reply: TestServer.Reply) -> Bool {
        if reply.status == 401 { return true }
        return reply.status == 403
            && ["insufficient_scope", "wrong_credential", "origin_not_allowed"].contains(reply["code"])
    }
}
