import HTTPTypes
import NIOCore
import ScripEngine
import ScripJSON
import Testing

@Suite(.timeLimit(.minutes(15))) struct AuditRouteTests {
    @Test func `a change by a key is listed with who, why and from where, and exported`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada?reason=signed%20up", #"{"name":"Ada"}"#)
            _ = try await server.call(
                .post, "/v1/accounts/ada/grants", #"{"amount":"10","source":"purchased","reason":"=HYPERLINK(1)"}"#,
                headers: ["X-Request-Id": "r7", "User-Agent": "shop/1", "Idempotency-Key": "order-7"])
            _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"ai_chat_message"}"#)
            let list = try await server.call(.get, "/v1/audit?account=ada")
            #expect(list.status == 200 && list["next_cursor"] == "null")
            #expect(list["data", "0", "action"] == "credits_granted" && list["data", "0", "request_id"] == "r7")
            #expect(list["data", "0", "user_agent"] == "shop/1" && list["data", "0", "idempotency_key"] == "order-7")
            #expect(list["data", "0", "actor", "kind"] == "key" && list["data", "0", "reason"] == "=HYPERLINK(1)")
            #expect(list["data", "0", "after", "available"] == "15" && list["data", "0", "before", "available"] == "5")
            #expect(list["data", "2", "action"] == "account_opened" && list["data", "2", "reason"] == "signed up")
            #expect(list.json["data"]?.arrayValue?.count == 3)

            let page = try await server.call(.get, "/v1/audit?account=ada&limit=2")
            let next = try #require(page["next_cursor"])
            let last = try await server.call(.get, "/v1/audit?account=ada&limit=2&cursor=\(next)")
            #expect(last["data", "0", "id"] == list["data", "2", "id"] && last["next_cursor"] == "null")

            let csv = try await server.text("/v1/audit?account=ada&format=csv&limit=1")
            let lines = csv.body.split(separator: "\r\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("id,recorded_at,account,"))
            #expect(lines[1].contains(",'=HYPERLINK(1),") && csv.headers[.contentType] == "text/csv; charset=utf-8")
            #expect(csv.headers[try #require(HTTPField.Name("Next-Cursor"))] != nil)
            let ndjson = try await server.text("/v1/audit?format=ndjson&action=credits_granted")
            #expect(try JSONValue.parse(Array(ndjson.body.dropLast().utf8)) == list.json["data"]?.arrayValue?.first)
        }
    }

    @Test func `keys and catalogs are in the log, and what is asked wrongly is refused`() async throws {
        try await TestServer.run { server in
            let made = try await server.call(
                .post, "/v1/keys?reason=shop", #"{"name":"app","scopes":["balance:read"]}"#)
            let id = try #require(made["id"])
            _ = try await server.call(.delete, "/v1/keys/\(id)?reason=lost")
            let keys = try await server.call(.get, "/v1/audit?action=key_revoked")
            #expect(keys["data", "0", "subject"] == id && keys["data", "0", "reason"] == "lost")
            #expect(keys["data", "0", "account"] == "null" && keys["data", "0", "before", "revoked_at"] == nil)
            #expect(try await server.call(.get, "/v1/audit?action=catalog_applied")["data", "0", "subject"] == "1")
            for query in [
                "action=nothing", "format=xml", "limit=501", "cursor=x", "from=soon", "format=csv&limit=10001",
                "from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
            ] {
                #expect(try await server.call(.get, "/v1/audit?\(query)").status == 400, "\(query)")
            }
            let long = String(repeating: "a", count: 1_025)
            #expect(try await server.call(.put, "/v1/accounts/ada?reason=\(long)", "{}").status == 400)
        }
    }

    @Test func `a subscription is begun, raised, renewed, lowered, missed and ended`() async throws {
        try await TestServer.run { server in
            func post(_ verb: String, _ body: String = "{}", key: String? = nil) async throws -> TestServer.Reply {
                try await server.call(
                    .post, "/v1/accounts/ada/subscription/\(verb)", body,
                    headers: key.map { ["Idempotency-Key": $0] } ?? [:])
            }
            #expect(try await server.call(.get, "/v1/accounts/ada/subscription").status == 404)
            for _ in 0..<2 {
                let opened = try await post("initialize")
                #expect(opened.status == 200 && opened["plan"] == "free" && opened["state"] == "active")
            }
            let raised = try await post(
                "upgrade", #"{"plan":"pro","ends_at":"2026-02-28T00:00:00Z","reason":"order 1"}"#)
            #expect(raised["plan"] == "pro" && raised["ends_at"] == "2026-02-28T00:00:00Z")
            #expect(raised["resets_at"] == "2026-02-28T00:00:00Z" && raised["fallback_plan"] == "free")
            #expect(try await post("renew").status == 400)
            for turn in 0..<2 {
                let renewed = try await post("renew", key: "invoice-2")
                #expect(renewed["ends_at"] == "2026-03-31T00:00:00Z")
                #expect((renewed.headers[try #require(HTTPField.Name("Idempotent-Replayed"))] == "true") == (turn == 1))
            }
            #expect(try await post("bonus", #"{"amount":"5"}"#).status == 400)
            for _ in 0..<2 { #expect(try await post("bonus", #"{"amount":"5"}"#, key: "hello").status == 201) }
            let status = try await server.call(.get, "/v1/accounts/ada/subscription")
            #expect(status["balances", "0", "sources", "bonus"] == "5")
            #expect(try await post("upgrade", #"{"plan":"free"}"#).status == 400)
            let lowered = try await post("downgrade", #"{"plan":"free"}"#)
            #expect(lowered["state"] == "canceled_at_period_end" && lowered["pending", "at"] == "2026-03-31T00:00:00Z")
            #expect(try await post("upgrade", #"{"plan":"pro"}"#)["state"] == "active")
            #expect(try await post("past-due")["state"] == "past_due")
            let ended = try await post("expire", #"{"reason":"chargeback"}"#)
            #expect(ended["state"] == "expired" && ended["plan"] == "free" && ended["ended", "plan"] == "pro")
            let log = try await server.call(.get, "/v1/audit?action=subscription_changed")
            #expect(log["data", "0", "reason"] == "chargeback" && log.json["data"]?.arrayValue?.count == 6)
        }
    }

    @Test func `an account that opens when its user is first seen is in the log as the user's doing`() async throws {
        let configuration = try UserToken.configuration(opensAccounts: true)
        try await TestServer.run(configuration: configuration, behindSocket: true) { server in
            _ = try await server.call(
                .get, "/api/credits/balance", secret: UserToken.make("ada"),
                headers: ["X-Request-Id": "r1", "User-Agent": "page/1"])
            let list = try await server.call(.get, "/v1/audit?account=ada&action=account_opened")
            #expect(list["data", "0", "actor", "kind"] == "user" && list["data", "0", "actor", "id"] == "ada")
            #expect(list["data", "0", "request_id"] == "r1" && list["data", "0", "user_agent"] == "page/1")
            #expect(list["data", "0", "address"] != "null")
        }
    }

    @Test func `the address of whoever calls is recorded`() async throws {
        try await TestServer.run(behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let list = try await server.call(.get, "/v1/audit?account=ada")
            let address = try #require(list["data", "0", "address"])
            #expect(["127.0.0.1", "::1"].contains(address))
        }
    }
}

extension TestServer {
    /// An answer that is no JSON.
    fileprivate func text(_ path: String) async throws -> (body: String, headers: HTTPFields) {
        let response = try await requester.send(
            .get, path, headers: [.authorization: "Bearer \(secret)"], body: nil)
        return (String(buffer: response.body), response.headers)
    }
}
