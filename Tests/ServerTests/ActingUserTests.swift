import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import Testing

@testable import ScripServer

/// Who acted is known of what users do, and no user is shown the id of an API key.
@Suite struct ActingUserTests {
    @Test func `the acting user of an organization is in its entries and statistics`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/acme", #"{"kind":"organization"}"#)
            let session = try await server.call(.post, "/v1/sessions", #"{"account":"acme","user":"u_9"}"#)
            let token = try #require(session["token"])
            let deducted = try await server.call(
                .post, "/api/v1/tokens/check-balance", #"{"action":"deduct","feature_used":"ai_chat_message"}"#,
                secret: token)
            #expect(deducted.status == 200, "\(deducted)")
            let entries = try await server.call(.get, "/v1/accounts/acme/entries?kind=charge")
            #expect(entries["data", "0", "user"] == "u_9" && entries["data", "0", "actor"] == "user:u_9")
            let stats = try await server.call(.get, "/api/v1/tokens/stats", secret: token)
            #expect(stats["tokens", "0", "recent_use", "0", "user_id"] == "u_9", "\(stats)")
            let usage = try await server.call(.get, "/v1/accounts/acme/usage?group_by=user")
            #expect(usage["data", "0", "user"] == "u_9")
        }
    }

    @Test func `no users' route shows the id of an API key`() async throws {
        try await TestServer.run { server in
            let made = try await server.engine.createKey(name: "app")
            let (key, secret) = (made.key.id, made.secret.text)
            _ = try await server.call(.put, "/v1/accounts/ada", "{}", secret: secret)
            _ = try await server.call(
                .post, "/v1/accounts/ada/charges", #"{"action":"ai_chat_message"}"#, secret: secret)
            _ = try await server.call(
                .post, "/v1/accounts/ada/grants", #"{"amount":"1","source":"bonus"}"#, secret: secret)
            let account = AccountID(unchecked: "ada")
            let pack = try #require(server.engine.catalogInForce.packs.first?.id)
            _ = try await server.engine.createPurchase(
                of: pack, for: account, provider: "manual", origin: Origin(actor: key))
            let entries = try await server.call(.get, "/v1/accounts/ada/entries")
            #expect(entries.text.contains(key))
            let token = try #require(
                try await server.call(.post, "/v1/sessions", #"{"account":"ada"}"#, secret: secret)["token"])
            let paths = [
                "/api/credits/balance", "/api/credits/history", "/api/credits/history?format=csv", "/api/credits/packs",
                "/api/credits/purchases", "/api/user/usage", "/api/user/usage?group_by=day,action",
                "/api/v1/tokens/stats",
            ]
            for path in paths {
                let reply = try await server.call(.get, path, secret: token)
                #expect(reply.status == 200, "\(path): \(reply)")
                #expect(!reply.text.contains(key), "\(path)")
            }
            let stats = try await server.call(.get, "/api/v1/tokens/stats", secret: token)
            #expect(stats["tokens", "0", "recent_use", "0", "user_id"] == "null")
        }
    }
}
