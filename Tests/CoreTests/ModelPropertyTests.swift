import ScripCore
import ScripTesting
import Testing

/// What holds for any counts; a failure prints its seed.
@Suite struct ModelPropertyTests {
    private static let models = [
        "claude-opus-4-8", "gpt-5", "gpt-audio", "gemini-thinker", "sonar", "claude-sonnet-4-5",
    ]
    private static let units = ["web_searches", "requests", "images"]

    /// Counts small enough to stay below every tier.
    private static func counts(using generator: inout SeededGenerator) -> [String: Quantity] {
        var counts: [String: Int64] = [
            "input_tokens": Int64.random(in: 0...9_000, using: &generator), "requests": 1,
        ]
        for tokenClass in TokenClass.allCases where Bool.random(using: &generator) {
            counts[tokenClass.rawValue] = Int64.random(in: 0...9_000, using: &generator)
        }
        for unit in units { counts[unit] = Int64.random(in: 0...5, using: &generator) }
        return counts.quantities
    }

    private static func usage(using generator: inout SeededGenerator) -> Usage {
        var usage = SampleBook.usage(models.randomElement(using: &generator) ?? "gpt-5", counts(using: &generator))
        usage.serviceTier = [nil, "batch", "priority", "flex"].randomElement(using: &generator) ?? nil
        usage.geography = [nil, "us"].randomElement(using: &generator) ?? nil
        usage.speed = [nil, "fast"].randomElement(using: &generator) ?? nil
        return usage
    }

    @Test(arguments: [UInt64.random(in: .min ... .max), 1, 2])
    func `splitting a usage into parts never changes the unrounded total`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let catalog = try SampleBook.catalog(markup: #require(Markup("1.25")))
        for round in 0..<300 {
            let whole = ModelPropertyTests.usage(using: &generator)
            let parts = (0..<Int.random(in: 1...4, using: &generator)).map { _ in whole }
            var split = parts
            for (name, count) in whole.counts {
                var rest = count.wholePart
                for index in split.indices {
                    let isLast = index == split.count - 1
                    let share = isLast ? rest : Int64.random(in: 0...rest, using: &generator)
                    split[index].counts[name] = Quantity(share)
                    rest -= share
                }
            }
            let total = try catalog.rate(whole, at: SampleBook.now)
            var cost: Int128 = 0
            for part in split { cost += try catalog.rate(part, at: SampleBook.now).cost?.attodollars ?? 0 }
            #expect(cost == total.cost?.attodollars, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: [UInt64.random(in: .min ... .max), 3, 4])
    func `every token is priced once, in its own class`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let catalog = try SampleBook.catalog()
        for round in 0..<300 {
            let usage = ModelPropertyTests.usage(using: &generator)
            let rating = try catalog.rate(usage, at: SampleBook.now)
            let priced = rating.lines.filter { $0.dollarsPerMillion != nil }
            #expect(Set(priced.map(\.dimension)).count == priced.count, "seed \(seed), round \(round)")
            for line in priced {
                #expect(line.count == usage.counts[line.dimension], "seed \(seed), round \(round)")
                let price = try #require(line.dollarsPerMillion)
                let cost = try #require(line.cost)
                #expect(cost.attodollars * 1_000_000 == price.attodollars * Int128(line.count.wholePart))
            }
            let counted = usage.inputTokens + usage.outputTokens
            #expect(
                priced.reduce(0) { $0 + $1.count.wholePart } == counted, "seed \(seed), round \(round)")
            let value = Int128(10_000_000_000_000_000)
            let cost = try #require(rating.cost).attodollars
            let expected = Rounding.halfEven.divide(cost * 1_000_000_000, by: value)
            #expect(Int128(rating.amount.nanocredits) == expected, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: [UInt64.random(in: .min ... .max), 5])
    func `any text is a name or none, and never a crash`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let book = try SampleBook.book()
        let pieces = [
            "/", "@", ".", ":", "-", "us", "anthropic", "bedrock", "models", "publishers", "google", "gpt-5", "-v1:0",
            "-latest", "-20250929", "-2025-08-07", "claude-sonnet-4-5", "arn:", "é", "", " ",
        ]
        for _ in 0..<3_000 {
            let name = (0..<Int.random(in: 0...7, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            let provider = [nil, "bedrock", "vertex_ai", "openrouter", name].randomElement(using: &generator) ?? nil
            let match = book.price(provider: provider, model: name, at: SampleBook.now)
            if let match {
                #expect(
                    name.lowercased().contains(match.price.id.split(separator: ".").last ?? "?")
                        || match.price.id.contains("claude-sonnet-4-5"), "seed \(seed): \(name) is \(match.price.name)")
            }
        }
    }
}
