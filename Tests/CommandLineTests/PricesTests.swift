import Foundation
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct PricesTests {
    @Test func `a model's prices are shown under any of its names`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        let shown = try scrip.run("prices", "show", "anthropic/claude-sonnet-4-5-20250929")
        #expect(shown.exitCode == 0, "\(shown.errors)")
        #expect(shown.output.hasPrefix("anthropic/claude-sonnet-4-5, also claude-sonnet-4-5-20250929"))
        #expect(shown.output.contains(/cache_write_1h +6 +USD per million tokens/))
        #expect(shown.output.contains(/input, batch +1.5 +USD per million tokens/))
        #expect(shown.output.contains(/web_searches +0.01 +USD each/))
        #expect(shown.output.contains("Source: litellm"))

        let other = try scrip.run("prices", "show", "claude-sonnet-4-5", "--provider", "vertex_ai", "--json")
        let members = try #require(JSONSerialization.jsonObject(with: Data(other.output.utf8)) as? [String: Any])
        #expect(members["provider"] as? String == "vertex_ai")
        let prices = try #require(members["prices"] as? [[String: String]])
        #expect(prices.contains { $0["what"] == "input above 200000 input tokens" && $0["price"] == "6" })
    }

    @Test func `a model without a price is refused`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        let refused = try scrip.run("prices", "show", "no-such-model-9")
        #expect(refused.exitCode == 1)
        #expect(refused.errors.contains("No price is known for the model 'no-such-model-9'."))
    }

    @Test func `two books are compared price by price`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        func book(_ name: String, _ models: String) throws -> String {
            try scrip.write("{\"models\":[\(models)]}", to: name)
            return name
        }
        let old = try book(
            "old.json",
            """
            {"provider":"acme","id":"one","usd_per_million":{"input":"3"}},
            {"provider":"acme","id":"two","usd_per_million":{"input":"1"}}
            """
        )
        let new = try book(
            "new.json",
            """
            {"provider":"acme","id":"one","usd_per_million":{"input":"2","output":"5"}},
            {"provider":"acme","id":"three","usd_per_unit":{"images":"0.04"}}
            """
        )
        let diff = try scrip.run("prices", "diff", new, "--book", old)
        #expect(diff.exitCode == 1)
        #expect(
            diff.output == """
                - acme/two
                + acme/three
                ~ acme/one: input 3 -> 2
                ~ acme/one: output none -> 5

                """
        )
        #expect(try scrip.run("prices", "diff", old, "--book", old).exitCode == 0)
        #expect(try scrip.run("prices", "diff", "none").exitCode == 3)
        let wrong = try scrip.run("prices", "diff", try book("wrong.json", #"{"provider":"acme","id":"x"}"#))
        #expect(wrong.exitCode == 1)
        #expect(wrong.errors.contains("acme/x: 'usd_per_million' must have a price"))
    }
}
