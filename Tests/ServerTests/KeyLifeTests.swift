import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct KeyLifeTests {
    @Test func `an idempotency key, which would not keep a key from being made twice, is refused`() async throws {
        try await TestServer.run { server in
            let made = try await server.call(.post, "/v1/keys", #"{"name":"app","scopes":["accounts:read"]}"#)
            let id = try #require(made["id"])
            for (path, body) in [
                ("/v1/keys", #"{"name":"app","scopes":["accounts:read"]}"#), ("/v1/keys/\(id)/rotate", "{}"),
            ] {
                let refused = try await server.call(.post, path, body, headers: ["Idempotency-Key": "k"])
                #expect(refused.status == 400 && refused["errors", "0", "pointer"] == "Idempotency-Key", "\(refused)")
            }
            let keys = try await server.call(.get, "/v1/keys")
            #expect(keys["data", "1", "id"] == id && keys["data", "2"] == nil, "\(keys)")
        }
    }

    @Test(arguments: [false, true])
    func `a rotated key and its successor both work for a while, then only the successor`(
        behindSocket: Bool
    ) async throws {
        try await TestServer.run(behindSocket: behindSocket) { server in
            let made = try await server.call(.post, "/v1/keys", #"{"name":"app","scopes":["accounts:read"]}"#)
            #expect(made["kind"] == "restricted" && made["mode"] == "live", "\(made)")
            let (id, old) = (try #require(made["id"]), try #require(made["secret"]))
            #expect(old.hasPrefix("scrip_rk_live_"))
            let rotated = try await server.call(.post, "/v1/keys/\(id)/rotate", #"{"overlap_seconds":3600}"#)
            #expect(rotated.status == 201 && rotated["scopes", "0"] == "accounts:read", "\(rotated)")
            #expect(rotated["previous", "expires_at"] == "2026-01-31T01:00:00Z")
            #expect(rotated["previous", "replaced_by"] == rotated["id"])
            let new = try #require(rotated["secret"])
            for secret in [old, new] {
                #expect(try await server.call(.get, "/v1/accounts", secret: secret).status == 200)
            }
            server.clock.advance(seconds: 3_600)
            #expect(try await server.call(.get, "/v1/accounts", secret: old)["code"] == "key_expired")
            #expect(try await server.call(.get, "/v1/accounts", secret: new).status == 200)
            #expect(try await server.call(.post, "/v1/keys/\(id)/rotate", "{}").status == 404)
        }
    }

    @Test func `nobody gets a key that may do more than their own by rotating it`() async throws {
        try await TestServer.run { server in
            let made = try await server.call(.post, "/v1/keys", #"{"name":"all"}"#)
            let admin = try await server.engine.createKey(name: "admin", scopes: [.keysAdmin]).secret.text
            let refused = try await server.call(
                .post, "/v1/keys/\(try #require(made["id"]))/rotate", "{}", secret: admin)
            #expect(refused.status == 403 && refused["code"] == "insufficient_scope", "\(refused)")
        }
    }

    @Test(arguments: [false, true])
    func `a key says when it was last used`(behindSocket: Bool) async throws {
        try await TestServer.run(behindSocket: behindSocket) { server in
            let made = try await server.call(.post, "/v1/keys", #"{"name":"app"}"#)
            #expect(made["last_used_at"] == "null")
            server.clock.advance(seconds: 90)
            _ = try await server.call(.get, "/v1/accounts", secret: made["secret"])
            let list = try await server.call(.get, "/v1/keys")
            #expect(list["data", "1", "last_used_at"] == "2026-01-31T00:01:30Z", "\(list)")
            try await server.engine.recordKeyUses()
            let stored = try await server.engine.store.read { try $0.apiKeys() }
            #expect(stored.last?.lastUsedAt == server.clock.now())
        }
    }

    @Test func `a publishable key names the app, and only from its own pages`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            let made = try await server.call(
                .post, "/v1/keys", #"{"name":"page","kind":"publishable","origins":["https://app.test"]}"#)
            #expect(made.status == 201 && made["origins", "0"] == "https://app.test", "\(made)")
            let key = try #require(made["secret"])
            #expect(key.hasPrefix("scrip_pk_live_"))
            let token = UserToken.make("ada")
            func status(_ headers: [String: String], secret: String?) async throws -> (Int, String?) {
                let reply = try await server.call(.get, "/api/credits/balance", secret: secret, headers: headers)
                return (reply.status, reply["code"])
            }
            #expect(try await status(["X-Scrip-Key": key, "Origin": "https://app.test"], secret: token) == (200, nil))
            for headers in [["X-Scrip-Key": key], ["X-Scrip-Key": key, "Origin": "https://evil.test"]] {
                #expect(try await status(headers, secret: token) == (403, "origin_not_allowed"))
            }
            #expect(try await status(["X-Scrip-Key": key, "Origin": "https://app.test"], secret: nil).0 == 401)
            #expect(try await status(["X-Scrip-Key": server.secret], secret: token).0 == 403)
            for body in [
                #"{"name":"x","kind":"publishable","scopes":["all"]}"#, #"{"name":"x","kind":"restricted"}"#,
                #"{"name":"x","origins":["https://app.test"]}"#, #"{"name":"x","mode":"toy"}"#,
                #"{"name":"x","kind":"publishable","origins":["*"]}"#,
            ] {
                #expect(try await server.call(.post, "/v1/keys", body).status == 400, "\(body)")
            }
        }
    }
}
