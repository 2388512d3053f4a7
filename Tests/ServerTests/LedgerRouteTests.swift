import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

@Suite("The ledger over HTTP", .timeLimit(.minutes(15)))
struct LedgerRouteTests {
    @Test("An account is opened, charged to zero, refused, and explained")
    func tour() async throws {
        try await TestServer.run { server in
            let made = try await server.call(.put, "/v1/accounts/u_1", #"{"name":"Ada","email":"ada@example.com"}"#)
            #expect(made.status == 201)
            #expect(made["plan"] == "free" && made["name"] == "Ada")
            let again = try await server.call(.put, "/v1/accounts/u_1", #"{"metadata":{"a":1}}"#)
            #expect(again.status == 200 && again["name"] == "Ada" && again["metadata", "a"] == "1")

            let body =
                #"{"action":"ai_chat_message","user":"u_9","resource":{"type":"chat_session","id":"s_1"},"metadata":{"k":"v"}}"#
            for left in ["4", "3", "2", "1", "0"] {
                let charge = try await server.call(.post, "/v1/accounts/u_1/charges", body)
                #expect(charge.status == 201)
                #expect(charge["entry", "amount"] == "-1" && charge["balance", "available"] == left)
                #expect(charge["entry", "draws", "0", "source"] == "monthly" && charge["would_deny"] == "false")
            }
            let refused = try await server.call(.post, "/v1/accounts/u_1/charges", body)
            #expect(refused.status == 429 && refused["code"] == "insufficient_credits")
            #expect(refused["required"] == "1" && refused["available"] == "0")
            #expect(refused["resets_at"] == "2026-02-28T00:00:00Z")
            #expect(refused["error", "code"] == "insufficient_credits")
            #expect(refused.headers[.retryAfter] == nil)
            #expect(refused.headers[try #require(HTTPField.Name("x-should-retry"))] == "false")
            #expect(refused.headers[.contentType] == "application/problem+json")

            let preferred = try await server.call(
                .post, "/v1/accounts/u_1/charges", body, headers: ["Prefer": "insufficient-credits=402"]
            )
            #expect(preferred.status == 402)

            let check = try await server.call(.post, "/v1/accounts/u_1/check", body)
            #expect(check.status == 200 && check["allowed"] == "false" && check["reason"] == "insufficient_credits")

            let entries = try await server.call(.get, "/v1/accounts/u_1/entries?kind=charge&limit=2")
            #expect(entries.json["data"]?.arrayValue?.count == 2)
            #expect(entries["data", "0", "available_after"] == "0")
            let cursor = try #require(entries["next_cursor"])
            let next = try await server.call(.get, "/v1/accounts/u_1/entries?kind=charge&limit=500&cursor=\(cursor)")
            #expect(next.json["data"]?.arrayValue?.count == 3 && next["next_cursor"] == "null")

            server.clock.set(CivilTime(year: 2026, month: 3, day: 1, microsecondOfDay: 0).asUTC)
            let balance = try await server.call(.get, "/v1/accounts/u_1/balance")
            #expect(balance["balances", "0", "available"] == "5")
            #expect(balance["balances", "0", "resets_at"] == "2026-03-31T00:00:00Z")
            let then = try await server.call(.get, "/v1/accounts/u_1/balance?at=2026-01-31T00:00:00Z")
            let day = try await server.call(.get, "/v1/accounts/u_1/balance?at=2026-01-31")
            #expect(day.status == 200 && "\(day.json)" == "\(then.json)", "a day is its beginning")
            #expect(then["balances", "0", "available"] == "0")
        }
    }

    @Test("A balance at a moment to come shows what time alone will change, and changes nothing")
    func foresight() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u_1", #"{"plan":"free"}"#)
            _ = try await server.call(
                .post, "/v1/accounts/u_1/grants", #"{"credit_type":"credits","amount":"7","source":"purchased"}"#
            )
            _ = try await server.call(
                .post, "/v1/accounts/u_1/charges", #"{"action":"summarize","usage":{"input_tokens":8000}}"#
            )
            let now = try await server.call(.get, "/v1/accounts/u_1/balance")
            let reset = try #require(now["balances", "0", "resets_at"])
            let next = try await server.call(.get, "/v1/accounts/u_1/balance?at=\(reset)")
            #expect(next["at"] == reset)
            #expect(next["balances", "0", "available"] == "12")
            #expect(next["balances", "0", "sources", "monthly"] == "5")
            #expect(next["balances", "0", "sources", "purchased"] == "7")
            #expect(next["balances", "0", "used"] == "0")
            let after = try await server.call(.get, "/v1/accounts/u_1/balance")
            #expect(after["balances", "0", "available"] == now["balances", "0", "available"])
            #expect(after["version"] == now["version"])
            let tooFar = try await server.call(.get, "/v1/accounts/u_1/balance?at=2036-02-09T00:00:00Z")
            #expect(tooFar.status == 400 && tooFar["detail"] == "'at' may be at most 3,660 days ahead.")
        }
    }

    @Test("Holds are placed, captured, released and extended")
    func holds() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u_1", #"{"plan":"pro"}"#)
            let placed = try await server.call(
                .post, "/v1/accounts/u_1/holds",
                #"{"action":"summarize","usage":{"input_tokens":20000},"expires_in_seconds":900}"#
            )
            #expect(placed.status == 201 && placed["hold", "amount"] == "10" && placed["balance", "available"] == "90")
            let id = try #require(placed["hold", "id"])
            let extended = try await server.call(
                .post, "/v1/accounts/u_1/holds/\(id)/extend", #"{"expires_in_seconds":3600}"#
            )
            #expect(extended["hold", "expires_at"] == "2026-01-31T01:00:00Z")
            let captured = try await server.call(
                .post, "/v1/accounts/u_1/holds/\(id)/capture", #"{"usage":{"input_tokens":5000,"output_tokens":1000}}"#
            )
            #expect(captured.status == 200 && captured["hold", "status"] == "captured")
            #expect(captured["entry", "amount"] == "-3" && captured["balance", "available"] == "97")
            let twice = try await server.call(.post, "/v1/accounts/u_1/holds/\(id)/release")
            #expect(twice.status == 409 && twice["code"] == "hold_closed" && twice["hold_status"] == "captured")
            let missing = try await server.call(.get, "/v1/accounts/u_1/holds/nonsense")
            #expect(missing.status == 404 && missing["code"] == "hold_not_found")
            let shown = try await server.call(.get, "/v1/accounts/u_1/holds/\(id)")
            #expect(shown["hold", "captured"] == "3")
        }
    }

    @Test("A retried charge answers as the first time")
    func idempotency() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u_1", "{}")
            let body = #"{"action":"ai_chat_message"}"#
            let first = try await server.call(
                .post, "/v1/accounts/u_1/charges", body, headers: ["Idempotency-Key": "\"abc\""]
            )
            _ = try await server.call(.post, "/v1/accounts/u_1/charges", body)
            let again = try await server.call(
                .post, "/v1/accounts/u_1/charges", body, headers: ["Idempotency-Key": "abc"]
            )
            #expect(again.status == 201 && again.json == first.json)
            #expect(again.headers[try #require(HTTPField.Name("Idempotent-Replayed"))] == "true")
            let other = try await server.call(
                .post, "/v1/accounts/u_1/charges", #"{"action":"summarize","usage":{"input_tokens":1}}"#,
                headers: ["Idempotency-Key": "abc"]
            )
            #expect(other.status == 422 && other["code"] == "idempotency_key_reused")
        }
    }

    @Test("A batch of usage events gives each its own result and is never refused for lack of credits")
    func batch() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u_1", "{}")
            _ = try await server.call(.put, "/v1/accounts/demo", #"{"demo":true}"#)
            let events = """
                {"events":[
                 {"id":"1","account":"u_1","action":"summarize","usage":{"input_tokens":40000}},
                 {"id":"1","account":"u_1","action":"summarize","usage":{"input_tokens":40000}},
                 {"id":"2","account":"demo","action":"ai_chat_message"},
                 {"id":"3","account":"nobody","action":"ai_chat_message"},
                 {"id":"4","account":"u_1","action":"nothing"},
                 {"account":"u_1"}, 5]}
                """
            let reply = try await server.call(.post, "/v1/usage", events)
            #expect(reply.status == 200)
            let statuses = (0..<7).map { reply["results", "\($0)", "status"] }
            #expect(statuses == ["charged", "duplicate", "demo", "failed", "failed", "failed", "failed"])
            #expect(reply["results", "3", "error", "code"] == "account_not_found")
            #expect(reply["results", "4", "error", "code"] == "unknown_action")
            #expect(reply["results", "5", "error", "code"] == "invalid_request")
            let balance = try await server.call(.get, "/v1/accounts/u_1/balance")
            #expect(balance["balances", "0", "debt"] == "15" && balance["balances", "0", "posted"] == "-15")
            let lines = "{\"id\":\"9\",\"account\":\"u_1\",\"action\":\"ai_chat_message\"}\n\nnot json\n"
            let stream = try await server.call(
                .post, "/v1/usage", lines, headers: ["Content-Type": "application/x-ndjson"])
            #expect(stream["results", "0", "status"] == "charged" && stream["results", "1", "status"] == "failed")
            let usage = try await server.call(.get, "/v1/accounts/u_1/usage?group_by=action")
            #expect(usage.json["data"]?.arrayValue?.count == 2)
            let totals = try await server.call(.get, "/v1/usage/totals")
            #expect(totals["top_accounts", "0", "account"] == "u_1" && totals["top_accounts", "0", "charged"] == "21")
        }
    }

    @Test(
        "200 charges at once on 100 credits: exactly 100 succeed, without a socket and behind one",
        arguments: [false, true])
    func concurrency(behindSocket: Bool) async throws {
        try await TestServer.run(behindSocket: behindSocket) { server in
            _ = try await server.call(.put, "/v1/accounts/u_1", #"{"plan":"pro"}"#)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        try await server.call(.post, "/v1/accounts/u_1/charges", #"{"action":"ai_chat_message"}"#)
                            .status
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 100)
            #expect(statuses.filter { $0 == 429 }.count == 100)
        }
    }

    @Test("Grants are given and voided, charges refunded, balances adjusted, plans changed")
    func corrections() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u_1", "{}")
            let given = try await server.call(
                .post, "/v1/accounts/u_1/grants", #"{"amount":"10","source":"purchased","reason":"order 7"}"#
            )
            #expect(given.status == 201 && given["grant", "remaining"] == "10" && given["balance", "available"] == "15")
            let charge = try await server.call(
                .post, "/v1/accounts/u_1/charges", #"{"amount":"7","credit_type":"credits"}"#
            )
            let entry = try #require(charge["entry", "id"])
            let refund = try await server.call(
                .post, "/v1/accounts/u_1/refunds", "{\"entry\":\"\(entry)\",\"amount\":\"3\"}")
            #expect(refund.status == 201 && refund["entry", "amount"] == "3")
            let tooMuch = try await server.call(
                .post, "/v1/accounts/u_1/refunds", "{\"entry\":\"\(entry)\",\"amount\":\"5\"}")
            #expect(tooMuch.status == 422 && tooMuch["refundable"] == "4")
            let void = try await server.call(.delete, "/v1/accounts/u_1/grants/\(try #require(given["grant", "id"]))")
            #expect(void.status == 200 && void["entry", "kind"] == "grant_voided")
            let noReason = try await server.call(.post, "/v1/accounts/u_1/adjustments", #"{"amount":"-1"}"#)
            #expect(noReason.status == 400 && noReason["errors", "0", "pointer"] == "#/reason")
            let adjusted = try await server.call(
                .post, "/v1/accounts/u_1/adjustments", #"{"amount":"-1","reason":"goodwill reversed"}"#
            )
            #expect(adjusted.status == 201 && adjusted["entry", "reason"] == "goodwill reversed")
            let pro = try await server.call(.put, "/v1/accounts/u_1/subscription", #"{"plan":"pro"}"#)
            #expect(pro.status == 200 && pro["subscription", "plan"] == "pro")
            let down = try await server.call(.put, "/v1/accounts/u_1/subscription", #"{"plan":"free"}"#)
            #expect(down["subscription", "plan"] == "pro" && down["subscription", "pending", "plan"] == "free")
            let rate = try await server.call(.post, "/v1/rate", #"{"action":"summarize","usage":{"input_tokens":1}}"#)
            #expect(rate["amount"] == "0.0005" && rate["unrounded"] == "0.0005")
        }
    }
}
