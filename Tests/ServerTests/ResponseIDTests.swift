import HTTPTypes
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

/// Servers of open models count their responses up and start again: one response id is not one answer.
@Suite(.timeLimit(.minutes(15))) struct ResponseIDTests {
    private static func event(_ id: String, _ text: String, tokens: Int, model: String = "m-1") -> String {
        """
        {"account":"u","action":"chat","provider":"acme","raw_usage":{"id":"\(id)","object":"chat.completion",
        "model":"\(model)","choices":[{"message":{"content":"\(text)"}}],
        "usage":{"prompt_tokens":\(tokens),"completion_tokens":0}}}
        """
    }

    private static func span(_ response: String, trace: String, tokens: Int) -> String {
        """
        {"resourceSpans":[{"resource":{"attributes":[{"key":"scrip.account","value":{"stringValue":"u"}}]},
        "scopeSpans":[{"spans":[{"traceId":"\(trace)","spanId":"00f067aa0ba902b7","name":"chat",
        "startTimeUnixNano":"1769817600000000000","endTimeUnixNano":"1769817600000000000","attributes":[
        {"key":"scrip.action","value":{"stringValue":"chat"}},
        {"key":"gen_ai.provider.name","value":{"stringValue":"acme"}},
        {"key":"gen_ai.response.model","value":{"stringValue":"m-1"}},
        {"key":"gen_ai.response.id","value":{"stringValue":"\(response)"}},
        {"key":"gen_ai.usage.input_tokens","value":{"intValue":"\(tokens)"}},
        {"key":"gen_ai.usage.output_tokens","value":{"intValue":"0"}}]}]}]}]}
        """
    }

    private static func run(_ body: @escaping @Sendable (TestServer) async throws -> Void) async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(
                document: TrackingFailureTests.catalog(models: #""m-1","m-2""#))
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            try await body(server)
        }
    }

    private static func available(_ server: TestServer) async throws -> String? {
        try await server.call(.get, "/v1/accounts/u/balance")["balances", "0", "available"]
    }

    @Test func `another answer under the same response id is charged under a name of its own`() async throws {
        try await ResponseIDTests.run { server in
            let (first, other) = (
                ResponseIDTests.event("chatcmpl-1", "yes", tokens: 10_000),
                ResponseIDTests.event("chatcmpl-1", "no", tokens: 20_000)
            )
            let sent = try await server.call(.post, "/v1/usage", "[\(first),\(other),\(first),\(other)]")
            let statuses = (0..<4).map { sent["results", "\($0)", "status"] }
            #expect(statuses == ["charged", "charged", "duplicate", "duplicate"])
            #expect(sent["results", "0", "id"] == "chatcmpl-1")
            let name = try #require(sent["results", "1", "id"])
            #expect(name.hasPrefix("chatcmpl-1~") && sent["results", "3", "id"] == name)
            #expect(sent["results", "1", "entry", "idempotency_key"] == name)
            #expect(try await ResponseIDTests.available(server) == "2")
            let model = try await server.call(
                .post, "/v1/usage", "[\(ResponseIDTests.event("chatcmpl-1", "yes", tokens: 10_000, model: "m-2"))]")
            #expect(model["results", "0", "status"] == "charged")
            #expect(try await server.engine.verify().isClean)
        }
    }

    @Test func `another answer with the same id and the same counts waits for a person`() async throws {
        try await ResponseIDTests.run { server in
            let (first, other) = (
                ResponseIDTests.event("chatcmpl-1", "yes", tokens: 10_000),
                ResponseIDTests.event("chatcmpl-1", "no", tokens: 10_000)
            )
            let third = ResponseIDTests.event("chatcmpl-1", "maybe", tokens: 10_000)
            let sent = try await server.call(.post, "/v1/usage", "[\(first),\(other),\(third)]")
            #expect(sent["results", "1", "error", "code"] == "idempotency_key_reused")
            let failures = try [1, 2].map { try #require(sent["results", "\($0)", "failure"]) }
            #expect(Set(failures).count == 2)
            _ = try await server.call(.post, "/v1/usage", "[\(first)]")
            #expect(try await server.call(.get, "/v1/tracking-failures/\(failures[0])")["status"] == "open")
            let mended = other.replacing(#"{"account""#, with: #"{"id":"mine","account""#)
            let replayed = try await server.call(
                .post, "/v1/tracking-failures/\(failures[0])/replay", #"{"event":\#(mended)}"#)
            #expect(replayed["status"] == "charged")
        }
    }

    @Test func `the same answer with its members in another order is the same`() async throws {
        try await ResponseIDTests.run { server in
            let one = #"{"id":"r","model":"m-1","usage":{"prompt_tokens":10000,"completion_tokens":0,"x":null}}"#
            let other = #"{"usage":{"completion_tokens":0,"prompt_tokens":10000}, "model":"m-1","id":"r"}"#
            let events = [one, other].map { #"{"account":"u","action":"chat","provider":"acme","raw_usage":\#($0)}"# }
            let sent = try await server.call(.post, "/v1/usage", "[\(events.joined(separator: ","))]")
            #expect(sent["results", "0", "status"] == "charged" && sent["results", "1", "status"] == "duplicate")
        }
    }

    @Test func `answers without an account and with one response id are never one failure`() async throws {
        try await ResponseIDTests.run { server in
            for account in [#""account":"u","#, #""account":"nobody","#, ""] {
                let texts = ["yes", "no"].map { text in
                    ResponseIDTests.event("chatcmpl-7", text, tokens: 10_000)
                        .replacing(#""account":"u","#, with: account)
                        .replacing(#""action":"chat""#, with: #""action":"swim""#)
                }
                let sent = try await server.call(.post, "/v1/usage", "[\(texts.joined(separator: ","))]")
                let failures = [0, 1].compactMap { sent["results", "\($0)", "failure"] }
                #expect(Set(failures).count == 2, "\(account)")
            }
            let bytes: [UInt8] = [UInt8(ascii: "x"), 0xFF, 0x0A, UInt8(ascii: "x"), 0xFE]
            _ = try await server.send(.post, "/v1/usage", bytes, headers: ["content-type": "application/x-ndjson"])
            #expect(try await server.engine.openTrackingFailureCount() == 8)
        }
    }

    @Test func `calls in two traces under one response id are two calls`() async throws {
        try await ResponseIDTests.run { server in
            let traces = ["4bf92f3577b34da6a3ce929d0e0e4736", "4bf92f3577b34da6a3ce929d0e0e4737"]
            func send(_ spans: [String]) async throws -> TestServer.Reply {
                try await server.call(
                    .post, "/v1/traces", spans.first, headers: ["content-type": "application/json"])
            }
            for trace in traces + traces {
                _ = try await send([
                    ResponseIDTests.span("r", trace: trace, tokens: trace == traces[0] ? 10_000 : 20_000)
                ])
            }
            #expect(try await ResponseIDTests.available(server) == "2")
            #expect(try await server.engine.openTrackingFailureCount() == 0)
            // In one trace it is one call, which instruments count differently.
            _ = try await send([ResponseIDTests.span("r", trace: traces[0], tokens: 9_000)])
            #expect(try await ResponseIDTests.available(server) == "2")
            // The same counts in another trace may be either.
            _ = try await send([
                ResponseIDTests.span("r", trace: "4bf92f3577b34da6a3ce929d0e0e4738", tokens: 10_000)
            ])
            #expect(try await ResponseIDTests.available(server) == "2")
            #expect(try await server.engine.openTrackingFailureCount() == 1)
        }
    }

    @Test func `a CloudEvent that contradicts the one of its name is kept, one with less detail is the same`()
        async throws
    {
        try await ResponseIDTests.run { server in
            func send(_ data: String, type: String = "chat") async throws -> TestServer.Reply {
                try await server.call(
                    .post, "/v1/usage",
                    """
                    {"specversion":"1.0","id":"e","source":"/app","subject":"u","type":"\(type)","data":\(data)}
                    """, headers: ["content-type": "application/cloudevents+json"])
            }
            let counts = #"{"provider":"acme","model":"m-1","usage":{"input_tokens":10000}}"#
            #expect(try await send(counts)["results", "0", "status"] == "charged")
            #expect(try await send(counts)["results", "0", "status"] == "duplicate")
            #expect(try await send(#"{"provider":"acme","model":"m-1"}"#)["results", "0", "status"] == "duplicate")
            let more = #"{"provider":"acme","model":"m-1","usage":{"input_tokens":30000}}"#
            #expect(try await send(more)["results", "0", "error", "code"] == "idempotency_key_reused")
            let other = try await send(#"{}"#, type: "click")
            #expect(other["results", "0", "error", "code"] == "idempotency_key_reused")
        }
    }
}
