import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Amounts at the bounds: nothing traps, nothing exceeds what an account may hold, and time always goes on.
@Suite(.timeLimit(.minutes(15))) struct BoundPropertyTests {
    private static let document = """
        credit_types: [{id: credits, name: Credits}]
        default_plan: most
        plans:
          - {id: most, name: Most, allowances: [{credit_type: credits, amount: "1000000000", rollover: "1000000000"}]}
          - {id: daily, name: Daily, allowances: [{credit_type: credits, amount: "999999999", every: {days: 1}, rollover: "1000000000"}]}
          - {id: none, name: None}
          - {id: endless, name: Endless, allowances: [{credit_type: credits, amount: unlimited}]}
          - {id: debt, name: Debt, overage: {limit: "1000000000"}}
        """

    private static func account(plan: String) throws -> TestAccount {
        var catalog = try CatalogDocument.parse(document)
        catalog.version = 1
        var account = TestAccount(CatalogHistory([catalog]), at: TestAccount.day(2026, 1, 1))
        var change = AccountChange()
        change.plan = PlanID(unchecked: plan)
        try account.submit(.putAccount(change))
        return account
    }

    private static func subscribe(_ plan: String) -> Intent {
        var order = SubscriptionOrder(plan: PlanID(unchecked: plan))
        order.when = .now
        return .subscribe(order)
    }

    private static func holding(_ account: TestAccount) -> Int128 {
        account.standing.grants.reduce(Int128(0)) { $0 + Int128($1.remaining.nanocredits) }
    }

    @Test func `allowances that no longer fit beside what is held and bought are capped with a reason`() throws {
        var account = try BoundPropertyTests.account(plan: "most")
        let order = GrantOrder(
            creditType: TestAccount.credits, amount: Credits.largestMovement, source: .purchased)
        while account.refusal(of: .grant(order)) == nil {}
        for round in 0..<40 {
            _ = account.refusal(of: .hold(.amount(Credits.largestMovement), seconds: 604_800))
            try account.submit(BoundPropertyTests.subscribe(round.isMultiple(of: 2) ? "daily" : "most"))
            #expect(BoundPropertyTests.holding(account) <= Int128(Credits.largestHolding.nanocredits))
            account.advance(to: account.now.adding(seconds: 86_400))
        }
        let capped = account.journal.filter { $0.entry.reason?.hasPrefix("given in part") == true }
        #expect(!capped.isEmpty)
        account.advance(to: TestAccount.day(2027, 1, 1))
        #expect(account.standing.available.isPositive)
        #expect(
            try AccountState.replay(account.journal, of: account.state.id).typeBalances == account.state.typeBalances)
    }

    @Test func `tracked usage of an unlimited plan is always recorded`() throws {
        var account = try BoundPropertyTests.account(plan: "endless")
        for _ in 0..<20 {
            try account.submit(.track(.amount(Credits.largestMovement)))
            try account.submit(.charge(.amount(Credits.largestMovement)))
        }
        #expect(account.standing.allowance?.used.nanocredits == .max)
        #expect(account.state.usageDay.rows.allSatisfy { $0.charged.nanocredits == .max && $0.count == 40 })
    }

    private static func intent(_ account: TestAccount, using generator: inout SeededGenerator) -> Intent {
        let amounts: [Int64] = [1, 999_999_999_999_999_999, 1_000_000_000_000_000_000, .max, .min, -1, 0]
        let amount = Credits(nanocredits: amounts.randomElement(using: &generator) ?? 1)
        let hold = account.state.holds.randomElement(using: &generator)
        let grant = account.standing.grants.randomElement(using: &generator)
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: return .charge(.amount(amount))
        case 1: return .track(.amount(amount))
        case 2, 3: return .hold(.amount(amount), seconds: Int64.random(in: 1...604_800, using: &generator))
        case 4: if let hold { return .capture(hold.id, CaptureOrder(amount: amount)) }
        case 5: if let hold { return .release(hold.id) }
        case 6:
            var order = GrantOrder(creditType: TestAccount.credits, amount: amount, source: .purchased)
            if Bool.random(using: &generator) { order.effectiveAt = account.now.adding(seconds: 86_400) }
            return .grant(order)
        case 7: return .adjust(TestAccount.credits, amount: amount, reason: "extreme")
        case 8: if let grant { return .voidGrant(grant.id, reason: nil) }
        case 9:
            let charge = account.journal.filter { $0.entry.kind.isCharge }.randomElement(using: &generator)
            if let charge { return .refund(charge.entry.id, amount: nil, reason: nil) }
        default: break
        }
        return subscribe(["most", "daily", "none", "endless", "debt"].randomElement(using: &generator) ?? "most")
    }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max >> 1), 1, 2, 3])
    func `no script at the bounds traps, exceeds them, or stops time`(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for round in 0..<30 {
            var account = try BoundPropertyTests.account(plan: "most")
            for step in 0..<60 {
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    let days = Int64.random(in: 0...60, using: &generator)
                    account.advance(to: account.now.adding(seconds: days * 86_400))
                }
                _ = account.refusal(of: BoundPropertyTests.intent(account, using: &generator))
                let place: Comment = "seed \(seed), round \(round), step \(step)"
                #expect(BoundPropertyTests.holding(account) <= Int128(Credits.largestHolding.nanocredits), place)
                let standing = account.standing
                #expect(
                    Int128(standing.available.nanocredits)
                        == Int128(standing.posted.nanocredits) - Int128(standing.held.nanocredits), place)
            }
            let replayed = try AccountState.replay(account.journal, of: account.state.id)
            #expect(replayed.typeBalances == account.state.typeBalances)
            let kept = try StateCoding.decode(StateCoding.encode(account.state), id: account.state.id)
            #expect(kept.typeBalances == account.state.typeBalances)
        }
    }

    @Test func `what will happen is followed for so many events and no further`() throws {
        var account = try BoundPropertyTests.account(plan: "daily")
        try account.submit(.track(.amount(Credits.largestMovement)))
        try account.submit(.track(.amount(Credits.largestMovement)))
        var state = account.state
        let far = TestAccount.day(2035, 1, 1)
        let reached = state.advance(to: far, catalogs: account.catalogs, maxEvents: 1)
        #expect(reached.map { $0 > account.now && $0 < far } == true)
        state = account.state
        let end = state.advance(to: far, catalogs: account.catalogs, maxEvents: 100_000)
        #expect(end == nil)
        var again = account.state
        _ = again.advance(to: far, catalogs: account.catalogs)
        #expect(again.typeBalances == state.typeBalances)
    }

    @Test(arguments: [
        ("\"seq\":1,", "\"seq\":9223372036854775807,"), ("\"remaining\":", "\"remaining\":-"),
        ("\"opened_at\":", "\"opened_at\":9223372036854"), ("\"held\":", "\"held\":-"),
    ])
    func `a kept account out of range is refused and does not trap`(part: String, other: String) throws {
        var account = try BoundPropertyTests.account(plan: "most")
        if part == "\"held\":" { try account.submit(.hold(.amount(Credits(nanocredits: 5)), seconds: 60)) }
        let text = String(decoding: StateCoding.encode(account.state), as: UTF8.self)
        let seq = account.state.seq
        let changed = text.replacing(part == "\"seq\":1," ? "\"seq\":\(seq)," : part, with: other)
        #expect(changed != text)
        #expect(throws: CodingProblem.self) { try StateCoding.decode(Array(changed.utf8), id: account.state.id) }
    }

    @Test func `sums over many accounts have no bound`() {
        var row = UsageTotals(day: 1, action: "a", creditType: TestAccount.credits)
        row.charged = Credits(nanocredits: .max)
        row.inputTokens = .max
        var sum = UsageSum(row)
        for _ in 0..<99 { sum.add(UsageSum(row)) }
        #expect(sum.charged.description == "922337203685.4775807")
        #expect(sum.inputTokens == Int128(Int64.max) * 100)
        #expect(row.adding(row).charged.nanocredits == .max)
    }
}
