import ScripCore
import Testing

@Suite(.timeLimit(.minutes(15))) struct ModelNameTests {
    @Test(
        arguments: [
            (nil, "claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
            ("anthropic", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
            (nil, "Claude-Sonnet-4-5", "anthropic/claude-sonnet-4-5"),
            (nil, "anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
            ("anthropic", "anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
            ("openrouter", "anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
            (nil, "openrouter/openai/gpt-5", "openai/gpt-5"),
            (nil, "claude-sonnet-4-5-latest", "anthropic/claude-sonnet-4-5"),
            (nil, "claude-sonnet-4-5-20260101", "anthropic/claude-sonnet-4-5"),
            ("vertex_ai", "claude-sonnet-4-5@20250929", "anthropic/claude-sonnet-4-5"),
            ("gcp.vertex_ai", "claude-opus-4-8@default", "anthropic/claude-opus-4-8"),
            (nil, "vertex_ai/claude-sonnet-4-5@20250929", "anthropic/claude-sonnet-4-5"),
            ("vertex-ai", "publishers/anthropic/models/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5"),
            (
                "bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0",
                "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0"
            ),
            (
                "aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
            ),
            (
                nil, "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0"
            ),
            (nil, "bedrock/global.anthropic.claude-opus-4-8-20260101-v1:0", "anthropic/claude-opus-4-8"),
            (
                "bedrock",
                "arn:aws:bedrock:us-east-1:123:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0"
            ),
            (nil, "models/gemini-2.5-pro", "google/gemini-2.5-pro"),
            ("gcp.gemini", "models/gemini-2.5-pro", "google/gemini-2.5-pro"),
            (nil, "gemini/gemini-2.5-pro", "google/gemini-2.5-pro"),
            (nil, "publishers/google/models/gemini-2.5-pro", "google/gemini-2.5-pro"),
            (
                "vertex_ai", "projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro",
                "google/gemini-2.5-pro"
            ),
            ("openai", "gpt-5-2025-08-07", "openai/gpt-5"),
            ("openai", "gpt-5-mini-2025-08-07", "openai/gpt-5-mini"),
            ("openai", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"),
            ("openai", "gpt-4o-2024-11-20", "openai/gpt-4o"),
            (nil, "gpt-4o", "openai/gpt-4o"),
            ("azure", "gpt-4o-2024-11-20", "azure/gpt-4o"), ("azure", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"),
            ("azure.ai.openai", "gpt-4o", "azure/gpt-4o"),
            ("azure", "gpt-5", "openai/gpt-5"),
            (nil, "azure/gpt-4o", "azure/gpt-4o"),
            ("groq", "openai/gpt-oss-120b", "groq/openai/gpt-oss-120b"),
            (nil, "groq/openai/gpt-oss-120b", "groq/openai/gpt-oss-120b"),
            (nil, "unheard-of/rare-1", "unheard-of/rare-1"), (nil, "unheard-of/rare-1-latest", "unheard-of/rare-1"),
            ("x_ai", "grok-4", "xai/grok-4"),
            ("together", "shared-model", "together/shared-model"),
            ("Fireworks_AI", "shared-model", "fireworks/shared-model"),
        ] as [(String?, String, String)])
    func `a name finds its model`(provider: String?, model: String, found: String) throws {
        let match = try SampleBook.book().price(provider: provider, model: model, at: SampleBook.now)
        #expect(match?.price.name == found, "\(provider ?? "-") \(model)")
    }

    @Test(
        arguments: [
            (nil, "gpt"), (nil, "gpt-5-m"), (nil, "gpt-5-minimal"), (nil, "gpt-5.1"), (nil, "gpt-5-pro"),
            (nil, "gpt-50"),
            (nil, "claude-sonnet-4"), (nil, "claude-sonnet-4-50"), (nil, "sonnet-4-5"), (nil, "claude-sonnet-4-5-v2"),
            (nil, "claude-sonnet-4-5-2025"), (nil, "claude-sonnet-4-5-99999999"), (nil, "shared-model"), (nil, ""),
            (nil, "/"), (nil, "-latest"), (nil, "@"), (nil, "gpt-5/"), (nil, "models/"), ("anthropic", "gpt-5"),
            ("groq", "gpt-5"), ("openai", "claude-sonnet-4-5"), ("together", "openai/gpt-5"),
            ("bedrock", "anthropic.claude-sonnet-4"), ("nobody", "gpt-5"), (nil, "nobody/gpt-5"),
        ] as [(String?, String)])
    func `a name never finds another model`(provider: String?, model: String) throws {
        #expect(try SampleBook.book().price(provider: provider, model: model, at: SampleBook.now) == nil)
    }

    @Test func `the result says which name matched`() throws {
        let book = try SampleBook.book()
        let match = book.price(provider: "openai", model: "gpt-5-2025-08-07", at: SampleBook.now)
        #expect(match?.matchedName == "gpt-5-2025-08-07")
        #expect(match?.price.id == "gpt-5")
    }

    @Test(
        arguments: [
            (nil, "claude-sonnet-4-5", "1", Rating.Priced.own), (nil, "claude-sonnet-4-5-20250929", "1", .own),
            ("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", "3", .book), ("openai", "gpt-4o", "1", .own),
            ("openai", "gpt-4o-2024-05-13", "5", .book), ("openai", "gpt-4o-2024-11-20", "1", .own),
            ("azure", "gpt-4o", "2.75", .book), (nil, "house-model", "1", .own), (nil, "gpt-5", "1.25", .book),
        ] as [(String?, String, String, Rating.Priced)])
    func `own prices win over the book under the same name`(
        provider: String?, model: String, price: String, priced: Rating.Priced
    ) throws {
        let prices = TokenPrices(input: Dollars("1"), output: Dollars("1"))
        let catalog = try SampleBook.catalog(models: [
            ModelPrice(provider: "anthropic", id: "claude-sonnet-4-5", prices: prices),
            ModelPrice(provider: "openai", id: "gpt-4o", prices: prices),
            ModelPrice(provider: "house", id: "house-model", prices: prices),
        ])
        let rating = try catalog.rate(
            SampleBook.usage(model, provider: provider, ["input_tokens": 1_000_000]), at: SampleBook.now
        )
        #expect(rating.cost?.description == price)
        #expect(rating.priced == priced)
    }
}
