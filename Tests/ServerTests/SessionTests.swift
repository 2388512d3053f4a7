import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripServer

@Suite(.timeLimit(.minutes(15))) struct SessionTests {
    @Test func `a session token opens one account's routes until its time is over`() async throws {
        try await TestServer.run { server in
            for name in ["ada", "bob"] { _ = try await server.call(.put, "/v1/accounts/\(name)", "{}") }
            let body = #"{"account":"ada","user":"u_7","expires_in_seconds":120}"#
            let made = try await server.call(.post, "/v1/sessions", body)
            #expect(made.status == 201 && made["expires_at"] == "2026-01-31T00:02:00Z", "\(made)")
            let token = try #require(made["token"])
            let balance = try await server.call(.get, "/api/credits/balance", secret: token)
            #expect(balance.status == 200 && balance["account"] == "ada")
            let deduct = #"{"action":"deduct","feature_used":"ai_chat_message"}"#
            _ = try await server.call(.post, "/api/v1/tokens/check-balance", deduct, secret: token)
            let lines = try await server.call(.get, "/v1/accounts/ada/entries?kind=charge")
            #expect(lines["data", "0", "actor"] == "user:u_7", "\(lines)")
            #expect(try await server.call(.get, "/v1/accounts/ada/balance", secret: token).status == 403)
            server.clock.advance(seconds: 120)
            let late = try await server.call(.get, "/api/credits/balance", secret: token)
            #expect(late.status == 401 && late["reason"] == "token_expired", "\(late)")
        }
    }

    @Test(arguments: [true, false])
    func `a session opens its account on first sight where that is configured, and only there`(
        opens: Bool
    ) async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: opens)) { server in
            let made = try await server.call(.post, "/v1/sessions", #"{"account":"newcomer"}"#)
            #expect(made.status == (opens ? 201 : 404), "\(made)")
            let account = try await server.call(.get, "/v1/accounts/newcomer")
            #expect(account.status == (opens ? 200 : 404), "\(account)")
            guard opens else { return }
            #expect(account["plan"] == "free" && account["kind"] == "user", "\(account)")
            let balance = try await server.call(.get, "/api/credits/balance", secret: made["token"])
            #expect(balance["total"] == "5", "\(balance)")
            _ = try await server.call(.post, "/v1/sessions", #"{"account":"newcomer"}"#)
            let lines = try await server.call(.get, "/v1/accounts/newcomer/entries?kind=account")
            #expect(lines["data", "1", "id"] == nil, "\(lines)")
        }
    }

    @Test func `a read-only session changes nothing, and a session for nobody is not made`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let made = try await server.call(.post, "/v1/sessions", #"{"account":"ada","read_only":true}"#)
            let deduct = #"{"action":"deduct","feature_used":"ai_chat_message"}"#
            let refused = try await server.call(
                .post, "/api/v1/tokens/check-balance", deduct, secret: made["token"])
            #expect(refused.status == 403 && refused["code"] == "read_only")
            #expect(try await server.call(.post, "/v1/sessions", #"{"account":"eve"}"#).status == 404)
            for body in ["{}", #"{"account":"ada","expires_in_seconds":5}"#, #"{"account":""}"#] {
                #expect(try await server.call(.post, "/v1/sessions", body).status == 400, "\(body)")
            }
        }
    }

    @Test func `whoever only looks changes nothing on any route`() async throws {
        try await TestServer.run(providers: [ScriptedPaymentProvider()]) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let pack = #"{"pack":"starter"}"#
            let purchase = try await server.call(.post, "/v1/accounts/ada/purchases", pack)
            let id = try #require(purchase["id"])
            let made = try await server.call(.post, "/v1/sessions", #"{"account":"ada","read_only":true}"#)
            let changing = Routes.all.filter { $0.audience == .users && $0.method != .get }
            #expect(!changing.isEmpty)
            for route in changing {
                let body =
                    route.path.hasPrefix("/api/v1/tokens/")
                    ? #"{"action":"deduct","feature_used":"ai_chat_message"}"# : pack
                let path = route.path.replacing("{purchase}", with: id)
                let reply = try await server.call(route.method, path, body, secret: made["token"])
                #expect(reply.status == 403 && reply["code"] == "read_only", "\(route.method) \(path): \(reply)")
            }
        }
    }

    @Test func `a session token does not survive a change of any of its bytes`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let made = try await server.call(.post, "/v1/sessions", #"{"account":"ada"}"#)
            let token = Array(try #require(made["token"]).utf8)
            for place in token.indices {
                var bytes = token
                bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                let text = String(decoding: bytes, as: UTF8.self)
                let status = try await server.call(.get, "/api/credits/balance", secret: text).status
                #expect(status == 401 || status == 403, "\(place)")
            }
        }
    }
}
