import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

/// What a call cost by the provider's own word: charged by where the rate says so, and never swallowed elsewhere.
@Suite(.timeLimit(.minutes(15))) struct ReportedCostTests {
    private static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "1000"}]}]
        actions:
          - {id: own, credit_type: credits, rate: {reported_cost: {markup: "1.2"}}}
          - {id: either, credit_type: credits, rate: {reported_cost: {markup: "1.2", fallback: model_tokens}}}
          - {id: other, credit_type: credits, rate: {reported_cost: {fallback: {model_tokens: {markup: "2"}}}}}
          - {id: least, credit_type: credits, rate: {reported_cost: {minimum: "1", rounding: up, round_to: "1"}}}
          - {id: chat, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
          - {id: click, credit_type: credits, rate: {fixed: "1"}}
        models:
          - {provider: acme, id: m-1, usd_per_million: {input: "1", output: "2"}}
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

    private static func charge(_ server: TestServer, _ action: String, _ rest: String) async throws
        -> TestServer.Reply
    {
        try await server.call(.post, "/v1/accounts/u/charges", #"{"action":"\#(action)",\#(rest)}"#)
    }

    private static let usage = #""prompt_tokens":1000,"completion_tokens":0"#

    @Test(arguments: [
        // OpenRouter, also with the caller's own key at the provider behind it.
        (#"{"id":"g","model":"m-1","usage":{\#(usage),"cost":0.0123}}"#, "0.0123", "-1.476"),
        (#"{"id":"g","model":"m-1","usage":{\#(usage),"cost":1.5e-05}}"#, "0.000015", "-0.0018"),
        (
            #"{"id":"g","model":"m-1","usage":{\#(usage),"cost":0.001,"is_byok":true,"cost_details":{"upstream_inference_cost":0.01}}}"#,
            "0.011", "-1.32"
        ),
        // Perplexity, xAI, LiteLLM.
        (
            #"{"id":"g","model":"m-1","usage":{\#(usage),"cost":{"total_cost":0.006}}}"#, "0.006", "-0.72"
        ),
        (
            #"{"id":"g","model":"m-1","usage":{\#(usage),"cost_in_usd_ticks":100000000}}"#, "0.01", "-1.2"
        ),
        (
            #"{"id":"g","model":"m-1","usage":{\#(usage)},"_hidden_params":{"response_cost":0.002}}"#,
            "0.002", "-0.24"
        ),
        (#"{"id":"g","model":"m-1","usage":{\#(usage)},"response_cost":0.002}"#, "0.002", "-0.24"),
        // What floating point left behind the 18th digit.
        (
            #"{"id":"g","model":"m-1","usage":{\#(usage),"cost":0.00012300000000000001}}"#, "0.000123",
            "-0.01476"
        ),
        // A stream, whose last chunk says it.
        (
            #"[{"id":"g","object":"chat.completion.chunk","choices":[{"delta":{},"finish_reason":"stop"}]},{"id":"g","object":"chat.completion.chunk","choices":[],"usage":{\#(usage),"cost":0.0123}}]"#,
            "0.0123", "-1.476"
        ),
    ])
    func `reported_cost charges what the provider says, times the markup`(
        raw: String, cost: String, amount: String
    ) async throws {
        try await ReportedCostTests.run { server in
            let charged = try await ReportedCostTests.charge(server, "own", #""raw_usage":\#(raw)"#)
            #expect(
                charged["entry", "amount"] == amount && charged["entry", "cost_usd"] == cost,
                "\(charged.text)")
            #expect(charged["entry", "priced"] == "reported")
            #expect(try await server.engine.verify().isClean)
        }
    }

    @Test func `where nobody says it, the rate falls back on the model's tokens or is refused`()
        async throws
    {
        try await ReportedCostTests.run { server in
            let raw =
                #""provider":"acme","raw_usage":{"id":"g","model":"m-1","usage":{\#(ReportedCostTests.usage)}}"#
            let refused = try await ReportedCostTests.charge(server, "own", raw)
            #expect(refused.status == 400 && refused["errors", "0", "pointer"] == "#/cost_usd")
            #expect(
                try await ReportedCostTests.charge(server, "either", raw)["entry", "amount"] == "-0.12")
            #expect(try await ReportedCostTests.charge(server, "other", raw)["entry", "amount"] == "-0.2")
            let stated = try await ReportedCostTests.charge(server, "own", #""cost_usd":0.05"#)
            #expect(stated["entry", "amount"] == "-6")
            #expect(
                try await ReportedCostTests.charge(server, "least", #""cost_usd":"0""#)["entry", "amount"]
                    == "-1")
            #expect(
                try await ReportedCostTests.charge(server, "least", #""cost_usd":"0.011""#)[
                    "entry", "amount"] == "-2")
        }
    }

    @Test func `a cost beside a rate that goes by something else is recorded`() async throws {
        try await ReportedCostTests.run { server in
            let counts = #""provider":"acme","model":"m-1","usage":{"input_tokens":1000}"#
            let stated = try await ReportedCostTests.charge(
                server, "chat", #"\#(counts),"cost_usd":"0.05""#)
            #expect(
                stated["entry", "cost_usd"] == "0.001" && stated["entry", "reported_cost_usd"] == "0.05")
            let raw =
                #""provider":"acme","raw_usage":{"id":"g","model":"m-1","usage":{\#(ReportedCostTests.usage),"cost":0.02}}"#
            let reported = try await ReportedCostTests.charge(server, "chat", raw)
            #expect(
                reported["entry", "amount"] == "-0.1" && reported["entry", "reported_cost_usd"] == "0.02")
            let fixed = try await ReportedCostTests.charge(server, "click", #""cost_usd":"0.05""#)
            #expect(fixed["entry", "amount"] == "-1" && fixed["entry", "cost_usd"] == "0.05")
            let rated = try await server.call(
                .post, "/v1/rate", #"{"action":"chat",\#(counts),"cost_usd":"0.05"}"#)
            #expect(rated["reported_cost_usd"] == "0.05")
            #expect(try await server.engine.verify().isClean)
        }
    }

    @Test func `a rate by reported cost is read, compared and refused by line`() throws {
        let catalog = try CatalogDocument.parse(ReportedCostTests.catalog)
        let markup = try #require(Markup("1.2"))
        #expect(
            catalog.actions[ActionID(unchecked: "either")]?.rate
                == .reportedCost(markup: markup, minimum: .zero, fallback: markup, rounding: .halfEven))
        for (rate, rule) in [
            ("{reported_cost: {fallback: fixed}}", "fallback' must be model_tokens"),
            ("{reported_cost: {price: 1}}", "is not a key that is known here"),
        ] {
            let document = """
                credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
                actions: [{id: a, credit_type: credits, rate: \(rate)}]
                """
            let problem = #expect(throws: CatalogProblem.self) { try CatalogDocument.parse(document) }
            #expect(problem?.description.contains(rule) == true, "\(rate)")
        }
    }
}
