import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct CreditPurchaseTests {
    private static let support = #","act":{"sub":"support"}"#

    @Test func `a user buys a pack, sees it paid, and nobody else sees it`() async throws {
        let provider = ScriptedPaymentProvider()
        let configuration = try UserToken.configuration(opensAccounts: true)
        try await TestServer.run(configuration: configuration, providers: [provider]) { server in
            let (ada, bob) = (UserToken.make("ada"), UserToken.make("bob"))
            let packs = try await server.call(.get, "/api/credits/packs", secret: ada)
            #expect(packs["data", "0", "id"] == "starter")
            let key = ["Idempotency-Key": "o1"]
            let body = #"{"pack":"starter"}"#
            let made = try await server.call(.post, "/api/credits/purchase", body, secret: ada, headers: key)
            #expect(made.status == 201 && made["account"] == "ada" && made["actor"] == "user:ada", "\(made)")
            let again = try await server.call(.post, "/api/credits/purchase", body, secret: ada, headers: key)
            #expect(again["id"] == made["id"])
            let others = try await server.call(.post, "/api/credits/purchase", body, secret: bob, headers: key)
            #expect(others.status == 201 && others["id"] != made["id"])
            let id = try #require(made["id"])
            let path = "/api/credits/purchases/\(id)"
            provider.set(PaymentFacts(stage: .paid, paid: Price(minorUnits: 900, currency: "usd")), of: id)
            #expect(try await server.call(.post, path + "/refresh", "{}", secret: ada)["status"] == "paid")
            #expect(try await server.call(.get, path, secret: ada)["status"] == "paid")
            let list = try await server.call(.get, "/api/credits/purchases?status=paid", secret: ada)
            #expect(list["data", "0", "id"] == id && list["data", "1", "id"] == nil)
            let balance = try await server.call(.get, "/api/credits/balance", secret: ada)
            #expect(balance["purchased"] == "100", "\(balance)")
            for (method, path) in [(HTTPRequest.Method.get, path), (.post, path + "/refresh")] {
                let reply = try await server.call(method, path, "{}", secret: bob)
                #expect(reply.status == 404 && reply["code"] == "purchase_not_found", "\(reply)")
            }
            let mine = try await server.call(.get, "/api/credits/purchases", secret: bob)
            #expect(mine["data", "0", "id"] == others["id"] && mine["data", "1", "id"] == nil, "\(mine)")
        }
    }

    @Test func `whoever acts as a user sees purchases and buys nothing`() async throws {
        let configuration = try UserToken.configuration()
        try await TestServer.run(configuration: configuration, providers: [ScriptedPaymentProvider()]) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let made = try await server.call(
                .post, "/api/credits/purchase", #"{"pack":"starter"}"#, secret: UserToken.make("ada"))
            let id = try #require(made["id"])
            let token = UserToken.make("ada", claims: CreditPurchaseTests.support)
            #expect(try await server.call(.get, "/api/credits/purchases/\(id)", secret: token).status == 200)
            for path in ["/api/credits/purchase", "/api/credits/purchases/\(id)/refresh"] {
                let reply = try await server.call(.post, path, #"{"pack":"starter"}"#, secret: token)
                #expect(reply.status == 403 && reply["code"] == "read_only", "\(reply)")
            }
        }
    }

    @Test func `a purchase of what is not sold, or of nothing, is refused`() async throws {
        let configuration = try UserToken.configuration(opensAccounts: true)
        try await TestServer.run(configuration: configuration, providers: [ScriptedPaymentProvider()]) { server in
            let token = UserToken.make("ada")
            for (body, status) in [
                ("{}", 400), (#"{"pack":"x"}"#, 422), (#"{"pack":"starter","account":"bob"}"#, 400),
                (#"{"pack":"starter","success_url":"javascript:alert(1)"}"#, 400),
            ] {
                let reply = try await server.call(.post, "/api/credits/purchase", body, secret: token)
                #expect(reply.status == status, "\(body): \(reply)")
            }
        }
    }
}
