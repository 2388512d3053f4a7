import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@testable import ScripServer

@Suite(.timeLimit(.minutes(15))) struct RequestLimitTests {
    @Test func `a user who calls too often waits, and no other does`() async throws {
        var configuration = try UserToken.configuration(opensAccounts: true)
        configuration.limits = RequestLimits(perKey: nil, perUser: 3)
        try await TestServer.run(configuration: configuration) { server in
            let (ada, bob) = (UserToken.make("ada"), UserToken.make("bob"))
            let path = "/api/credits/balance"
            let limit = try #require(HTTPField.Name("RateLimit"))
            let policy = try #require(HTTPField.Name("RateLimit-Policy"))
            for (left, seconds) in [(2, 20), (1, 40), (0, 60)] {
                let reply = try await server.call(.get, path, secret: ada)
                #expect(reply.status == 200 && reply.headers[policy] == #""user";q=3;w=60"#)
                let stated = #""user";r=\#(left);t=\#(seconds)"#
                #expect(reply.headers[limit] == stated)
            }
            let refused = try await server.call(.get, path, secret: ada)
            #expect(refused.status == 429 && refused["code"] == "rate_limited", "\(refused)")
            #expect(refused.headers[.retryAfter] == "20")
            #expect(try await server.call(.get, path, secret: bob).status == 200)
            server.clock.advance(seconds: 20)
            #expect(try await server.call(.get, path, secret: ada).status == 200)
            #expect(try await server.call(.get, path, secret: ada).status == 429)
            #expect(try await server.call(.get, "/v1/accounts").status == 200)
        }
    }

    @Test func `a key and an address are limited too`() async throws {
        let configuration = ServerConfiguration(limits: RequestLimits(perKey: 2, perUser: nil, perAddress: 4))
        try await TestServer.run(configuration: configuration, behindSocket: true) { server in
            let statuses = [200, 200, 429, 429, 429]
            for status in statuses { #expect(try await server.call(.get, "/v1/accounts").status == status) }
            let other = try await server.engine.createKey(name: "other").secret.text
            #expect(try await server.call(.get, "/v1/accounts", secret: other).status == 429)
            #expect(try await server.call(.get, "/livez", secret: nil).status == 200)
        }
    }

    @Test(arguments: ["/v1/webhooks/stripe", "/test-checkout/pu_1", "/metrics", "/v1/accounts"])
    func `whatever an address may ask without a key is counted, too`(path: String) async throws {
        var configuration = ServerConfiguration(limits: RequestLimits(perKey: nil, perUser: nil, perAddress: 3))
        configuration.metricsArePublic = true
        let providers: [any PaymentProvider] = [ScriptedPaymentProvider(name: "stripe")]
        try await TestServer.run(configuration: configuration, behindSocket: true, providers: providers) { server in
            let method: HTTPRequest.Method = path.hasPrefix("/v1/webhooks") ? .post : .get
            for _ in 0..<3 {
                let reply = try await server.call(method, path, method == .post ? "evt" : nil, secret: nil)
                #expect(reply.status != 429, "\(reply)")
            }
            let refused = try await server.call(method, path, method == .post ? "evt" : nil, secret: nil)
            #expect(refused.status == 429 && refused["code"] == "rate_limited", "\(refused)")
            #expect(refused.headers[.retryAfter] != nil)
            for health in ["/livez", "/readyz", "/healthz"] {
                #expect(try await server.call(.get, health, secret: nil).status == 200)
            }
            // A probe that shows a key has it looked up.
            #expect(try await server.call(.get, "/readyz?verbose", secret: "scrip_x").status == 429)
        }
    }

    @Test func `a flood of parties takes no more memory than is allowed`() {
        let limiter = RequestLimiter()
        let now = Timestamp(seconds: 1_000)
        for number in 0..<200_000 {
            let reading = limiter.take(.address("\(number)"), limit: 10, at: now)
            #expect(!reading.isRefused)
        }
        #expect(limiter.count <= RequestLimiter.maxBuckets)
    }
}
