import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct WhatIfModelTests {
    private static func document(markup: String, models: String, unknown: String = "refuse") -> String {
        """
        credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
        default_plan: free
        unknown_model: \(unknown)
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "5"}]}]
        actions: [{id: chat, credit_type: credits, rate: {model_tokens: {markup: "\(markup)"}}}]
        models: [\(models)]
        """
    }

    private static let sonnet =
        #"{provider: anthropic, id: claude-sonnet-4-5, usd_per_million: {input: "3", output: "15"}}"#
    private static let mystery = #"{provider: acme, id: mystery-1, usd_per_million: {input: "10"}}"#

    private static func usage(_ provider: String, _ model: String, _ counts: [String: Quantity])
        -> Usage
    {
        var usage = Usage(action: ActionID(unchecked: "chat"), counts: counts)
        (usage.provider, usage.model) = (provider, model)
        return usage
    }

    @Test(arguments: StoreKind.allCases)
    func `calls of models are rated again from the usage their lines keep`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        _ = try await fixture.engine.applyCatalog(
            document: WhatIfModelTests.document(markup: "1.2", models: WhatIfModelTests.sonnet))
        try await fixture.open("ada")
        let usage = WhatIfModelTests.usage(
            "anthropic", "claude-sonnet-4-5", ["input_tokens": 1_000, "output_tokens": 200])
        _ = try await fixture.submit("ada", .charge(usage))
        let cheaper = WhatIfModelTests.sonnet.replacing(#""15""#, with: #""5""#)
        let report = try await fixture.engine.whatIf(
            document: WhatIfModelTests.document(markup: "1.2", models: cheaper))
        let row = try #require(report.byModel.first)
        #expect(row.key.name == "claude-sonnet-4-5" && row.key.detail == "anthropic")
        // (1000 x 3 + 200 x 15) / 1e6 x 1.2 / 0.01 = 0.72, and 0.48 at 5 dollars.
        #expect(row.sums.charged == 720_000_000 && row.sums.wouldCharge == 480_000_000)
        let without = try await fixture.engine.whatIf(
            document: WhatIfModelTests.document(markup: "1.2", models: WhatIfModelTests.mystery))
        #expect(without.totals.first?.sums.change == 0)
        #expect(without.notRated.map(\.key.name) == ["unknown_model"] && without.notRated.first?.sums.count == 1)
    }

    @Test func `usage that got its price later is counted once`() async throws {
        let fixture = try await Fixture(.memory)
        _ = try await fixture.engine.applyCatalog(
            document: WhatIfModelTests.document(markup: "1", models: WhatIfModelTests.sonnet, unknown: "record"))
        try await fixture.open("ada")
        let usage = WhatIfModelTests.usage("acme", "mystery-1", ["input_tokens": 1_000])
        let recorded = try await fixture.submit("ada", .charge(usage))
        let both = "\(WhatIfModelTests.sonnet), \(WhatIfModelTests.mystery)"
        let priced = WhatIfModelTests.document(markup: "1", models: both, unknown: "record")
        let before = try await fixture.engine.whatIf(document: priced)
        #expect(before.totals.first?.sums.wouldCharge == 1_000_000_000 && before.totals.first?.sums.charged == 0)

        _ = try await fixture.engine.applyCatalog(document: priced)
        fixture.clock.advance(seconds: 60)
        let seq = try #require(recorded.entry?.entry.seq)
        _ = try await fixture.submit("ada", .rateLater(EntryID(seq: seq)))
        let same = try await fixture.engine.whatIf(document: priced)
        #expect(same.totals.first?.sums.charged == 1_000_000_000 && same.totals.first?.sums.change == 0)
        let doubled = try await fixture.engine.whatIf(
            document: WhatIfModelTests.document(markup: "2", models: both, unknown: "record"))
        #expect(doubled.totals.first?.sums.wouldCharge == 2_000_000_000)
    }
}
