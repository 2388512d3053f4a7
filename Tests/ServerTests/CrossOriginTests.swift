import HTTPTypes
import ScripServer
import Testing

@Suite struct CrossOriginTests {
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
            #expect(asked.headers[.accessControlAllowMethods] == "GET")
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
}
