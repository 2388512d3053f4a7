import Foundation
import ScripCore
import ScripPrices
import Testing

/// Scrip's costs beside those of the packages that its prices come from.
@Suite(.timeLimit(.minutes(15))) struct PackageCostTests {
    @Test func `the shipped book costs what litellm calculates`() throws {
        let catalog = Catalog(pricedBy: try ShippedPriceBook.book())
        let cases = try PriceCase.all(in: "litellm-costs.jsonl")
        var models: Set<String> = []
        for one in cases {
            let cost = try #require(try catalog.cost(of: one.usage, at: one.moment), "no price: \(one.line)")
            let ours = try #require(Double(cost.description))
            let theirs = try #require(Double(one.expected))
            #expect(abs(ours - theirs) <= 1e-9 * max(abs(ours), abs(theirs)), "\(ours) is not that of \(one.line)")
            models.insert("\(one.usage.provider ?? "")/\(one.usage.model ?? "")")
        }
        #expect(models.count >= 200)
    }

    @Test func `the cases reach every class, tier, multiplier and fee`() throws {
        let cases = try PriceCase.all(in: "litellm-costs.jsonl")
        for tokenClass in TokenClass.allCases {
            #expect(cases.contains { $0.usage.counts[tokenClass.rawValue] ?? 0 > 0 }, "\(tokenClass)")
        }
        #expect(cases.contains { $0.usage.counts["web_searches"] ?? 0 > 1 })
        for tier in ["batch", "priority", "flex"] {
            #expect(cases.contains { $0.usage.serviceTier == tier && $0.usage.inputTokens <= 100_000 }, "\(tier)")
            #expect(cases.contains { $0.usage.serviceTier == tier && $0.usage.inputTokens > 200_000 }, "\(tier)")
        }
        for place in ["us", "eu", "regional"] {
            #expect(cases.contains { $0.usage.geography == place }, "\(place)")
        }
        #expect(cases.contains { $0.usage.speed == "fast" && $0.usage.geography == "us" })
        for total: Int64 in [199_999, 200_000, 200_001, 272_000, 272_001] {
            #expect(cases.contains { $0.usage.inputTokens == total }, "\(total)")
        }
        #expect(cases.contains { $0.usage.provider == "xai" && $0.usage.inputTokens == 200_000 })
    }

    @Test func `with the data of genai-prices Scrip costs exactly what genai-prices does`() throws {
        let book = try PriceBook(json: PriceCase.json("genai-prices-book.json"))
        let catalog = Catalog(pricedBy: book)
        let cases = try PriceCase.all(in: "genai-prices-costs.jsonl")
        #expect(cases.count >= 1_000)
        var equal = 0
        for one in cases {
            let cost = try #require(try catalog.cost(of: one.usage, at: one.moment), "no price: \(one.line)")
            let theirs = try #require(Dollars(one.expected))
            // Some of its prices are floats' noise, such as 0.18000000000000002, which the book has as they were meant.
            let difference = cost.attodollars - theirs.attodollars
            #expect(difference.magnitude < 1_000_000, "\(cost) is not that of \(one.line)")
            if difference == 0 { equal += 1 }
        }
        #expect(equal * 100 > cases.count * 98)
    }
}
