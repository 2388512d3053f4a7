import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

/// What is kept of events that cannot be recorded is bounded, and so is what one request shows of it.
@Suite(.timeLimit(.minutes(15))) struct LargeFailureTests {
    private static func answer(id: String, text: String, tokens: Int = 20_000) -> String {
        """
        {"id":"\(id)","object":"chat.completion","model":"m-1","choices":[{"finish_reason":"stop","message":
        {"role":"assistant","content":"\(text)"}}],"usage":{"prompt_tokens":\(tokens),"completion_tokens":0}}
        """
    }

    private static func server(
        limits: FailureLimits = FailureLimits(), _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run(failureLimits: limits) { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog())
            try await body(server)
        }
    }

    @Test func `an event of 7 MB that cannot be recorded is kept as 16 KB with its size and digest`() async throws {
        try await LargeFailureTests.server { server in
            let text = String(repeating: "é", count: 3_500_000)
            let event = #"{"id":"e","account":"u","action":"click","colour":"\#(text)"}"#
            let sent = try await server.call(.post, "/v1/usage", "[\(event)]")
            let failure = try #require(sent["results", "0", "failure"])
            let shown = try await server.call(.get, "/v1/tracking-failures/\(failure)")
            #expect(shown.text.utf8.count < 20_000)
            #expect(shown["event_bytes"] == "\(event.utf8.count)" && shown["event_is_whole"] == "false")
            #expect(shown["event_sha256"] == Digest(of: Array(event.utf8)).description)
            #expect(shown["event"]?.hasPrefix(#"{"id":"e","account":"u""#) == true)
            let kept = try #require(try await server.engine.trackingFailure(failure))
            #expect(kept.event.utf8.count <= TrackingFailure.maxEventBytes && kept.detail.utf8.count <= 1_024)
            // What is missing of it must be sent again to be recorded.
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let refused = try await server.call(.post, "/v1/tracking-failures/\(failure)/replay", "{}")
            #expect(refused.status == 400 && refused["errors", "0", "pointer"] == "#/event")
            #expect(try await server.engine.verify().isClean)
        }
    }

    @Test func `names and reasons of megabytes are cut, too`() async throws {
        try await LargeFailureTests.server { server in
            let long = String(repeating: "n", count: 1_000_000)
            let events = [
                #"{"id":"\#(long)","account":"u","action":"click"}"#,
                #"{"id":"a","account":"\#(long)","action":"click"}"#,
                #"{"id":"b","account":"u","action":"\#(long)"}"#, #"{"id":"c","account":"u","\#(long)":1}"#,
            ]
            _ = try await server.call(.post, "/v1/usage", "[\(events.joined(separator: ","))]")
            _ = try await server.call(
                .post, "/v1/usage", "{\"\(long)\":1,\"\(long)\":2}\nx",
                headers: ["content-type": "application/x-ndjson"])
            let failures = try await server.engine.trackingFailures(TrackingFailureQuery())
            #expect(failures.count == 6)
            for failure in failures {
                #expect(failure.event.utf8.count <= 16_384 && failure.detail.utf8.count <= 1_024)
                for name in [failure.eventID, failure.account, failure.action] {
                    #expect((name ?? "").utf8.count <= 255)
                }
            }
        }
    }

    @Test func `a large answer of a provider is kept without its text, and recorded from what is kept`() async throws {
        try await LargeFailureTests.server { server in
            let answer = LargeFailureTests.answer(id: "r1", text: String(repeating: "word ", count: 20_000))
            let event = #"{"account":"u","action":"chat","provider":"acme","raw_usage":\#(answer)}"#
            let sent = try await server.call(.post, "/v1/usage", "[\(event)]")
            let failure = try #require(sent["results", "0", "failure"])
            let path = "/v1/tracking-failures/\(failure)"
            let shown = try await server.call(.get, path)
            #expect(
                shown["event_is_whole"] == "false" && shown["event", "raw_usage", "usage", "prompt_tokens"] == "20000")
            #expect(shown.text.utf8.count < 3_000)
            #expect(try await server.call(.post, path + "/replay", "{}")["status"] == "failed")
            #expect(try await server.call(.get, "/v1/tracking-failures").json["data"]?.arrayValue?.count == 1)
            #expect(try await server.call(.get, path)["event_sha256"] == shown["event_sha256"])
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let replayed = try await server.call(.post, path + "/replay", "{}")
            #expect(replayed["status"] == "charged" && replayed["entry", "amount"] == "-2")
            // What the app sends again is whole, and the same answer all the same.
            let again = try await server.call(.post, "/v1/usage", "[\(event)]")
            #expect(again["results", "0", "status"] == "duplicate")
        }
    }

    @Test func `of a long stream the counts are kept`() async throws {
        try await LargeFailureTests.server { server in
            let chunk = { (text: String) in
                #"{"id":"r2","object":"chat.completion.chunk","model":"m-1","choices":[{"delta":{"content":"\#(text)"}}]}"#
            }
            let last = """
                {"id":"r2","object":"chat.completion.chunk","model":"m-1","choices":[],
                "usage":{"prompt_tokens":20000,"completion_tokens":0}}
                """
            let stop = #"{"id":"r2","object":"chat.completion.chunk","choices":[{"delta":{},"finish_reason":"stop"}]}"#
            let chunks = (0..<500).map { chunk("w\($0)") } + [stop, last]
            let event = """
                {"id":"s","account":"u","action":"chat","provider":"acme","raw_usage":[\(chunks.joined(separator: ","))]}
                """
            let sent = try await server.call(.post, "/v1/usage", "[\(event)]")
            let failure = try #require(sent["results", "0", "failure"])
            let path = "/v1/tracking-failures/\(failure)"
            let shown = try await server.call(.get, path)
            #expect(shown["event", "usage", "input_tokens"] == "20000" && shown["event", "id"] == "s")
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            #expect(try await server.call(.post, path + "/replay", "{}")["entry", "amount"] == "-2")
        }
    }

    @Test func `a page of failures ends after a megabyte of events`() async throws {
        try await LargeFailureTests.server { server in
            let text = String(repeating: "x", count: 16_000)
            for batch in 0..<2 {
                let events = (0..<90).map {
                    #"{"id":"e\#(batch)-\#($0)","account":"u","action":"click","x":"\#(text)"}"#
                }
                _ = try await server.call(.post, "/v1/usage", "[\(events.joined(separator: ","))]")
            }
            var (ids, path): ([String], String?) = ([], "/v1/tracking-failures?limit=500")
            while let next = path {
                let page = try await server.call(.get, next)
                #expect(page.text.utf8.count < 1_400_000)
                ids += (page.json["data"]?.arrayValue ?? []).compactMap { $0["event_id"]?.stringValue }
                path = page.json["next_cursor"]?.stringValue.map { "/v1/tracking-failures?limit=500&cursor=\($0)" }
            }
            #expect(ids.count == 180 && Set(ids).count == 180)
        }
    }

    @Test func `an account has room for so many failures, and a key for so many`() async throws {
        try await LargeFailureTests.server(limits: FailureLimits(maxOpenPerAccount: 3, maxOpenPerSender: 5)) {
            server in
            func send(_ account: String, _ ids: [String], secret: String = "") async throws -> [String] {
                let events = ids.map { #"{"id":"\#($0)","account":"\#(account)","action":"click"}"# }
                let reply = try await server.call(
                    .post, "/v1/usage", "[\(events.joined(separator: ","))]", secret: secret)
                #expect(reply.status == 200)
                return (reply.json["results"]?.arrayValue ?? []).map { result in
                    #expect(result["status"]?.stringValue == "failed")
                    #expect(
                        (result["failure"] == nil)
                            == (result["error"]?["code"] == .string("too_many_tracking_failures")))
                    return result["error"]?["code"]?.stringValue ?? ""
                }
            }
            let (kept, full) = ("account_not_found", "too_many_tracking_failures")
            #expect(try await send("a", ["1", "2", "3", "4"]) == [kept, kept, kept, full])
            // One that is kept already is tried again, whatever room there is.
            #expect(try await send("a", ["5", "2"]) == [full, kept])
            #expect(try await send("b", ["1", "2", "3"]) == [kept, kept, full])
            let other = try await server.engine.createKey(name: "other").secret.text
            #expect(try await send("b", ["3", "4"], secret: other) == [kept, full])
            #expect(try await server.engine.openTrackingFailureCount() == 6)
            let first = try #require(try await server.engine.trackingFailures(TrackingFailureQuery()).last)
            _ = try await server.engine.changeTrackingFailure(first.id) { $0.status = .dismissed }
            #expect(try await send("a", ["6", "7"]) == [kept, full])
            let metrics = try await server.text(.get, "/metrics", secret: server.secret)
            #expect(metrics.contains(#"scrip_tracking_failures_total{reason="too_many_tracking_failures"} 5"#))
        }
    }
}
