import HTTPTypes
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

@testable import ScripServer

@Suite("Who may call what", .timeLimit(.minutes(15)))
struct AccessTests {
    @Test("A key is made, shown once, used, expires and is revoked")
    func keyLife() async throws {
        try await TestServer.run { server in
            let made = try await server.call(
                .post, "/v1/keys", #"{"name":"app","scopes":["balance:read"],"expires_at":"2026-01-31T01:00:00Z"}"#
            )
            #expect(made.status == 201)
            let secret = try #require(made["secret"])
            let list = try await server.call(.get, "/v1/keys")
            #expect(list["data", "1", "name"] == "app" && list["data", "1", "secret"] == nil)
            let seen = try await server.call(.get, "/v1/accounts/x/balance", secret: secret)
            #expect(seen.status == 404 && seen["code"] == "account_not_found")
            server.clock.advance(seconds: 3_600)
            let late = try await server.call(.get, "/v1/accounts/x/balance", secret: secret)
            #expect(late.status == 401 && late["code"] == "key_expired")
            let id = try #require(made["id"])
            #expect(try await server.call(.delete, "/v1/keys/\(id)").status == 200)
            let gone = try await server.call(.get, "/v1/accounts/x/balance", secret: secret)
            #expect(gone["code"] == "key_revoked")
        }
    }

    @Test(
        "Bad requests say what is wrong",
        arguments: [
            ("PUT", "/v1/accounts/u_1", "{", 400, "invalid_json"),
            ("PUT", "/v1/accounts/u_1", #"{"plan":"nope"}"#, 422, "unknown_plan"),
            ("PUT", "/v1/accounts/u_1", #"{"timezone":"Mars/Olympus"}"#, 400, "invalid_request"),
            ("POST", "/v1/accounts/none/charges", #"{"action":"ai_chat_message"}"#, 404, "account_not_found"),
            (
                "POST", "/v1/accounts/free/charges", #"{"action":"transcription","usage":{"seconds":1}}"#, 403,
                "not_entitled"
            ),
            ("POST", "/v1/accounts/free/charges", #"{"action":"nope"}"#, 422, "unknown_action"),
            ("POST", "/v1/accounts/free/charges", #"{"amount":0.5}"#, 400, "invalid_request"),
            ("POST", "/v1/accounts/free/charges", #"{"action":"summarize"}"#, 400, "invalid_request"),
            (
                "POST", "/v1/accounts/free/charges", #"{"amount":"99999999999","credit_type":"credits"}"#, 422,
                "amount_out_of_range"
            ),
            ("POST", "/v1/accounts/free/refunds", #"{"entry":"en_x_1"}"#, 404, "entry_not_found"),
            ("DELETE", "/v1/accounts/free/grants/gr_1", "", 404, "grant_not_found"),
            ("GET", "/v1/accounts/free/entries?cursor=%21", "", 400, "invalid_request"),
            ("GET", "/v1/accounts/free/entries?limit=0", "", 400, "invalid_request"),
            ("GET", "/v1/accounts/free/balance?at=yesterday", "", 400, "invalid_request"),
            ("POST", "/v1/usage", "[]", 400, "batch_size"),
            ("PUT", "/v1/catalog", "credit_types: [{id: a, nmae: b}]", 422, "catalog_invalid"),
            ("GET", "/v1/nothing", "", 404, "not_found"),
        ])
    func badRequests(method: String, path: String, body: String, status: Int, code: String) async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/free", "{}")
            let reply = try await server.call(
                try #require(HTTPRequest.Method(rawValue: method)), path, body.isEmpty ? nil : body
            )
            #expect(reply.status == status && reply["code"] == code, "\(reply)")
        }
    }

    @Test("Only who may read the metrics hears what is damaged and which catalog is in force")
    func verboseHealth() async throws {
        try await TestServer.run { server in
            let watching = try await server.engine.createKey(name: "watch", scopes: [.metricsRead]).secret.text
            let other = try await server.engine.createKey(name: "app", scopes: [.chargesWrite]).secret.text
            let page = try await server.engine.createKey(name: "page", kind: .publishable).secret.text
            for path in ["/readyz", "/healthz"] {
                for secret in [nil, other, page, "scrip_sk_live_nonsense", "eyJhbGciOiJub25lIn0.e30."] {
                    let reply = try await server.call(.get, "\(path)?verbose", secret: secret)
                    #expect(
                        reply.status == 200 && reply.json.objectValue?.members.map(\.name) == ["status"], "\(reply)")
                }
                for secret in [server.secret, watching] {
                    let reply = try await server.call(.get, "\(path)?verbose=1", secret: secret)
                    #expect(reply["database"] == "ok" && reply["catalog_version"] == "1", "\(reply)")
                    #expect(reply["damaged_accounts"] == "0" && reply.json["damaged"]?.arrayValue == [])
                    #expect(try await server.call(.get, path, secret: secret)["catalog_version"] == nil)
                }
            }
        }
    }

    @Test("Health says ok, and not ready while draining")
    func health() async throws {
        try await TestServer.run { server in
            #expect(try await server.call(.get, "/livez", secret: nil).status == 200)
            #expect(try await server.call(.get, "/readyz", secret: nil).status == 200)
            await server.engine.drain()
            #expect(try await server.call(.get, "/livez", secret: nil).status == 200)
            #expect(try await server.call(.get, "/readyz", secret: nil).status == 503)
            let refused = try await server.call(.put, "/v1/accounts/u_1", "{}")
            #expect(refused.status == 503 && refused["code"] == "shutting_down")
        }
    }
}
