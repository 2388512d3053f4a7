import ScripCore
import Testing

@Suite struct UnpricedTests {
    private static func rate(_ rate: Rate, _ counts: [String: Quantity]) throws -> Rating {
        var catalog = try SampleBook.catalog()
        let action = ActionID(unchecked: "work")
        catalog.actions[action] = Action(id: action, creditType: SampleBook.credits, rate: rate)
        return try catalog.rate(Usage(action: action, counts: counts), at: SampleBook.now)
    }

    @Test func `what a model has no price for is named and counted`() throws {
        let catalog = try SampleBook.catalog()
        let usage = SampleBook.usage("gpt-4o", ["input_tokens": 100, "web_searches": 2, "images": 0, "coffees": 1])
        let rating = try catalog.rate(usage, at: SampleBook.now)
        #expect(rating.cost == Dollars("0.00025"))
        #expect(
            rating.unpriced == [
                Rating.Unpriced(dimension: "coffees", count: 1), Rating.Unpriced(dimension: "web_searches", count: 2),
            ])
    }

    @Test func `what a model has a fee for is priced`() throws {
        let catalog = try SampleBook.catalog()
        let usage = SampleBook.usage("claude-sonnet-4-5", ["input_tokens": 100, "web_searches": 2])
        let rating = try catalog.rate(usage, at: SampleBook.now)
        #expect(rating.unpriced.isEmpty && rating.lines.contains { $0.dimension == "web_searches" })
    }

    @Test func `the counts of several calls come together where no model asks for them`() throws {
        let catalog = try SampleBook.catalog()
        var usage = SampleBook.usage("gpt-4o", ["input_tokens": 100, "web_searches": 2])
        usage.otherCalls = [
            Usage.ModelCall(model: "gpt-5", counts: ["input_tokens": 1, "web_searches": 3]),
            Usage.ModelCall(model: "claude-sonnet-4-5", counts: ["input_tokens": 1, "web_searches": 5]),
        ]
        let rating = try catalog.rate(usage, at: SampleBook.now)
        #expect(rating.unpriced == [Rating.Unpriced(dimension: "web_searches", count: 5)])
    }

    @Test func `rates by tokens and by unit leave the rest; a fixed rate pays for all`() throws {
        let one = Credits(nanocredits: 1_000_000_000)
        let counts: [String: Quantity] = ["input_tokens": 2_000, "seconds": 9]
        let byTokens = try UnpricedTests.rate(
            .perTokens(tokens: 2_000, credits: one, rounding: .halfEven), counts)
        #expect(byTokens.unpriced == [Rating.Unpriced(dimension: "seconds", count: 9)])
        let byUnit = try UnpricedTests.rate(.perUnit(dimension: "seconds", credits: one, rounding: .halfEven), counts)
        #expect(byUnit.unpriced == [Rating.Unpriced(dimension: "input_tokens", count: 2_000)])
        #expect(try UnpricedTests.rate(.fixed(one), counts).unpriced.isEmpty)
    }

    @Test func `a kept rating has it too`() throws {
        let catalog = try SampleBook.catalog()
        let usage = SampleBook.usage("gpt-4o", ["input_tokens": 100, "web_searches": 2])
        var entry = Entry(
            seq: 2, kind: .charge, creditType: SampleBook.credits, effectiveAt: SampleBook.now,
            recordedAt: SampleBook.now)
        entry.usage = usage
        entry.rating = try catalog.rate(usage, at: SampleBook.now)
        let back = try EntryCoding.decode(EntryCoding.encode(entry))
        #expect(back.rating?.unpriced == [Rating.Unpriced(dimension: "web_searches", count: 2)])
    }
}
