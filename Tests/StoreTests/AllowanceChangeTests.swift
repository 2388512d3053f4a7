import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// What a new version of the catalog gives to accounts that are on its plans already, and takes from them.
@Suite("Allowances that a version of the catalog changes", .timeLimit(.minutes(15)))
struct AllowanceChangeTests {
    private static func document(_ allowances: String) -> String {
        """
        credit_types: [{id: credits}, {id: images}]
        default_plan: p
        plans: [{id: p, allowances: [\(allowances)]}, {id: other}]
        actions:
          - {id: chat, credit_type: credits, rate: {fixed: "1"}}
          - {id: draw, credit_type: images, rate: {fixed: "1"}}
        """
    }
    private static let credits = #"{credit_type: credits, amount: "10"}"#
    private static let images = #"{credit_type: images, amount: "4"}"#
    private let a = AccountID(unchecked: "a")

    private func fixture(_ kind: StoreKind, _ allowances: String) async throws -> Fixture {
        let fixture = try await Fixture(kind)
        _ = try await fixture.engine.applyCatalog(document: AllowanceChangeTests.document(allowances))
        try await fixture.open("a")
        try await fixture.open("b", plan: "other")
        return fixture
    }

    private func standing(_ fixture: Fixture, _ type: String) async throws -> Balance {
        try await fixture.engine.account(a).state.balance(of: CreditTypeID(unchecked: type))
    }

    @Test(
        "A plan that gains an allowance gives it to accounts on it at once, in the period that runs",
        arguments: StoreKind.allCases)
    func gained(kind: StoreKind) async throws {
        let fixture = try await fixture(kind, AllowanceChangeTests.credits)
        fixture.clock.advance(seconds: 10 * 86_400)
        let both = AllowanceChangeTests.credits + ", " + AllowanceChangeTests.images
        let dry = try await fixture.engine.applyCatalog(
            document: AllowanceChangeTests.document(both), isDryRun: true)
        let applied = try await fixture.engine.applyCatalog(document: AllowanceChangeTests.document(both))
        #expect(applied.allowances == dry.allowances && applied.allowances.count == 1)
        let change = try #require(applied.allowances.first)
        #expect(change.effect == .gained && change.accounts == 1 && change.creditType.rawValue == "images")
        #expect(change.from == fixture.clock.now() && change.through == fixture.clock.now())
        let images = try await standing(fixture, "images")
        #expect(images.available == Credits("4"))
        #expect(try await images.allowance?.period == standing(fixture, "credits").allowance?.period)
        _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "draw"))))
        #expect(try await standing(fixture, "images").available == Credits("3"))
        fixture.clock.advance(seconds: 31 * 86_400)
        #expect(try await standing(fixture, "images").available == Credits("4"))
        #expect(try await fixture.engine.verify().isClean)
        try await fixture.engine.store.close()
    }

    @Test(
        "What a scheduled version gives comes when it is in force, and in the same way however late one looks",
        arguments: StoreKind.allCases)
    func scheduled(kind: StoreKind) async throws {
        let fixture = try await fixture(kind, AllowanceChangeTests.credits)
        let moment = fixture.clock.now().adding(seconds: 5 * 86_400)
        let both = AllowanceChangeTests.credits + ", " + AllowanceChangeTests.images
        let applied = try await fixture.engine.applyCatalog(
            document: AllowanceChangeTests.document(both), effectiveAt: moment)
        #expect(applied.allowances.first?.from == moment)
        #expect(try await standing(fixture, "images").available == .zero)
        #expect(try await fixture.engine.account(a, at: moment).state.balances.count == 2)
        fixture.clock.advance(seconds: 100 * 86_400)
        let standing = try await standing(fixture, "images")
        #expect(standing.available == Credits("4"))
        _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "draw"))))
        let lines = try await fixture.engine.entries(EntryQuery(account: a))
        #expect(lines.contains { $0.entry.creditType?.rawValue == "images" && $0.entry.effectiveAt == moment })
        #expect(try await fixture.engine.verify().isClean)
        try await fixture.engine.store.close()
    }

    @Test(
        "A changed amount comes with the next period, whatever else is done to the subscription meanwhile",
        arguments: StoreKind.allCases)
    func changed(kind: StoreKind) async throws {
        let fixture = try await fixture(kind, AllowanceChangeTests.credits)
        let end = try #require(try await standing(fixture, "credits").allowance?.period.end)
        let more = #"{credit_type: credits, amount: "25"}"#
        let applied = try await fixture.engine.applyCatalog(document: AllowanceChangeTests.document(more))
        let change = try #require(applied.allowances.first)
        #expect(change.effect == .changed && change.accounts == 1 && change.from == end && change.through == end)
        #expect(try await standing(fixture, "credits").available == Credits("10"))
        var order = SubscriptionOrder(plan: PlanID(unchecked: "p"), when: .now)
        order.fallbackPlan = PlanID(unchecked: "other")
        _ = try await fixture.submit("a", .subscribe(order))
        #expect(try await standing(fixture, "credits").available == Credits("10"))
        fixture.clock.advance(seconds: end.microseconds(since: fixture.clock.now()) / 1_000_000)
        #expect(try await standing(fixture, "credits").available == Credits("25"))
        try await fixture.engine.store.close()
    }

    @Test("An allowance that is gone ends with the period", arguments: StoreKind.allCases)
    func ended(kind: StoreKind) async throws {
        let both = AllowanceChangeTests.credits + ", " + AllowanceChangeTests.images
        let fixture = try await fixture(kind, both)
        let end = try #require(try await standing(fixture, "images").allowance?.period.end)
        let applied = try await fixture.engine.applyCatalog(
            document: AllowanceChangeTests.document(AllowanceChangeTests.credits))
        #expect(applied.allowances.map(\.effect) == [.ended] && applied.allowances.first?.from == end)
        _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "draw"))))
        #expect(try await standing(fixture, "images").available == Credits("3"))
        fixture.clock.advance(seconds: end.microseconds(since: fixture.clock.now()) / 1_000_000)
        let standing = try await standing(fixture, "images")
        #expect(standing.available == .zero && standing.allowance == nil)
        try await fixture.engine.store.close()
    }

    @Test(
        "The sweeper writes down once what a version brings, for accounts that nobody asks about",
        arguments: StoreKind.allCases)
    func sweep(kind: StoreKind) async throws {
        let fixture = try await fixture(kind, AllowanceChangeTests.credits)
        let both = AllowanceChangeTests.credits + ", " + AllowanceChangeTests.images
        _ = try await fixture.engine.applyCatalog(document: AllowanceChangeTests.document(both))
        let account = a
        func count() async throws -> Int {
            try await fixture.engine.store.read { try $0.account(account)?.state.typeBalances.count ?? 0 }
        }
        #expect(try await count() == 1)
        let version = try await Sweeper(engine: fixture.engine).takeUpCatalog(after: 0)
        #expect(version == 3)
        #expect(try await count() == 2)
        #expect(try await Sweeper(engine: fixture.engine).takeUpCatalog(after: 0) == 3)
        try await fixture.engine.store.close()
    }
}
