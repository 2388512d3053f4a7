import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct CrossOriginTests {
    private static let app = "https://app.test"

    private static func preflight(_ origin: String, method: String = "GET") -> [String: String] {
        ["Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"]
    }

    @Test func `a page of an allowed origin is let through, by name and without credentials`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            let path = "/api/credits/balance"
            let asked = try await server.call(
                .options, path, secret: nil, headers: CrossOriginTests.preflight(CrossOriginTests.app))
            #expect(asked.status == 204 && asked.headers[.accessControlAllowOrigin] == CrossOriginTests.app)
            #expect(asked.headers[.accessControlAllowMethods] == "GET, HEAD")
            #expect(asked.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
            let reply = try await server.call(
                .get, path, secret: UserToken.make("ada"), headers: ["Origin": CrossOriginTests.app])
            #expect(reply.status == 200 && reply.headers[.accessControlAllowOrigin] == CrossOriginTests.app)
            let refused = try await server.call(.get, path, secret: "x", headers: ["Origin": CrossOriginTests.app])
            #expect(refused.status == 401 && refused.headers[.accessControlAllowOrigin] == CrossOriginTests.app)
            for answer in [asked, reply, refused] {
                #expect(answer.headers[.vary]?.contains("Origin") == true)
                #expect(answer.headers[.accessControlAllowCredentials] == nil)
            }
        }
    }

    @Test(arguments: ["https://evil.test", "https://app.test.evil.test", "null", "http://app.test", "*"])
    func `a page of another origin is not`(origin: String) async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            let path = "/api/credits/balance"
            let asked = try await server.call(
                .options, path, secret: nil, headers: CrossOriginTests.preflight(origin))
            #expect(asked.status == 403 && asked.headers[.accessControlAllowOrigin] == nil)
            let reply = try await server.call(.get, path, secret: UserToken.make("ada"), headers: ["Origin": origin])
            #expect(reply.headers[.accessControlAllowOrigin] == nil && reply.headers[.vary] == "Origin")
        }
    }

    @Test func `the servers' routes are not for pages at all`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            let asked = try await server.call(
                .options, "/v1/accounts", secret: nil, headers: CrossOriginTests.preflight(CrossOriginTests.app))
            #expect(asked.status == 405 && asked.headers[.accessControlAllowOrigin] == nil)
        }
    }

    private static func expectSeen(
        _ isSeen: Bool, _ server: TestServer, origin: String, key: String?, token: String? = UserToken.make("ada"),
        status: Int = 200, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        var headers = ["Origin": origin]
        if let key { headers["X-Scrip-Key"] = key }
        let reply = try await server.call(.get, "/api/credits/balance", secret: token, headers: headers)
        #expect(reply.status == status, "\(reply)", sourceLocation: location)
        #expect(reply.headers[.accessControlAllowOrigin] == (isSeen ? origin : nil), sourceLocation: location)
        #expect(reply.headers[.vary]?.contains("Origin") == true, sourceLocation: location)
    }

    private static func isAsked(_ server: TestServer, _ origin: String) async throws -> Bool {
        let reply = try await server.call(
            .options, "/api/credits/balance", secret: nil, headers: CrossOriginTests.preflight(origin))
        #expect(reply.headers[.accessControlAllowOrigin] == (reply.status == 204 ? origin : nil))
        #expect(reply.headers[.vary]?.contains("Origin") == true)
        return reply.status == 204
    }

    @Test(arguments: [false, true])
    func `a publishable key opens the pages of its own origins, to itself alone`(behindSocket: Bool) async throws {
        let configuration = try UserToken.configuration(opensAccounts: true)
        try await TestServer.run(configuration: configuration, behindSocket: behindSocket) { server in
            let (mine, other) = ("https://mine.test", "https://other.test")
            let key = try await server.engine.createKey(name: "a", kind: .publishable, origins: [mine]).secret.text
            let another = try await server.engine.createKey(name: "b", kind: .publishable, origins: [other])
            for origin in [mine, other, CrossOriginTests.app] {
                #expect(try await CrossOriginTests.isAsked(server, origin), "\(origin)")
            }
            #expect(try await !CrossOriginTests.isAsked(server, "https://evil.test"))
            try await CrossOriginTests.expectSeen(true, server, origin: mine, key: key)
            // What the page did wrong it may read: without a token, or with the key where the token belongs.
            try await CrossOriginTests.expectSeen(true, server, origin: mine, key: key, token: nil, status: 401)
            try await CrossOriginTests.expectSeen(true, server, origin: mine, key: key, token: key, status: 403)
            // An origin that only another key names, or that nobody does; a key that is left out or is no page's.
            try await CrossOriginTests.expectSeen(false, server, origin: other, key: key, status: 403)
            try await CrossOriginTests.expectSeen(false, server, origin: "https://evil.test", key: key, status: 403)
            try await CrossOriginTests.expectSeen(false, server, origin: mine, key: nil)
            try await CrossOriginTests.expectSeen(false, server, origin: mine, key: "garbage", status: 401)
            try await CrossOriginTests.expectSeen(false, server, origin: mine, key: server.secret, status: 403)
            // Of a configured origin all answers may be read, also that the key is for other pages.
            try await CrossOriginTests.expectSeen(true, server, origin: CrossOriginTests.app, key: key, status: 403)

            _ = try await server.engine.revokeKey(another.key.id)
            server.clock.advance(seconds: 5)
            #expect(try await !CrossOriginTests.isAsked(server, other))
            try await CrossOriginTests.expectSeen(
                false, server, origin: other, key: another.secret.text, status: 401)
            #expect(try await CrossOriginTests.isAsked(server, mine))
        }
    }

    @Test func `keys without origins, of the other mode, expired or for servers open no page`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            let (engine, page) = (server.engine, "https://page.test")
            let anywhere = try await engine.createKey(name: "a", kind: .publishable).secret.text
            let test = try await engine.createKey(name: "b", kind: .publishable, mode: .test, origins: [page])
            let old = try await engine.createKey(
                name: "c", expiresAt: server.clock.now(), kind: .publishable, origins: [page])
            #expect(try await !CrossOriginTests.isAsked(server, page))
            try await CrossOriginTests.expectSeen(false, server, origin: page, key: anywhere)
            try await CrossOriginTests.expectSeen(false, server, origin: page, key: test.secret.text, status: 401)
            try await CrossOriginTests.expectSeen(false, server, origin: page, key: old.secret.text, status: 401)
        }
    }

    @Test func `a rotated key opens its pages through both, then through the successor alone`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            let page = "https://page.test"
            let made = try await server.engine.createKey(name: "a", kind: .publishable, origins: [page])
            let rotated = try #require(try await server.engine.rotateKey(made.key.id, overlapSeconds: 60))
            for secret in [made.secret, rotated.secret] {
                try await CrossOriginTests.expectSeen(true, server, origin: page, key: secret.text)
            }
            server.clock.advance(seconds: 60)
            try await CrossOriginTests.expectSeen(false, server, origin: page, key: made.secret.text, status: 401)
            try await CrossOriginTests.expectSeen(true, server, origin: page, key: rotated.secret.text)
            #expect(try await CrossOriginTests.isAsked(server, page))
        }
    }
}
