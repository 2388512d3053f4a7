import HTTPTypes
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

/// Tokens that only a total shows are never silently free: answers, entries and a metric tell of them.
@Suite(.timeLimit(.minutes(15))) struct UnaccountedTokenTests {
    /// A Gemini endpoint in OpenAI's shape, and the same of a provider that bills what it counts.
    private static func raw(_ model: String) -> String {
        #"{"id":"g","model":"\#(model)","usage":{"prompt_tokens":20,"completion_tokens":198,"total_tokens":623}}"#
    }

    private static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "100"}]}]
        actions:
          - {id: chat, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
          - {id: tokens, credit_type: credits, rate: {per_tokens: {tokens: 1000, credits: "1"}}}
          - {id: click, credit_type: credits, rate: {fixed: "1"}}
        models:
          - {provider: acme, id: m-1, usd_per_million: {input: "1", output: "2"}}
          - {provider: google, id: gemini-2.5-pro, usd_per_million: {input: "1", output: "2"}}
        """

    private static func run(_ body: @escaping @Sendable (TestServer) async throws -> Void)
        async throws
    {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: catalog)
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            try await body(server)
        }
    }

    private static func metric(_ server: TestServer) async throws -> String? {
        try await server.text(.get, "/metrics", secret: server.secret).split(separator: "\n")
            .first { $0.hasPrefix("scrip_unaccounted_tokens_total ") }.map {
                String($0.split(separator: " ")[1])
            }
    }

    @Test(arguments: ["chat", "tokens"])
    func `charges, captures and events tell of them in answer, entry and metric`(action: String)
        async throws
    {
        try await UnaccountedTokenTests.run { server in
            let body =
                #""action":"\#(action)","provider":"acme","raw_usage":\#(UnaccountedTokenTests.raw("m-1"))"#
            let rated = try await server.call(.post, "/v1/rate", "{\(body)}")
            #expect(
                rated["unpriced", "0", "class"] == "unaccounted_tokens"
                    && rated["unpriced", "0", "count"] == "405")
            let check = try await server.call(.post, "/v1/accounts/u/check", "{\(body)}")
            #expect(check["unpriced", "0", "count"] == "405")
            let charge = try await server.call(.post, "/v1/accounts/u/charges", "{\(body)}")
            #expect(charge["entry", "unpriced", "0", "count"] == "405")
            #expect(try await UnaccountedTokenTests.metric(server) == "405")
            let tracked = try await server.call(
                .post, "/v1/usage", #"[{"id":"e","account":"u",\#(body)}]"#)
            #expect(tracked["results", "0", "entry", "unpriced", "0", "count"] == "405")
            #expect(try await UnaccountedTokenTests.metric(server) == "810")
            let held = try await server.call(
                .post, "/v1/accounts/u/holds",
                #"{"amount":"1","credit_type":"credits","action":"\#(action)"}"#)
            let capture = try await server.call(
                .post, "/v1/accounts/u/holds/\(try #require(held["hold", "id"]))/capture", "{\(body)}")
            #expect(capture["entry", "unpriced", "0", "count"] == "405")
            #expect(try await UnaccountedTokenTests.metric(server) == "1215")
            // What comes again counts once.
            _ = try await server.call(.post, "/v1/usage", #"[{"id":"e","account":"u",\#(body)}]"#)
            #expect(try await UnaccountedTokenTests.metric(server) == "1215")
            let entries = try await server.call(.get, "/v1/accounts/u/entries?kind=charge")
            #expect(entries["data", "0", "unpriced", "0", "class"] == "unaccounted_tokens")
        }
    }

    @Test func `a fixed rate pays for all, and the entry and the metric still tell of them`()
        async throws
    {
        try await UnaccountedTokenTests.run { server in
            let charge = try await server.call(
                .post, "/v1/accounts/u/charges",
                #"{"action":"click","provider":"acme","raw_usage":\#(UnaccountedTokenTests.raw("m-1"))}"#)
            #expect(charge["entry", "usage", "unaccounted_tokens"] == "405")
            #expect(try await UnaccountedTokenTests.metric(server) == "405")
        }
    }

    @Test func `where the provider bills them as output they are priced as output`() async throws {
        try await UnaccountedTokenTests.run { server in
            let charge = try await server.call(
                .post, "/v1/accounts/u/charges",
                #"{"action":"chat","provider":"google","raw_usage":\#(UnaccountedTokenTests.raw("gemini-2.5-pro"))}"#
            )
            // 20 in and 603 out are 0.001226 USD, and so 0.1226 credits.
            #expect(charge["entry", "amount"] == "-0.1226" && charge["entry", "unpriced"] == nil)
            #expect(charge["entry", "usage", "reasoning_tokens"] == "405")
            #expect(try await UnaccountedTokenTests.metric(server) ?? "0" == "0")
        }
    }

    @Test(arguments: [
        #"{"usage":{"inputTokens":20,"outputTokens":198,"totalTokens":623}}"#,
        #"{"input_tokens":20,"output_tokens":198,"total_tokens":623,"output_token_details":{}}"#,
        #"{"id":"r","object":"response","status":"completed","usage":{"input_tokens":20,"output_tokens":198,"total_tokens":623}}"#,
    ])
    func `every shape that states a total tells of them`(raw: String) async throws {
        try await UnaccountedTokenTests.run { server in
            let body = #"{"action":"chat","provider":"acme","model":"m-1","raw_usage":\#(raw)}"#
            let rated = try await server.call(.post, "/v1/rate", body)
            #expect(rated["unpriced", "0", "count"] == "405", "\(rated.text)")
        }
    }
}
