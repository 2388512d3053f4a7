import HTTPTypes
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

/// Usage that is known not to be final is never charged as if it were.
@Suite(.timeLimit(.minutes(15))) struct UnfinishedUsageTests {
    /// Anthropic's stream up to where it broke off: the output count of its first event stands for a number to come.
    private static let partial = """
        [{"type":"message_start","message":{"id":"msg_1","type":"message","model":"m-1","stop_reason":null,
        "usage":{"input_tokens":10000,"output_tokens":1}}},
        {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}},
        {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}]
        """

    private static func event(_ action: String, id: String = "e", raw: String = partial) -> String {
        #"{"id":"\#(id)","account":"u","action":"\#(action)","provider":"acme","model":"m-1","raw_usage":\#(raw)}"#
    }

    private static func run(
        _ policy: String, _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog() + policy)
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            try await body(server)
        }
    }

    @Test
    func
        `a stream that broke off is kept as a failure usage_not_final, and its whole answer replaces it`()
        async throws
    {
        try await UnfinishedUsageTests.run("") { server in
            let sent = try await server.call(
                .post, "/v1/usage", "[\(UnfinishedUsageTests.event("chat"))]")
            #expect(sent["results", "0", "error", "code"] == "usage_not_final")
            let failure = try #require(sent["results", "0", "failure"])
            let path = "/v1/tracking-failures/\(failure)"
            #expect(try await server.call(.get, path)["reason"] == "usage_not_final")
            #expect(try await server.call(.post, path + "/replay", "{}")["status"] == "failed")
            let whole = #"{"id":"msg_1","usage":{"input_tokens":10000,"output_tokens":5000}}"#
            let mended = try await server.call(
                .post, path + "/replay", #"{"event":\#(UnfinishedUsageTests.event("chat", raw: whole))}"#)
            #expect(mended["entry", "amount"] == "-2" && mended["entry", "estimated"] == nil)
        }
    }

    @Test func `a charge and a capture by usage that is not final are refused`() async throws {
        try await UnfinishedUsageTests.run("") { server in
            let body =
                #"{"action":"chat","provider":"acme","model":"m-1","raw_usage":\#(UnfinishedUsageTests.partial)}"#
            let charge = try await server.call(.post, "/v1/accounts/u/charges", body)
            #expect(charge.status == 422 && charge["code"] == "usage_not_final")
            #expect(try await server.call(.post, "/v1/rate", body)["code"] == "usage_not_final")
            let held = try await server.call(
                .post, "/v1/accounts/u/holds", #"{"amount":"1","credit_type":"credits","action":"chat"}"#)
            let hold = try #require(held["hold", "id"])
            let capture = try await server.call(.post, "/v1/accounts/u/holds/\(hold)/capture", body)
            #expect(capture.status == 422 && capture["code"] == "usage_not_final")
            #expect(
                try await server.call(.get, "/v1/accounts/u/holds/\(hold)")["hold", "status"] ?? "open"
                    == "open")
        }
    }

    @Test func `with unfinished_usage estimate it is charged by what is known, and says so`()
        async throws
    {
        try await UnfinishedUsageTests.run("\nunfinished_usage: estimate") { server in
            let sent = try await server.call(
                .post, "/v1/usage", "[\(UnfinishedUsageTests.event("chat"))]")
            #expect(sent["results", "0", "status"] == "charged")
            #expect(sent["results", "0", "entry", "estimated"] == "true")
            #expect(sent["results", "0", "entry", "usage_is_final"] == "false")
            let entries = try await server.call(.get, "/v1/accounts/u/entries?kind=charge")
            #expect(entries["data", "0", "estimated"] == "true")
            let body =
                #"{"action":"chat","provider":"acme","model":"m-1","raw_usage":\#(UnfinishedUsageTests.partial)}"#
            #expect(try await server.call(.post, "/v1/rate", body)["estimated"] == "true")
            #expect(try await server.engine.verify().isClean)
        }
    }

    @Test func `what waits is charged as an estimate once the catalog says so`() async throws {
        try await UnfinishedUsageTests.run("") { server in
            let sent = try await server.call(
                .post, "/v1/usage", "[\(UnfinishedUsageTests.event("chat"))]")
            let failure = try #require(sent["results", "0", "failure"])
            server.clock.advance(seconds: 60)
            _ = try await server.engine.applyCatalog(
                document: TrackingFailureTests.catalog() + "\nunfinished_usage: estimate")
            let replayed = try await server.call(.post, "/v1/tracking-failures/\(failure)/replay", "{}")
            #expect(replayed["status"] == "charged" && replayed["entry", "estimated"] == "true")
        }
    }

    @Test
    func `a rate that does not go by counts charges, and the entry says that they are not final`()
        async throws
    {
        try await UnfinishedUsageTests.run("") { server in
            let sent = try await server.call(
                .post, "/v1/usage", "[\(UnfinishedUsageTests.event("click"))]")
            #expect(sent["results", "0", "entry", "amount"] == "-1")
            #expect(sent["results", "0", "entry", "usage_is_final"] == "false")
            #expect(sent["results", "0", "entry", "estimated"] == nil)
        }
    }

    @Test(arguments: [
        #"{"type":"message","id":"m","model":"m-1","stop_reason":null,"content":[],"usage":{"input_tokens":5,"output_tokens":1}}"#,
        #"{"id":"r","object":"response","status":"in_progress","usage":{"input_tokens":5,"output_tokens":1}}"#,
        """
        [{"object":"chat.completion.chunk","id":"c","choices":[{"delta":{"content":"x"}}],
        "usage":{"prompt_tokens":5,"completion_tokens":1}}]
        """,
        """
        [{"candidates":[{"content":{}}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":1}}]
        """,
    ])
    func `answers under way are not final, whoever wrote them`(raw: String) async throws {
        try await UnfinishedUsageTests.run("") { server in
            let sent = try await server.call(
                .post, "/v1/usage", "[\(UnfinishedUsageTests.event("chat", raw: raw))]")
            #expect(sent["results", "0", "error", "code"] == "usage_not_final")
        }
    }

    @Test func `a word that is no policy is refused with its line`() async throws {
        try await TestServer.run { server in
            let reply = try await server.call(
                .put, "/v1/catalog", TrackingFailureTests.catalog() + "\nunfinished_usage: maybe",
                headers: ["content-type": "application/yaml"])
            #expect(
                reply.status == 422
                    && reply["detail"]?.contains("'unfinished_usage' must be refuse or estimate") == true)
        }
    }
}
