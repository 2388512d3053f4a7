import HTTPTypes
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

/// What cannot be recorded is kept, listed, mended, replayed and dismissed.
@Suite(.timeLimit(.minutes(15))) struct TrackingFailureTests {
    /// A catalog whose chat is priced by the model, with one model.
    static func catalog(models: String = #""m-1""#, unknown: String = "refuse") -> String {
        let list = models.split(separator: ",").map {
            "  - {provider: acme, id: \($0), usd_per_million: {input: \"1\", output: \"2\"}}"
        }
        return """
            credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
            default_plan: free
            plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "5"}]}]
            actions:
              - {id: chat, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
              - {id: click, credit_type: credits, rate: {fixed: "1"}}
            models:
            \(list.joined(separator: "\n"))
            unknown_model: \(unknown)
            """
    }

    private static let batch = """
        {"events":[
          {"id":"e1","account":"u","action":"click"},
          {"id":"e2","account":"nobody","action":"click"},
          {"id":"e3","account":"u","action":"swim"},
          {"id":"e4","account":"u","action":"chat","model":"m-2","usage":{"input_tokens":1000}},
          {"id":"e5","account":"u","action":"click","quantity":-1},
          {"id":"e6","account":"u","action":"click","colour":"red"},
          {"id":"e7"},
          17,
          {"id":"e8","account":"u","action":"click"}]}
        """

    @Test func `a bad event is kept with its reason, and the rest of its batch goes through`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let reply = try await server.call(.post, "/v1/usage", TrackingFailureTests.batch)
            let results = try #require(reply.json["results"]?.arrayValue)
            let expected: [(String, String?)] = [
                ("charged", nil), ("failed", "account_not_found"), ("failed", "unknown_action"),
                ("failed", "unknown_model"), ("failed", "invalid_request"), ("failed", "invalid_request"),
                ("failed", "invalid_request"), ("failed", "invalid_request"), ("charged", nil),
            ]
            #expect(results.count == expected.count)
            for (result, (status, code)) in zip(results, expected) {
                #expect(result["status"]?.stringValue == status)
                #expect(result["error"]?["code"]?.stringValue == code)
                #expect((result["failure"] == nil) == (status == "charged"))
            }
            let balance = try await server.call(.get, "/v1/accounts/u/balance")
            #expect(balance["balances", "0", "available"] == "3")
            let list = try await server.call(.get, "/v1/tracking-failures?limit=4")
            #expect(list.json["data"]?.arrayValue?.count == 4)
            #expect(list["data", "0", "format"] == "plain" && list["data", "0", "event"] == "17")
            #expect(list["data", "3", "event_id"] == "e5")
            let cursor = try #require(list["next_cursor"])
            let rest = try await server.call(.get, "/v1/tracking-failures?limit=4&cursor=\(cursor)")
            #expect(rest.json["data"]?.arrayValue?.count == 3 && rest["next_cursor"] == "null")
            #expect(rest["data", "0", "event_id"] == "e4" && rest["data", "0", "event", "model"] == "m-2")
            let ofReason = try await server.call(.get, "/v1/tracking-failures?reason=unknown_model")
            #expect(ofReason.json["data"]?.arrayValue?.count == 1)
            let ofAccount = try await server.call(.get, "/v1/tracking-failures?account=nobody")
            #expect(ofAccount["data", "0", "reason"] == "account_not_found")
        }
    }

    @Test func `the same bad event is one failure, however often it comes`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            let event = #"{"events":[{"id":"e","account":"late","action":"click"}]}"#
            let first = try await server.call(.post, "/v1/usage", event)
            server.clock.advance(seconds: 60)
            let second = try await server.call(.post, "/v1/usage", event)
            #expect(first["results", "0", "failure"] == second["results", "0", "failure"])
            let list = try await server.call(.get, "/v1/tracking-failures")
            #expect(list.json["data"]?.arrayValue?.count == 1 && list["data", "0", "attempts"] == "2")
            #expect(list["data", "0", "received_at"] != list["data", "0", "last_attempt_at"])
        }
    }

    @Test func `a CloudEvent that failed for want of an account is resolved when it comes with one`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            func send(_ id: String, account: String?) async throws -> TestServer.Reply {
                let subject = account.map { #""subject":"\#($0)","# } ?? ""
                return try await server.call(
                    .post, "/v1/usage",
                    #"{"specversion":"1.0","id":"\#(id)","source":"/app",\#(subject)"type":"click","data":{}}"#,
                    headers: ["content-type": "application/cloudevents+json"])
            }
            let failure = try #require(try await send("e", account: nil)["results", "0", "failure"])
            let other = try #require(try await send("f", account: nil)["results", "0", "failure"])
            let charged = try await send("e", account: "u")
            #expect(charged["results", "0", "status"] == "charged")
            let shown = try await server.call(.get, "/v1/tracking-failures/\(failure)")
            #expect(shown["status"] == "resolved" && shown["entry"] == charged["results", "0", "entry", "id"])
            #expect(try await server.call(.get, "/v1/tracking-failures/\(other)")["status"] == "open")
            // What waits for want of an account must not hide that another account's event failed.
            let foreign = try await send("f", account: "nobody")
            #expect(foreign["results", "0", "failure"] != other)
            #expect(try await server.call(.get, "/v1/tracking-failures/\(other)")["status"] == "open")
        }
    }

    @Test func `plain events without an account stay apart from each other and from other accounts' events`()
        async throws
    {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog(unknown: "record"))
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let unrated = try await server.call(
                .post, "/v1/usage", #"[{"id":"x","account":"u","action":"chat","model":"m-9","usage":{}}]"#)
            let line = try #require(unrated["results", "0", "entry", "id"])
            let failed = try await server.call(
                .post, "/v1/usage",
                """
                [{"id":"1","action":"click"},{"id":"1","action":"click","quantity":2},
                {"id":"1","action":"click","quantity":2},{"id":"\(line)","action":"click"},
                {"id":"\(line)","account":"","action":"click"}]
                """)
            let ids = try #require(failed.json["results"]?.arrayValue).map { $0["failure"]?.stringValue }
            #expect(Set(ids).count == 4 && ids[1] == ids[2] && !ids.contains(unrated["results", "0", "failure"]))
            let charged = try await server.call(
                .post, "/v1/usage", #"[{"id":"1","account":"u","action":"click"}]"#)
            #expect(charged["results", "0", "status"] == "charged")
            let open = try await server.call(.get, "/v1/tracking-failures")
            #expect(open.json["data"]?.arrayValue?.count == 5)
        }
    }

    @Test func `an event whose id another one used waits, however often that one is sent again`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let (one, other) = (
                #"{"id":"e","account":"u","action":"click"}"#,
                #"{"id":"e","account":"u","action":"click","quantity":2}"#
            )
            let sent = try await server.call(.post, "/v1/usage", "[\(one),\(other),\(one)]")
            #expect(sent["results", "1", "error", "code"] == "idempotency_key_reused")
            #expect(sent["results", "2", "status"] == "duplicate")
            let failure = try #require(sent["results", "1", "failure"])
            _ = try await server.call(.post, "/v1/usage", "[\(one)]")
            #expect(try await server.call(.get, "/v1/tracking-failures/\(failure)")["status"] == "open")
        }
    }

    @Test func `who replays a failure is in the audit log, with the reason`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            let event = #"[{"id":"e","account":"late","action":"click"},{"id":"f","account":"late","action":"click"}]"#
            let failed = try await server.call(.post, "/v1/usage", event)
            let failures = try (0..<2).map { try #require(failed["results", "\($0)", "failure"]) }
            _ = try await server.call(.put, "/v1/accounts/late", "{}")
            _ = try await server.call(
                .post, "/v1/tracking-failures/\(failures[0])/replay?reason=opened%20late", "{}",
                headers: ["X-Request-Id": "r1"])
            _ = try await server.call(.post, "/v1/usage", event, headers: ["X-Request-Id": "r2"])
            let log = try await server.call(.get, "/v1/audit?action=tracking_failure_resolved")
            #expect(log.json["data"]?.arrayValue?.count == 2)
            #expect(log["data", "0", "request_id"] == "r2" && log["data", "0", "actor", "kind"] == "key")
            #expect(log["data", "1", "request_id"] == "r1" && log["data", "1", "actor", "kind"] == "key")
            #expect(log["data", "1", "reason"] == "opened late")
        }
    }

    @Test func `an event that its name alone tells is still the same once it was replayed`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            func send() async throws -> TestServer.Reply {
                try await server.call(
                    .post, "/v1/usage", #"{"quantity":2}"#,
                    headers: [
                        "content-type": "application/json", "ce-specversion": "1.0", "ce-id": "1",
                        "ce-source": "/app", "ce-type": "click", "ce-subject": "late",
                    ])
            }
            let failure = try #require(try await send()["results", "0", "failure"])
            _ = try await server.call(.put, "/v1/accounts/late", "{}")
            let replayed = try await server.call(.post, "/v1/tracking-failures/\(failure)/replay", "{}")
            #expect(replayed["status"] == "charged" && replayed["entry", "amount"] == "-2")
            #expect(try await send()["results", "0", "status"] == "duplicate")
        }
    }

    @Test func `a failure is replayed once its cause is mended, on the day it happened`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            let event =
                #"{"events":[{"id":"e","account":"late","action":"click","occurred_at":"2026-01-20T00:00:00Z"}]}"#
            let failed = try await server.call(.post, "/v1/usage", event)
            let failure = try #require(failed["results", "0", "failure"])
            let path = "/v1/tracking-failures/\(failure)"
            let still = try await server.call(.post, path + "/replay", "{}")
            #expect(still.status == 200 && still["status"] == "failed")
            #expect(still["error", "code"] == "account_not_found")
            #expect(try await server.call(.get, path)["attempts"] == "2")
            _ = try await server.call(.put, "/v1/accounts/late", "{}")
            let replayed = try await server.call(.post, path + "/replay", "{}")
            #expect(replayed["status"] == "charged" && replayed["entry", "amount"] == "-1")
            #expect(replayed["entry", "effective_at"] == "2026-01-20T00:00:00Z")
            let shown = try await server.call(.get, path)
            #expect(shown["status"] == "resolved" && shown["entry"] == replayed["entry", "id"])
            let again = try await server.call(.post, path + "/replay", "{}")
            #expect(again.status == 400 && again["code"] == "invalid_request")
            // The app sends its event again: it is known by the same id.
            let duplicate = try await server.call(.post, "/v1/usage", event)
            #expect(duplicate["results", "0", "status"] == "duplicate")
            #expect(try await server.call(.get, "/v1/tracking-failures").json["data"]?.arrayValue?.isEmpty == true)
            #expect(
                try await server.call(.get, "/v1/tracking-failures?status=all").json["data"]?.arrayValue?.count == 1)
        }
    }

    @Test func `a mended event takes the place of one that can never be recorded`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let failed = try await server.call(
                .post, "/v1/usage", "{\"id\":\"a\",\"account\":\"u\",\"action\":\"click\"}\n{\"id\":\"b\",",
                headers: ["content-type": "application/x-ndjson"])
            #expect(failed["results", "0", "status"] == "charged" && failed["results", "1", "status"] == "failed")
            let failure = try #require(failed["results", "1", "failure"])
            let path = "/v1/tracking-failures/\(failure)"
            let shown = try await server.call(.get, path)
            #expect(shown["format"] == "text" && shown["event"] == #"{"id":"b","#)
            let refused = try await server.call(.post, path + "/replay", "{}")
            #expect(refused.status == 400 && refused["errors", "0", "pointer"] == "#/event")
            let mended = try await server.call(
                .post, path + "/replay", #"{"event":{"id":"b","account":"u","action":"click"}}"#)
            #expect(mended["status"] == "charged" && mended["failure"] == failure)
            #expect(try await server.call(.get, path)["status"] == "resolved")
        }
    }

    @Test func `all that wait are tried again together`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            _ = try await server.call(.post, "/v1/usage", TrackingFailureTests.batch)
            _ = try await server.call(.put, "/v1/accounts/nobody", "{}")
            _ = try await server.engine.applyCatalog(
                document: TrackingFailureTests.catalog(models: #""m-1","m-2""#))
            let replay = try await server.call(.post, "/v1/tracking-failures/replay", "{}")
            let statuses = try #require(replay.json["results"]?.arrayValue).map { $0["status"]?.stringValue }
            #expect(statuses == ["charged", "failed", "charged", "failed", "failed", "failed", "failed"])
            let open = try await server.call(.get, "/v1/tracking-failures")
            #expect(open.json["data"]?.arrayValue?.count == 5)
            #expect(try await server.engine.verify().isClean)
        }
    }

    @Test func `a failure that need not be recorded is dismissed, and comes back if it is sent again`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            let event = #"{"events":[{"id":"e","account":"late","action":"click"}]}"#
            let failure = try #require(
                try await server.call(.post, "/v1/usage", event)["results", "0", "failure"])
            let path = "/v1/tracking-failures/\(failure)"
            #expect(try await server.call(.delete, path)["status"] == "dismissed")
            #expect(try await server.call(.delete, path)["status"] == "dismissed")
            #expect(try await server.call(.get, "/v1/tracking-failures").json["data"]?.arrayValue?.isEmpty == true)
            _ = try await server.call(.post, "/v1/usage", event)
            #expect(try await server.call(.get, path)["status"] == "open")
            let missing = try await server.call(.get, "/v1/tracking-failures/tf_0")
            #expect(missing.status == 404 && missing["code"] == "failure_not_found")
            let bad = try await server.call(.get, "/v1/tracking-failures?status=lost")
            #expect(bad.status == 400 && bad["errors", "0", "pointer"] == "status")
        }
    }

    @Test func `usage of a model without a price is recorded at once, and charged when there is one`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog(unknown: "record"))
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let event = """
                {"events":[{"id":"e","account":"u","action":"chat","model":"m-2","usage":{"input_tokens":20000},
                "occurred_at":"2026-01-30T12:00:00Z"}]}
                """
            let recorded = try await server.call(.post, "/v1/usage", event)
            #expect(recorded["results", "0", "status"] == "unrated")
            #expect(recorded["results", "0", "entry", "amount"] == "0")
            let failure = try #require(recorded["results", "0", "failure"])
            let path = "/v1/tracking-failures/\(failure)"
            let shown = try await server.call(.get, path)
            #expect(shown["format"] == "entry" && shown["reason"] == "unknown_model" && shown["status"] == "open")
            #expect(shown["entry"] == recorded["results", "0", "entry", "id"])
            let early = try await server.call(.post, path + "/replay", "{}")
            #expect(early["status"] == "failed" && early["error", "code"] == "unknown_model")
            server.clock.advance(seconds: 86_400)
            _ = try await server.engine.applyCatalog(
                document: TrackingFailureTests.catalog(models: #""m-1","m-2""#, unknown: "record"))
            let rated = try await server.call(.post, path + "/replay", "{}")
            // 20,000 tokens at 1 USD a million are 0.02 USD, and so 2 credits at a cent each.
            #expect(rated["status"] == "charged" && rated["entry", "amount"] == "-2")
            #expect(rated["entry", "effective_at"] == "2026-01-30T12:00:00Z")
            #expect(try await server.call(.get, path)["status"] == "resolved")
            let usage = try await server.call(
                .get, "/v1/accounts/u/usage?from=2026-01-30T00:00:00Z&to=2026-01-31T00:00:00Z&group_by=day,action")
            #expect(usage["data", "0", "charged"] == "2" && usage["data", "0", "count"] == "1")
            #expect(usage["data", "0", "input_tokens"] == "20000")
            #expect(try await server.engine.verify().isClean)
        }
    }
}
