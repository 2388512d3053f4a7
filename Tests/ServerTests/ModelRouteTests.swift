import HTTPTypes
import ScripEngine
import Testing

@Suite(.timeLimit(.minutes(15))) struct ModelRouteTests {
    private static let document = """
        credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "5"}]}]
        actions:
          - {id: chat, credit_type: credits, rate: {model_tokens: {markup: "1.2"}}}
        models:
          - provider: anthropic
            id: claude-sonnet-4-5
            usd_per_million: {input: "3", output: "15"}
            multipliers: {geography: {us: "1.1"}}
            service_tiers: {batch: {usd_per_million: {input: "1.5"}}}
        """

    @Test func `a price is explained line by line, and charged the same`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: ModelRouteTests.document)
            let body =
                #"{"action":"chat","provider":"anthropic","model":"claude-sonnet-4-5-20250929","service_tier":"batch","#
                + #""geography":"us","usage":{"input_tokens":1200,"output_tokens":300}}"#
            let rate = try await server.call(.post, "/v1/rate", body)
            #expect(rate.status == 200 && rate["amount"] == "0.8316" && rate["cost_usd"] == "0.00693")
            #expect(rate["priced"] == "own" && rate["lines", "0", "class"] == "input_tokens")
            #expect(rate["lines", "0", "usd_per_million"] == "1.65" && rate["lines", "0", "cost_usd"] == "0.00198")
            #expect(rate["lines", "1", "usd_per_million"] == "16.5" && rate["lines", "1", "credits"] == "0.594")
            #expect(rate["lines", "1", "model"] == "anthropic/claude-sonnet-4-5")
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let charge = try await server.call(.post, "/v1/accounts/u/charges", body)
            #expect(charge.status == 201 && charge["entry", "amount"] == "-0.8316")
            #expect(charge["entry", "cost_usd"] == "0.00693" && charge["entry", "service_tier"] == "batch")
            #expect(charge["entry", "geography"] == "us" && charge["entry", "priced"] == "own")
        }
    }

    @Test func `an unknown model is refused by name unless the catalog records it`() async throws {
        try await TestServer.run { server in
            let body = #"{"action":"chat","model":"mystery-1","usage":{"input_tokens":1}}"#
            _ = try await server.engine.applyCatalog(document: ModelRouteTests.document)
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let refused = try await server.call(.post, "/v1/accounts/u/charges", body)
            #expect(refused.status == 422 && refused["code"] == "unknown_model" && refused["model"] == "mystery-1")
            _ = try await server.engine.applyCatalog(document: ModelRouteTests.document + "\nunknown_model: record")
            let recorded = try await server.call(.post, "/v1/accounts/u/charges", body)
            #expect(recorded.status == 201 && recorded["entry", "amount"] == "0")
            #expect(recorded["entry", "priced"] == "unrated")
            let missing = try await server.call(.post, "/v1/rate", #"{"action":"chat","model":"claude-sonnet-4-5"}"#)
            #expect(missing.status == 400 && missing["errors", "0", "pointer"] == "#/usage")
        }
    }
}
