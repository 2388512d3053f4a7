import ScripCore
import ScripEngine
import Testing

/// Usage that comes late to an account whose periods changed meanwhile: nothing is had twice.
@Suite(.timeLimit(.minutes(15))) struct LateUsagePeriodTests {
    private static let document = """
        credit_types: [{id: credits}]
        default_plan: monthly
        plans:
          - {id: monthly, allowances: [{credit_type: credits, amount: "10"}]}
          - {id: weekly, allowances: [{credit_type: credits, amount: "10", every: {days: 7}}]}
        """

    private func account() throws -> TestAccount {
        var catalog = try CatalogDocument.parse(LateUsagePeriodTests.document)
        catalog.version = 1
        var account = TestAccount(CatalogHistory([catalog]), at: TestAccount.day(2026, 1, 1))
        try account.submit(.putAccount(AccountChange()))
        return account
    }

    private func usage(_ amount: Int64, at moment: Timestamp) -> Usage {
        var usage = Usage.amount(Credits(nanocredits: amount * 1_000_000_000))
        usage.occurredAt = moment
        return usage
    }

    private func draws(_ decision: Decision) -> [String] {
        (decision.answer?.entry.draws ?? []).map { draw in
            switch draw.place {
            case .lapsed: "lapsed \(draw.amount)"
            case .grant(_, let source): "\(source.rawValue) \(draw.amount)"
            case .debt: "debt \(draw.amount)"
            case .unlimited: "unlimited \(draw.amount)"
            }
        }
    }

    @Test func `late usage within a longer period that still runs counts once`() throws {
        var account = try account()
        try account.submit(.charge(usage(2, at: account.now)))
        account.advance(to: TestAccount.day(2026, 1, 2))
        var change = AccountChange()
        change.plan = PlanID(unchecked: "weekly")
        try account.submit(.putAccount(change))
        #expect(account.standing.available == Credits(nanocredits: 8_000_000_000))

        // The month, of which 2 were used, goes on: what the first week had left is what the second one was given.
        account.advance(to: TestAccount.day(2026, 1, 8).adding(seconds: 36_000))
        #expect(account.state.typeBalances.allSatisfy { $0.lapsed.isEmpty })
        #expect(account.standing.available == Credits(nanocredits: 8_000_000_000))
        #expect(try draws(account.submit(.charge(usage(8, at: TestAccount.day(2026, 1, 5))))) == ["monthly 8"])
        for day in [8, 15, 22, 29] {
            account.advance(to: TestAccount.day(2026, 1, day).adding(seconds: 40_000))
            #expect(account.standing.available.isZero, "day \(day)")
        }

        // From February on only weeks count, and what lapses of one pays for what comes late.
        account.advance(to: TestAccount.day(2026, 2, 1))
        #expect(account.standing.available == Credits(nanocredits: 10_000_000_000))
        account.advance(to: TestAccount.day(2026, 2, 5).adding(seconds: 36_000))
        #expect(try draws(account.submit(.charge(usage(4, at: TestAccount.day(2026, 2, 3))))) == ["lapsed 4"])
        #expect(account.standing.available == Credits(nanocredits: 10_000_000_000))
        #expect(account.standing.allowance?.used == .zero)
    }

    @Test func `an allowance that was moved into another period lapses with that one alone`() throws {
        var account = try account()
        account.advance(to: TestAccount.day(2026, 1, 20))
        var change = AccountChange()
        change.anchor = TestAccount.day(2026, 1, 15)
        try account.submit(.putAccount(change))
        account.advance(to: TestAccount.day(2026, 2, 1).adding(seconds: 3_600))
        #expect(account.state.typeBalances.allSatisfy { $0.lapsed.isEmpty })
        account.advance(to: TestAccount.day(2026, 2, 15).adding(seconds: 3_600))
        #expect(
            try draws(account.submit(.charge(usage(12, at: TestAccount.day(2026, 1, 25))))) == [
                "lapsed 10", "monthly 2",
            ])
        #expect(try draws(account.submit(.charge(usage(1, at: TestAccount.day(2026, 2, 10))))) == ["monthly 1"])
    }
}
