import ScripCore
import Testing

/// Costs worked out by hand from the prices of the sample book.
@Suite struct ModelPriceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var model: String
        var counts: [String: Quantity]
        var cost: String
        var serviceTier: String?
        var geography: String?
        var speed: String?

        init(
            _ name: String, _ model: String, _ counts: [String: Quantity], _ cost: String,
            serviceTier: String? = nil,
            geography: String? = nil, speed: String? = nil
        ) {
            testDescription = name
            self.model = model
            self.counts = counts
            self.cost = cost
            self.serviceTier = serviceTier
            self.geography = geography
            self.speed = speed
        }
    }

    static let sonnet = "claude-sonnet-4-5"

    static let cases: [Case] = [
        Case("input and output", sonnet, ["input_tokens": 1_200, "output_tokens": 300], "0.0081"),
        Case(
            "every class of the cache", sonnet,
            [
                "input_tokens": 10, "cache_read_tokens": 1_000, "cache_write_5m_tokens": 100,
                "cache_write_1h_tokens": 100, "output_tokens": 1,
            ], "0.00132"),
        Case("exactly at the boundary", sonnet, ["input_tokens": 150_000, "cache_read_tokens": 50_000], "0.465"),
        Case(
            "cached tokens take it over the boundary, and everything is priced anew", sonnet,
            ["input_tokens": 150_000, "cache_read_tokens": 50_001, "output_tokens": 1_000], "0.9525006"),
        Case(
            "a class that the tier does not price keeps its price", sonnet,
            ["input_tokens": 200_001, "cache_write_1h_tokens": 1_000], "1.206006"),
        Case(
            "output does not count towards the boundary", sonnet,
            ["input_tokens": 200_000, "output_tokens": 64_000], "1.56"),
        Case("batch", sonnet, ["input_tokens": 1_000, "output_tokens": 1_000], "0.009", serviceTier: "batch"),
        Case(
            "batch leaves the cache at the standard price", sonnet, ["cache_read_tokens": 1_000_0], "0.003",
            serviceTier: "BATCH"),
        Case(
            "a service tier nobody prices is the standard one", sonnet, ["input_tokens": 1_000], "0.003",
            serviceTier: "auto"),
        Case("geography", sonnet, ["input_tokens": 1_000, "output_tokens": 100], "0.00495", geography: "US"),
        Case("an unpriced geography", sonnet, ["input_tokens": 1_000], "0.003", geography: "global"),
        Case(
            "geography times speed", sonnet, ["input_tokens": 1_000], "0.0198", geography: "us", speed: "fast"),
        Case(
            "factors leave fees alone", sonnet, ["input_tokens": 1_000, "web_searches": 2], "0.0233", geography: "us"),
        Case(
            "cached tokens without a price cost what input costs", "claude-opus-4-8",
            ["cache_read_tokens": 1_000, "cache_write_5m_tokens": 1_000, "cache_write_1h_tokens": 1_000], "0.015"),
        Case("reasoning without a price costs what output costs", "gpt-5", ["reasoning_tokens": 1_000], "0.01"),
        Case(
            "flex falls back class by class", "gpt-5",
            ["input_tokens": 1_000, "cache_read_tokens": 1_000, "output_tokens": 1_000], "0.00575", serviceTier: "flex"),
        Case(
            "priority", "gpt-5", ["cache_read_tokens": 1_000, "output_tokens": 10], "0.00045", serviceTier: "priority"),
        Case(
            "sound", "gpt-audio",
            ["input_tokens": 100, "audio_input_tokens": 100, "output_tokens": 100, "audio_output_tokens": 100],
            "0.01085"),
        Case(
            "images cost what text costs", "gpt-audio",
            ["image_input_tokens": 1_000, "image_output_tokens": 1_000], "0.0125"),
        Case("xAI reprices at the boundary already", "grok-4", ["input_tokens": 128_000], "0.768"),
        Case("xAI below the boundary", "grok-4", ["input_tokens": 127_999], "0.383997"),
        Case(
            "batch above the boundary: its own tier, then the standard one", "gemini-2.5-pro",
            ["input_tokens": 200_001, "output_tokens": 1_000], "0.26500125", serviceTier: "batch"),
        Case(
            "reasoning with its own price", "gemini-thinker", ["output_tokens": 1_000, "reasoning_tokens": 1_000],
            "0.012"),
        Case(
            "batch output holds for reasoning too", "gemini-thinker",
            ["output_tokens": 1_000, "reasoning_tokens": 1_000], "0.004", serviceTier: "batch"),
        Case("seconds", "whisper", ["seconds": 90], "0.009"),
        Case("a fee for each request", "sonar", ["input_tokens": 1_000], "0.006"),
        Case("a stated number of requests", "sonar", ["input_tokens": 1_000, "requests": 3], "0.016"),
        Case("embeddings", "embed-small", ["input_tokens": 1], "0.00000002"),
        Case("nothing at all", sonnet, ["input_tokens": 0], "0"),
    ]

    @Test(arguments: cases)
    func `a price follows from the rules`(example: Case) throws {
        var usage = SampleBook.usage(example.model, example.counts)
        usage.serviceTier = example.serviceTier
        usage.geography = example.geography
        usage.speed = example.speed
        let rating = try SampleBook.catalog().rate(usage, at: SampleBook.now)
        #expect(rating.cost?.description == example.cost)
        #expect(rating.priced == .book)
        let sum = rating.lines.reduce(Int128(0)) { $0 + ($1.cost?.attodollars ?? 0) }
        #expect(sum == rating.cost?.attodollars)
    }

    @Test(arguments: [
        ("2024-12-31", "0.14"), ("2025-02-07", "0.14"), ("2025-02-08", "0.27"), ("2026-01-01", "0.27"),
    ])
    func `the price in force when it happened is used`(date: String, price: String) throws {
        let parts = date.split(separator: "-").compactMap { Int($0) }
        var usage = SampleBook.usage("deepseek-chat", ["input_tokens": 1_000_000])
        usage.occurredAt = CivilTime(year: parts[0], month: parts[1], day: parts[2], microsecondOfDay: 0).asUTC
        #expect(try SampleBook.catalog().rate(usage, at: SampleBook.now).cost?.description == price)
    }
}
