import ScripCore
import ScripEngine
import Testing

@Suite(.timeLimit(.minutes(15))) struct CatalogModelTests {
    static let document = """
        credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
        actions:
          - {id: chat, credit_type: credits, rate: {model_tokens: {markup: "1.2", minimum: "0.5", rounding: up}}}
          - {id: plain, credit_type: credits, rate: {model_tokens: {}}}
          - {id: third, credit_type: credits, rate: {model_tokens: {markup: "4/3"}}}
        models:
          - provider: anthropic
            id: claude-sonnet-4-5
            aliases: [claude-sonnet-4-5-20250929]
            usd_per_million: {input: 3, output: "15", cache_read: "0.3", cache_write_5m: "3.75", cache_write_1h: "6"}
            above_input_tokens:
              - {tokens: 200000, usd_per_million: {input: "6", output: "22.5", cache_read: "0.6"}}
            service_tiers:
              batch: {usd_per_million: {input: "1.5", output: "7.5"}}
            multipliers: {geography: {us: "1.1"}, speed: {fast: 6}}
            usd_per_unit: {web_searches: "0.01"}
            effective_from: 2025-09-29
          - provider: xai
            id: grok-4
            usd_per_million: {input: "3", output: "15"}
            above_input_tokens: [{tokens: 128000, at_or_above: true, usd_per_million: {input: "6"}}]
        unknown_model: {usd_per_million: {input: "10", output: "50"}}
        """

    @Test func `a document states models, what becomes of unknown ones, and rates by them`() throws {
        let catalog = try CatalogDocument.parse(CatalogModelTests.document)
        #expect(catalog.models.models.map(\.name) == ["anthropic/claude-sonnet-4-5", "xai/grok-4"])
        let sonnet = try #require(catalog.models.models.first)
        #expect(sonnet.prices.input == Dollars("3") && sonnet.serviceTiers["batch"]?.prices.output == Dollars("7.5"))
        #expect(sonnet.geographyMultipliers["us"] == Markup("1.1") && sonnet.speedMultipliers["fast"] == Markup("6"))
        #expect(sonnet.dollarsPerUnit == ["web_searches": Dollars(attodollars: 10_000_000_000_000_000)])
        #expect(sonnet.effectiveFrom == CivilTime(year: 2025, month: 9, day: 29, microsecondOfDay: 0).asUTC)
        #expect(catalog.models.models.last?.contextTiers.first?.isInclusive == true)
        #expect(
            catalog.unknownModel == .fallback(TokenPrices(input: Dollars("10"), output: Dollars("50"))))
        let rates = ["chat", "plain", "third"].map { catalog.actions[ActionID(unchecked: $0)]?.rate }
        #expect(
            rates == [
                .modelTokens(
                    markup: Markup(millionths: 1_200_000), minimum: Credits(nanocredits: 500_000_000), rounding: .up),
                .modelTokens(markup: .one, minimum: .zero, rounding: .halfEven),
                Markup("4/3").map { .modelTokens(markup: $0, minimum: .zero, rounding: .halfEven) },
            ])
    }

    @Test(arguments: [("refuse", UnknownModelPolicy.refuse), ("record", .record)])
    func `an unknown model is refused or recorded`(word: String, policy: UnknownModelPolicy) throws {
        #expect(try CatalogDocument.parse("credit_types: [{id: c}]\nunknown_model: \(word)").unknownModel == policy)
        #expect(try CatalogDocument.parse("credit_types: [{id: c}]").unknownModel == .refuse)
    }

    @Test(arguments: [
        (
            "models:\n  - provider: a\n    id: b\n    usd_per_million:\n      input: 0.3x",
            "line 6: 'models[0].usd_per_million.input' must be a decimal, 0 or more, with at most 12 digits after the point"
        ),
        (
            "models:\n  - provider: a\n    id: b\n    usd_per_million: {input: \"1\"}\n    service_tiers: {batch: {usd_per_million: {inptu: \"1\"}}}",
            "line 6: 'models[0].service_tiers.batch.usd_per_million.inptu' is not a key of prices here; it may have input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, audio_input, audio_output, image_input, image_output"
        ),
        ("models:\n  - id: b", "line 3: 'models[0].provider' must be a text of 1 to 255 bytes"),
        (
            "models:\n  - {provider: a, id: b, usd_per_million: {input: \"1\"}}\n  - {provider: a, id: b, usd_per_million: {input: \"2\"}}",
            "line 3: 'models' prices a/b twice for the same time: it names 'b', which a/b prices for the same time"
        ),
        ("unknown_model: charge", "line 2: 'unknown_model' must be refuse, record, or {usd_per_million: {…}}"),
        (
            "unknown_model: {usd_per_million: {input: \"1\"}}",
            "line 2: 'unknown_model.usd_per_million' needs a price of input and one of output, so that no token is free"
        ),
        (
            "unknown_model:\n  usd_per_million:\n    input: \"1\"\n    output: \"x\"",
            "line 5: 'unknown_model.usd_per_million.output' must be a decimal, 0 or more, with at most 12 digits after the point"
        ),
    ])
    func `what is wrong is named with its line and place`(rest: String, expected: String) {
        #expect {
            try CatalogDocument.parse("credit_types: [{id: c}]\n" + rest)
        } throws: { error in
            if "\(error)" != expected { print(error) }
            return "\(error)" == expected
        }
    }

    @Test func `a diff says which prices change`() throws {
        let old = try CatalogDocument.parse(CatalogModelTests.document)
        let text = CatalogModelTests.document.replacing("input: 3,", with: "input: 2,")
            .replacing("geography: {us: \"1.1\"}, ", with: "")
            .replacing("id: grok-4", with: "id: grok-5")
            .replacing("{usd_per_million: {input: \"10\", output: \"50\"}}", with: "record")
            .replacing("minimum: \"0.5\"", with: "minimum: \"1\"")
        let lines = CatalogDiff(from: old, to: try CatalogDocument.parse(text)).lines
        #expect(
            lines == [
                "~ action chat: rate the model's tokens times 1.2, at least 0.5, rounded up → the model's tokens times 1.2, at least 1, rounded up",
                "~ model anthropic/claude-sonnet-4-5 from 2025-09-29: geography us times 1.1 → none",
                "~ model anthropic/claude-sonnet-4-5 from 2025-09-29: input $3 per million → $2 per million",
                "- model xai/grok-4", "+ model xai/grok-5",
                "~ unknown_model: input $10 per million, output $50 per million → record",
            ])
        #expect(CatalogDiff(from: old, to: old).isEmpty)
        var without = old
        without.models = .empty
        #expect(
            CatalogDiff(from: without, to: old).lines
                == ["+ model anthropic/claude-sonnet-4-5 from 2025-09-29", "+ model xai/grok-4"])
    }
}
