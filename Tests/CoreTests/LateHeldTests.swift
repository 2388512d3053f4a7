import ScripCore
import ScripEngine
import Testing

/// What a hold gives back after its allowance's period has ended lapses as the rest of that allowance did: it pays for
/// late usage of that period, and for nothing else.
@Suite(.timeLimit(.minutes(15))) struct LateHeldTests {
    private static let document = """
        credit_types: [{id: credits}]
        default_plan: ten
        plans:
          - {id: ten, allowances: [{credit_type: credits, amount: "10"}]}
          - {id: five, allowances: [{credit_type: credits, amount: "5"}]}
          - {id: three, allowances: [{credit_type: credits, amount: "3"}]}
          - {id: saver, allowances: [{credit_type: credits, amount: "10", rollover: "3"}]}
        """

    private let lastDay = TestAccount.day(2026, 1, 31)
    private let nextDay = TestAccount.day(2026, 2, 1).adding(seconds: 36_000)

    private func account(plan: String? = nil) throws -> TestAccount {
        var catalog = try CatalogDocument.parse(LateHeldTests.document)
        catalog.version = 1
        var account = TestAccount(CatalogHistory([catalog]), at: TestAccount.day(2026, 1, 1))
        var change = AccountChange()
        change.plan = plan.map { PlanID(unchecked: $0) }
        try account.submit(.putAccount(change))
        return account
    }

    private func credits(_ amount: Int64) -> Credits { Credits(nanocredits: amount * 1_000_000_000) }

    private func hold(_ amount: Int64, in account: inout TestAccount) throws -> HoldID {
        let decision = try account.submit(.hold(.amount(credits(amount)), seconds: 172_800))
        return try #require(decision.hold?.id)
    }

    /// What usage of the ended period draws on; the journal says the account again.
    private func lateDraws(_ amount: Int64, in account: inout TestAccount) throws -> [String] {
        var usage = Usage.amount(credits(amount))
        usage.occurredAt = lastDay
        let draws = try account.submit(.charge(usage)).answer?.entry.draws ?? []
        #expect(
            try AccountState.replay(account.journal, of: account.state.id).typeBalances == account.state.typeBalances)
        return draws.map { draw in
            switch draw.place {
            case .lapsed: "lapsed \(draw.amount)"
            case .grant(_, let source): "\(source.rawValue) \(draw.amount)"
            case .debt: "debt \(draw.amount)"
            case .unlimited: "unlimited \(draw.amount)"
            }
        }
    }

    @Test func `what was held when the period ended pays for late usage once it is released`() throws {
        var account = try account()
        account.advance(to: lastDay)
        let hold = try hold(4, in: &account)
        account.advance(to: nextDay)
        #expect(try lateDraws(5, in: &account) == ["lapsed 5"])
        try account.submit(.release(hold))
        #expect(account.standing.available == credits(10))
        #expect(try lateDraws(6, in: &account) == ["lapsed 5", "monthly 1"])
    }

    @Test func `it does where all of the allowance was held`() throws {
        var account = try account()
        account.advance(to: lastDay)
        let hold = try hold(10, in: &account)
        account.advance(to: nextDay)
        try account.submit(.release(hold))
        #expect(try lateDraws(12, in: &account) == ["lapsed 10", "monthly 2"])
    }

    @Test func `it does when the hold ended by itself`() throws {
        var account = try account()
        account.advance(to: lastDay)
        _ = try hold(10, in: &account)
        account.advance(to: TestAccount.day(2026, 2, 2))
        #expect(try lateDraws(10, in: &account) == ["lapsed 10"])
        #expect(account.standing.available == credits(10))
    }

    @Test func `what was captured is gone, and the rest of the hold is not`() throws {
        var account = try account()
        account.advance(to: lastDay)
        let hold = try hold(10, in: &account)
        account.advance(to: nextDay)
        try account.submit(.capture(hold, CaptureOrder(amount: credits(3))))
        #expect(try lateDraws(8, in: &account) == ["lapsed 7", "monthly 1"])
    }

    @Test func `what a smaller plan took back while it was held comes back for nothing`() throws {
        var account = try account()
        account.advance(to: TestAccount.day(2026, 1, 30))
        let holds = try [hold(4, in: &account), hold(4, in: &account)]
        for hold in holds { try account.submit(.extend(hold, seconds: 259_200)) }
        try account.submit(.subscribe(SubscriptionOrder(plan: PlanID(unchecked: "five"), when: .now)))
        account.advance(to: nextDay)
        for hold in holds { try account.submit(.release(hold)) }
        #expect(try lateDraws(6, in: &account) == ["lapsed 5", "monthly 1"])
    }

    @Test func `what rolls over is what was free, and what was held lapses`() throws {
        var account = try account(plan: "saver")
        account.advance(to: lastDay)
        let hold = try hold(8, in: &account)
        account.advance(to: nextDay)
        #expect(account.standing.available == credits(12))
        try account.submit(.release(hold))
        #expect(try lateDraws(8, in: &account) == ["lapsed 8"])
        #expect(account.standing.available == credits(12))
    }

    @Test func `what comes back long after the period pays for nothing`() throws {
        var account = try account()
        account.advance(to: lastDay)
        let hold = try hold(10, in: &account)
        try account.submit(.extend(hold, seconds: 604_800))
        account.advance(to: TestAccount.day(2026, 2, 5))
        try account.submit(.release(hold))
        #expect(try lateDraws(2, in: &account) == ["monthly 2"])
    }

    @Test func `what was taken back while held is gone before the next plan begins, however late anybody looks`() throws
    {
        func balance(lookingEvery seconds: Int64) throws -> Credits {
            var account = try account()
            _ = try hold(8, in: &account)
            var order = SubscriptionOrder(plan: PlanID(unchecked: "five"))
            order.endsAt = account.now.adding(seconds: 4 * 86_400)
            order.fallbackPlan = PlanID(unchecked: "three")
            order.anchor = .keep
            order.when = .now
            try account.submit(.subscribe(order))
            for _ in 0..<(6 * 86_400 / seconds) { account.advance(to: account.now.adding(seconds: seconds)) }
            #expect(account.state.subscription.plan == PlanID(unchecked: "three") && account.state.holds.isEmpty)
            return account.standing.available
        }
        #expect(try balance(lookingEvery: 3_600) == credits(3))
        #expect(try balance(lookingEvery: 6 * 86_400) == credits(3))
    }
}
