import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let ada = AccountID(unchecked: "ada")

@Suite(.timeLimit(.minutes(15))) struct WhatIfCornerTests {
    private static func catalog(graceDays: Int) -> String {
        Fixture.catalog.replacing("{id: pro, name: Pro,", with: "{id: pro, name: Pro, grace_days: \(graceDays),")
    }

    @Test func `a draft with longer grace keeps a plan that ended when its own grace was over`() async throws {
        let fixture = try await Fixture(.memory, at: "2026-01-01")
        _ = try await fixture.engine.applyCatalog(document: WhatIfCornerTests.catalog(graceDays: 3))
        try await fixture.open("ada")
        let order = SubscriptionOrder(plan: PlanID(unchecked: "pro"), when: .now, endsAt: Fixture.day("2026-01-10"))
        _ = try await fixture.submit("ada", .subscribe(order))
        fixture.clock.advance(seconds: 86_400 * 19)
        for _ in 0..<6 { _ = try await fixture.submit("ada", .track(Usage(action: ActionID(unchecked: "chat")))) }
        #expect(try await fixture.available("ada") == "-1")
        for (graceDays, expected) in [(3, 0), (5, 0), (30, 1)] {
            let report = try await fixture.engine.whatIf(
                document: WhatIfCornerTests.catalog(graceDays: graceDays), WhatIfQuery(account: ada))
            #expect(report.wouldNoLongerRunOutCount == Int64(expected) && report.wouldRunOutCount == 0)
        }
    }

    @Test func `what a refund took back of grants is taken from them again, and no more`() async throws {
        let fixture = try await Fixture(.memory)
        try await fixture.open("ada", plan: "none")
        func grant(_ amount: String) async throws -> GrantID {
            let order = GrantOrder(
                creditType: CreditTypeID(unchecked: "credits"), amount: try #require(Credits(amount)),
                source: .purchased)
            return GrantID(seq: try #require(try await fixture.submit("ada", .grant(order)).entry?.entry.seq))
        }
        func takeBack(_ amount: String, of grants: [GrantID]) async throws {
            let order = TakeBackOrder(
                creditType: CreditTypeID(unchecked: "credits"), grants: grants, amount: try #require(Credits(amount)),
                allowsDebt: false, reason: "the money went back")
            _ = try await fixture.submit("ada", .takeBack(order))
        }
        try await takeBack("4", of: [try await grant("10")])
        #expect(try await fixture.available("ada") == "6")
        try await takeBack("20", of: [try await grant("10"), try await grant("10")])
        #expect(try await fixture.available("ada") == "6")
        for _ in 0..<7 { _ = try await fixture.submit("ada", .track(Usage(action: ActionID(unchecked: "chat")))) }
        #expect(try await fixture.available("ada") == "-1")
        let same = try await fixture.engine.whatIf(document: Fixture.catalog, WhatIfQuery(account: ada))
        #expect(same.wouldRunOutCount == 0 && same.wouldNoLongerRunOutCount == 0)
        let cheaperDocument = Fixture.catalog.replacing(
            #"{id: chat, credit_type: credits, rate: {fixed: "1"}}"#,
            with: #"{id: chat, credit_type: credits, rate: {fixed: "0.9"}}"#)
        let cheaper = try await fixture.engine.whatIf(document: cheaperDocument, WhatIfQuery(account: ada))
        #expect(cheaper.wouldNoLongerRunOutCount == 0)
        let cheapestDocument = cheaperDocument.replacing(#"fixed: "0.9""#, with: #"fixed: "0.8""#)
        let cheapest = try await fixture.engine.whatIf(document: cheapestDocument, WhatIfQuery(account: ada))
        #expect(cheapest.wouldNoLongerRunOutCount == 1)
    }

    @Test func `a store that runs what it is given twice changes no report`() async throws {
        let fixture = try await Fixture(RepeatingStore(base: MemoryLedgerStore()))
        try await fixture.open("ada", plan: "pro")
        for _ in 0..<3 { _ = try await fixture.submit("ada", .charge(Usage(action: ActionID(unchecked: "chat")))) }
        let report = try await fixture.engine.whatIf(document: Fixture.catalog)
        #expect(report.accountCount == 1 && report.totals.map(\.sums.count) == [3])
        let lines = try await fixture.engine.entries(EntryQuery(account: ada))
        #expect(report.lineCount == Int64(lines.count))
    }
}

/// A store that reads everything twice, as one may that lost its connection in between.
private struct RepeatingStore: ForwardingStore {
    let base: any LedgerStore

    func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        _ = try await base.read(body)
        return try await base.read(body)
    }
}
