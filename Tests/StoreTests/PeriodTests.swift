import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")

@Suite("Periods of allowances, on every store", .timeLimit(.minutes(15)))
struct PeriodTests {
    private func order(_ plan: String, _ ends: String? = nil) -> SubscriptionOrder {
        SubscriptionOrder(plan: PlanID(unchecked: plan), when: .now, endsAt: ends.map { Fixture.day($0) })
    }

    private func standing(_ fixture: Fixture) async throws -> Balance {
        try await fixture.engine.account(AccountID(unchecked: "ada")).state.balance(of: credits)
    }

    @Test("One payment brings one allowance, and what is kept verifies", arguments: StoreKind.allCases)
    func onePayment(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind, at: "2025-06-05")
        try await fixture.open("ada")
        fixture.clock.set(Fixture.day("2026-02-10"))
        _ = try await fixture.submit("ada", .charge(.credits(3)))
        _ = try await fixture.submit("ada", .subscribe(order("pro", "2026-03-10")))
        #expect(try await standing(fixture).available.description == "97")
        #expect(try await standing(fixture).allowance?.period.end == Fixture.day("2026-03-10"))
        fixture.clock.set(Fixture.day("2026-03-05"))
        #expect(try await standing(fixture).available.description == "100")
        _ = try await fixture.submit("ada", .charge(.credits(100)))
        fixture.clock.set(Fixture.day("2026-03-09"))
        #expect(try await standing(fixture).available == .zero)
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test(
        "What was used is remembered through a plan without it, and the account is kept so",
        arguments: StoreKind.allCases)
    func comingBack(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("ada", plan: "pro")
        _ = try await fixture.submit("ada", .charge(.credits(60)))
        for plan in ["none", "weekly", "free", "none"] {
            _ = try await fixture.submit("ada", .subscribe(order(plan)))
            #expect(try await standing(fixture).available == .zero)
        }
        #expect(try await fixture.engine.verify().isClean)
        _ = try await fixture.submit("ada", .subscribe(order("pro")))
        #expect(try await standing(fixture).available.description == "40")
        fixture.clock.set(Fixture.day("2026-02-28"))
        #expect(try await standing(fixture).available.description == "100")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("A moved anchor and a moved time zone bring nothing sooner", arguments: StoreKind.allCases)
    func movedAnchor(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("ada", plan: "pro")
        _ = try await fixture.submit("ada", .charge(.credits(60)))
        var change = AccountChange()
        change.anchor = Fixture.day("2026-02-10")
        change.timeZone = TimeZoneRules(id: "Asia/Kolkata")
        _ = try await fixture.submit("ada", .putAccount(change))
        #expect(try await standing(fixture).allowance?.period.end == Fixture.day("2026-03-10"))
        fixture.clock.set(Fixture.day("2026-03-09"))
        #expect(try await standing(fixture).available.description == "40")
        fixture.clock.set(Fixture.day("2026-03-10"))
        #expect(try await standing(fixture).available.description == "100")
        #expect(try await fixture.engine.verify().isClean)
    }
}

extension Usage {
    fileprivate static func credits(_ amount: Int64) -> Usage {
        var usage = Usage()
        usage.amount = Credits(nanocredits: amount * Credits.nanocreditsPerCredit)
        usage.creditType = CreditTypeID(unchecked: "credits")
        return usage
    }
}
