import ScripCore
import ScripPrices
import Testing

/// The book that ships with Scrip.
@Suite(.timeLimit(.minutes(15))) struct ShippedPriceBookTests {
    private static let now = Timestamp(microseconds: 1_795_000_000_000_000)

    @Test func `it has the models of the main providers and says where they come from`() throws {
        let book = try ShippedPriceBook.book()
        #expect(book.models.count > 2_000)
        #expect(book.source.contains("litellm"))
        #expect(book.source.contains("genai-prices"))
        #expect(book.licence == "MIT")
        #expect(book.date.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil)
        let main = [
            "anthropic", "openai", "azure", "google", "vertex_ai", "bedrock", "xai", "mistral", "deepseek", "groq",
            "cohere", "together", "fireworks", "perplexity", "openrouter",
        ]
        let providers = Set(book.models.map(\.provider))
        for provider in main { #expect(providers.contains(provider), "\(provider)") }
    }

    @Test func `no text model costs what only a wrong unit makes of a price`() throws {
        let ceiling = try #require(Dollars("1200"))
        for model in try ShippedPriceBook.book().models {
            for tokenClass in TokenClass.allCases {
                if let price = model.prices[tokenClass] { #expect(price <= ceiling, "\(model.name) \(tokenClass)") }
            }
        }
        let mended = try ShippedPriceBook.book().price(
            provider: "azure_ai", model: "jais-30b-chat", at: ShippedPriceBookTests.now)
        #expect(mended?.price.prices.input == Dollars("3.2"))
    }

    @Test(arguments: [
        ("ft:gpt-4o-mini-2024-07-18:acme::9xYz", "openai/ft:gpt-4o-mini-2024-07-18"),
        ("gpt-4o-mini-2024-07-18.ft-0e208cf33a6a466994aff31a08aba678", "openai/ft:gpt-4o-mini-2024-07-18"),
        ("davinci-002:ft-acme-2023-09-14", "openai/ft:davinci-002"),
        ("ft:gpt-9:acme::1", nil), ("ft:", nil), ("ft::x", nil),
        ("gpt-4o-mini@preset/mine", "openai/gpt-4o-mini"), ("openai/gpt-4o-mini:floor", "openai/gpt-4o-mini"),
        ("gpt-4o-mini:unheard-of", nil), (":nitro", nil), ("@preset/mine", nil),
    ])
    func `variants resolve by stated rules`(model: String, name: String?) throws {
        let found = try ShippedPriceBook.book().price(model: model, at: ShippedPriceBookTests.now)
        #expect(found?.price.name == name)
    }

    @Test(arguments: [
        ("claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4-5"),
        ("claude-3-7-sonnet-20250219", "anthropic/claude-3-7-sonnet-latest"),
        ("gpt-5-2025-08-07", "openai/gpt-5"),
        ("openai/gpt-5", "openai/gpt-5"),
        ("gemini/gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("models/gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("xai/grok-4", "xai/grok-4-0709"),
        ("vertex_ai/claude-sonnet-4-5@20250929", "vertex_ai/claude-sonnet-4-5"),
        ("us.anthropic.claude-opus-4-8-v1:0", "bedrock/us.anthropic.claude-opus-4-8"),
        ("bedrock/eu.anthropic.claude-opus-4-6", "bedrock/eu.anthropic.claude-opus-4-6-v1"),
        (
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
        ),
    ])
    func `a name that people write finds its model`(name: String, model: String) throws {
        let match = try #require(try ShippedPriceBook.book().price(model: name, at: ShippedPriceBookTests.now))
        #expect(match.price.name == model)
    }

    @Test func `every model is found by its provider and its names`() throws {
        let book = try ShippedPriceBook.book()
        for model in book.models where model.isInForce(at: ShippedPriceBookTests.now) {
            for name in [model.id] + model.aliases {
                let match = book.price(provider: model.provider, model: name, at: ShippedPriceBookTests.now)
                #expect(match?.price.name == model.name, "\(model.provider) \(name)")
            }
        }
    }

    @Test func `each call within a request costs what its own model does`() throws {
        var usage = Usage(counts: ["input_tokens": 2_411, "output_tokens": 300])
        usage.model = "claude-sonnet-4-5"
        usage.otherCalls = [
            Usage.ModelCall(model: "claude-opus-4-8", counts: ["input_tokens": 2_543, "output_tokens": 100])
        ]
        let catalog = Catalog(pricedBy: try ShippedPriceBook.book())
        #expect(try catalog.cost(of: usage, at: ShippedPriceBookTests.now) == Dollars("0.026948"))
    }

    @Test func `a batch costs the batch's prices at every size and for every cache write`() throws {
        let counts: [String: Quantity] = [
            "input_tokens": 200_001, "output_tokens": 1_000, "cache_write_1h_tokens": 1_000,
        ]
        var usage = Usage(counts: counts)
        usage.provider = "vertex_ai"
        usage.model = "claude-sonnet-4-5"
        let catalog = Catalog(pricedBy: try ShippedPriceBook.book())
        let standard = try #require(try catalog.cost(of: usage, at: ShippedPriceBookTests.now))
        usage.serviceTier = "batch"
        let batch = try #require(try catalog.cost(of: usage, at: ShippedPriceBookTests.now))
        #expect(standard == Dollars("1.234506"))
        #expect(batch.attodollars * 2 == standard.attodollars)
    }

    @Test func `a model nobody lists has no price`() throws {
        #expect(try ShippedPriceBook.book().price(model: "no-such-model-9", at: ShippedPriceBookTests.now) == nil)
    }
}
