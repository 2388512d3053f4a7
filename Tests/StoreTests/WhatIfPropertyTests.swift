import Foundation
import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// What holds for any history; a failure prints its seed, and `SCRIP_SEED` runs one again.
@Suite(.timeLimit(.minutes(15))) struct WhatIfPropertyTests {
    private static let models = """
        models:
          - {provider: acme, id: one, usd_per_million: {input: "3", output: "15"}}
          - {provider: acme, id: two, usd_per_million: {input: "0.5", output: "2.5"}}
        """
    private static let talk =
        "  - {id: talk, credit_type: credits, rate: {model_tokens: {markup: \"1.2\", minimum: \"0.01\"}}}\n"
    private static let document = Fixture.catalog + "\n" + talk + models
    private static let doubled = document.replacing(#"{fixed: "1"}"#, with: #"{fixed: "2"}"#)
        .replacing(#"{fixed: "3"}"#, with: #"{fixed: "6"}"#).replacing(#"usd: "0.0004""#, with: #"usd: "0.0008""#)
        .replacing(#"markup: "1.2""#, with: #"markup: "2.4""#).replacing(#"minimum: "0.01""#, with: #"minimum: "0.02""#)

    private static func seeds(_ count: UInt64) -> Range<UInt64> {
        if let seed = ProcessInfo.processInfo.environment["SCRIP_SEED"].flatMap({ UInt64($0) }) {
            return seed..<seed + 1
        }
        let first = UInt64.random(in: 0...UInt64.max >> 1)
        print("seeds \(first)…\(first + count - 1)")
        return first..<first + count
    }

    /// A ledger after a random history in which a third of the charges are calls of models.
    private static func ledger(seed: UInt64) async throws -> Fixture {
        let fixture = try await Fixture(.memory)
        _ = try await fixture.engine.applyCatalog(document: document)
        var random = SeededGenerator(seed: ~seed)
        var history = RandomHistory(seed: seed)
        for var step in history.steps(70) {
            fixture.clock.advance(seconds: step.seconds)
            if case .charge = step.intent, Int.random(in: 0..<3, using: &random) == 0 {
                var usage = Usage(action: ActionID(unchecked: "talk"))
                (usage.provider, usage.model) = ("acme", Bool.random(using: &random) ? "one" : "two")
                usage.counts = [
                    "input_tokens": Quantity(Int64.random(in: 0...90_000, using: &random)),
                    "output_tokens": Quantity(Int64.random(in: 0...9_000, using: &random)),
                ]
                step.intent = Bool.random(using: &random) ? .track(usage) : .charge(usage)
            }
            _ = try? await fixture.submit(step.account, step.intent, key: step.key)
        }
        return fixture
    }

    @Test func `under the same catalog nothing changes, whatever the period`() async throws {
        for seed in WhatIfPropertyTests.seeds(40) {
            let fixture = try await WhatIfPropertyTests.ledger(seed: seed)
            var random = SeededGenerator(seed: seed ^ 0x5EED)
            let start = Fixture.day("2026-01-31")
            let length = max(2, fixture.clock.now().microseconds - start.microseconds)
            for round in 0..<4 {
                let from = round == 0 ? 0 : Int64.random(in: 0..<length - 1, using: &random)
                let to = Int64.random(in: from + 1...length, using: &random)
                let query = WhatIfQuery(
                    from: Timestamp(microseconds: start.microseconds + from),
                    to: round < 2 ? nil : Timestamp(microseconds: start.microseconds + to)
                )
                let report = try await fixture.engine.whatIf(document: WhatIfPropertyTests.document, query)
                let rows = report.totals + report.byAction + report.byModel + report.accounts
                #expect(rows.allSatisfy { $0.sums.change == 0 }, "seed \(seed), round \(round)")
                #expect(report.notRated.isEmpty, "seed \(seed), round \(round): \(report.notRated)")
                #expect(report.wouldRunOut.isEmpty, "seed \(seed), round \(round): \(report.wouldRunOut)")
                #expect(report.wouldNoLongerRunOut.isEmpty, "seed \(seed), round \(round)")
            }
        }
    }

    @Test func `under the same catalog the second life ends with the same balances`() async throws {
        for seed in WhatIfPropertyTests.seeds(40) {
            let fixture = try await WhatIfPropertyTests.ledger(seed: seed)
            for id in ["a", "b"] {
                let replay = try await WhatIfPropertyTests.replay(id, in: fixture)
                let (was, would) = (replay.actual.balances, replay.simulated.balances)
                #expect(was.map(\.available) == would.map(\.available), "seed \(seed), account \(id)")
                #expect(was.map(\.debt) == would.map(\.debt), "seed \(seed), account \(id)")
                #expect(was.map(\.held) == would.map(\.held), "seed \(seed), account \(id)")
            }
        }
    }

    @Test func `doubling every rate doubles every charge that a rate decides`() async throws {
        var rated = 0
        for seed in WhatIfPropertyTests.seeds(40) {
            let fixture = try await WhatIfPropertyTests.ledger(seed: seed)
            let draft = try CatalogDocument.parse(WhatIfPropertyTests.doubled)
            var count = 0
            for id in ["a", "b"] {
                _ = try await WhatIfPropertyTests.replay(id, in: fixture, draft: draft) { line in
                    let factor: Int64 = line.draft.isFixed ? 1 : 2
                    #expect(
                        line.draft.amount.nanocredits == factor * line.charged.nanocredits,
                        "seed \(seed), account \(id), line \(line.seq)")
                    count += 1
                    if !line.draft.isFixed && line.charged.isPositive { rated += 1 }
                }
            }
            let query = WhatIfQuery(from: Fixture.day("2026-01-01"))
            let report = try await fixture.engine.whatIf(document: WhatIfPropertyTests.doubled, query)
            #expect(report.notRated.isEmpty, "seed \(seed)")
            let total = report.totals.first?.sums ?? WhatIfSums()
            let fixed = report.fixed.first?.sums ?? WhatIfSums()
            #expect(total.change == total.charged - fixed.charged, "seed \(seed)")
            #expect(total.count == count, "seed \(seed)")
        }
        print("\(rated) charges were doubled")
        #expect(rated > 0)
    }

    private static func replay(
        _ id: String, in fixture: Fixture, draft: Catalog? = nil, _ body: (WhatIfEntry) -> Void = { _ in }
    ) async throws -> WhatIfSimulation {
        let account = AccountID(unchecked: id)
        let lines = try await fixture.engine.store.read { try $0.entries(of: account, after: 0, limit: 10_000) }
            .map(\.entry)
        let now = fixture.clock.now()
        let history = CatalogHistory([try CatalogDocument.parse(Fixture.catalog), try CatalogDocument.parse(document)])
        let journal = DecisionContext(
            now: now, catalogs: history, entry: { seq in lines.first { $0.seq == seq } },
            latestEntry: { about in lines.last { $0.subject == about } }
        )
        var replay = WhatIfSimulation(
            account, start: nil, at: Fixture.day("2026-01-31"), history: history,
            draft: try draft ?? CatalogDocument.parse(document))
        for line in lines {
            if let line = replay.follow(line, journal: journal) { body(line) }
        }
        replay.finish(at: now)
        return replay
    }
}
