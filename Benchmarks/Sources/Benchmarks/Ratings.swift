import ScripCore
import ScripEngine
import ScripJSON
import ScripPrices
import ScripUsageFormats

/// Pricing alone: what a call of a model costs under the shipped price book, of some five thousand models.
enum Ratings {
    static let document = """
        credit_types: [{id: credits, usd_value: "0.01"}]
        default_plan: endless
        plans: [{id: endless, allowances: [{credit_type: credits, amount: "1000000000"}]}]
        actions: [{id: chat, credit_type: credits, rate: {model_tokens: {markup: "1.2"}}}]
        """

    /// Calls as apps report them: the model's name as the provider's answer has it.
    static let models = [
        ("anthropic", "claude-sonnet-4-5-20250929"), ("anthropic", "claude-haiku-4-5"), ("openai", "gpt-4o-2024-08-06"),
        ("openai", "gpt-4.1-mini"), ("google", "gemini-2.5-pro"), ("google", "gemini-2.5-flash"),
        ("bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0"), ("mistral", "mistral-large-latest"),
    ]

    static func measure() throws {
        var catalog = try CatalogDocument.parse(document)
        catalog.book = try ShippedPriceBook.book()
        let moment = Timestamp(seconds: 1_800_000_000)
        var usages: [Usage] = []
        for (provider, model) in models {
            var usage = Usage(action: ActionID(unchecked: "chat"))
            (usage.provider, usage.model) = (provider, model)
            usage.counts = ["input_tokens": 1_200, "cache_read_tokens": 20_000, "output_tokens": 300]
            guard (try? catalog.rate(usage, at: moment)) != nil else {
                print("rate: the book does not know \(provider)/\(model)")
                continue
            }
            usages.append(usage)
        }
        let count = 400_000
        let elapsed = try ContinuousClock().measure {
            for index in 0..<count { _ = try catalog.rate(usages[index % usages.count], at: moment) }
        }
        Benchmarks.report("rate: a call of a model, shipped book", count, elapsed)
        try measureReading(count: count)
    }

    /// Reading a provider's own usage object, JSON included.
    private static func measureReading(count: Int) throws {
        let body = Array(
            """
            {"id":"msg_1","type":"message","model":"claude-sonnet-4-5-20250929","usage":{"input_tokens":1200,
            "cache_creation_input_tokens":300,"cache_read_input_tokens":20000,"output_tokens":300,
            "cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":100},"service_tier":"standard"}}
            """.utf8)
        let elapsed = try ContinuousClock().measure {
            for _ in 0..<count {
                _ = try UsageReading.read(JSONValue.parse(body), provider: "anthropic")
            }
        }
        Benchmarks.report("rate: reading a raw usage object", count, elapsed)
    }
}
