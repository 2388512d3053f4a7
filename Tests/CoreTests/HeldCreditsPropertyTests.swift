import ScripCore
import ScripTesting
import Testing

/// Whatever is held while the plan changes: what is left is at least what the plan gives less what was used.
@Suite(.timeLimit(.minutes(15))) struct HeldCreditsPropertyTests {
    private static func amount(using generator: inout SeededGenerator) -> Credits {
        Credits(nanocredits: Int64.random(in: 1...45_000_000_000, using: &generator))
    }

    private static func intent(
        _ account: TestAccount, using generator: inout SeededGenerator
    ) -> Intent {
        let hold = account.state.holds.randomElement(using: &generator)
        switch (Int.random(in: 0..<8, using: &generator), hold) {
        case (0, _): return .charge(.amount(amount(using: &generator)))
        case (1, let hold?): return .release(hold.id)
        case (2, let hold?):
            let part = Credits(nanocredits: Int64.random(in: 0...hold.amount.nanocredits, using: &generator))
            return .capture(hold.id, CaptureOrder(amount: part))
        case (3, _), (4, _):
            var order = SubscriptionOrder(plan: PlanID(unchecked: Bool.random(using: &generator) ? "free" : "pro"))
            order.when = .now
            return .subscribe(order)
        default: return .hold(.amount(amount(using: &generator)), seconds: 3_600)
        }
    }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max >> 1), 1, 2, 3])
    func `plans up and down while credits are held lose none of the allowance and make no more than the larger plan's`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<60 {
            var account = try TestAccount(plan: "pro")
            for step in 0..<40 {
                // Holds that end by now are gone, so that no late capture makes debt.
                account.advance(to: account.now.adding(seconds: Int64.random(in: 0...900, using: &generator)))
                let intent = HeldCreditsPropertyTests.intent(account, using: &generator)
                _ = account.refusal(of: intent)
                let place: Comment = "seed \(seed), round \(round), step \(step): \(intent)"
                let allowance = try #require(account.standing.allowance)
                guard case .limited(let amount) = allowance.amount else { continue }
                let monthly = account.standing.grants.filter { $0.terms.source == .monthly }
                let left = monthly.reduce(0) { $0 + $1.remaining.nanocredits - $1.lapsing.nanocredits }
                #expect(left >= max(0, amount.nanocredits - allowance.used.nanocredits), place)
                #expect(left == 0 || left + allowance.used.nanocredits <= 100_000_000_000, place)
                #expect(monthly.allSatisfy { !$0.lapsing.isNegative && $0.lapsing <= $0.held }, place)
                #expect(account.standing.debt == .zero, place)
                if account.state.holds.isEmpty {
                    #expect(account.standing.posted.nanocredits == left, place)
                }
            }
            #expect(
                try AccountState.replay(account.journal, of: account.state.id).typeBalances
                    == account.state.typeBalances)
        }
    }
}
