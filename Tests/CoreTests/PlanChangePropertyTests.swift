import Foundation
import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Whatever is done to a plan, an anchor and a time zone: no period yields more than the largest allowance it knew.
@Suite(.timeLimit(.minutes(15))) struct PlanChangePropertyTests {
    private static let document = """
        credit_types: [{id: credits, name: Credits}]
        default_plan: free
        late_usage_hours: 300
        plans:
          - {id: none, name: None}
          - {id: free, name: Free, allowances: [{credit_type: credits, amount: "5"}]}
          - {id: pro, name: Pro, grace_days: 5, price: {minor_units: 900, currency: usd}, trial_allowances: [{credit_type: credits, amount: "30"}], allowances: [{credit_type: credits, amount: "100"}]}
          - {id: seats, name: Seats, allowances: [{credit_type: credits, amount: "9", per_seat: true}]}
          - {id: team, name: Team, grace_days: 9, grace_allowance: none, provider_price: price_team, allowances: [{credit_type: credits, amount: "300"}]}
          - {id: weekly, name: Weekly, allowances: [{credit_type: credits, amount: "7", every: {days: 7}}]}
          - {id: fortnight, name: Fortnight, price: {minor_units: 100, currency: usd}, allowances: [{credit_type: credits, amount: "40", every: {days: 14}}]}
          - {id: month, name: Month, period: calendar, allowances: [{credit_type: credits, amount: "50"}]}
        """
    private static let plans = ["none", "free", "pro", "seats", "team", "weekly", "fortnight", "month"]
    private static let zones = ["UTC", "America/New_York", "Europe/Vienna", "Pacific/Apia"]

    /// A step: so many seconds later, what is done then.
    private struct Step: CustomStringConvertible {
        var seconds: Int64
        var description: String
        var intent: (TestAccount) -> Intent?
    }

    private struct Script {
        var random: SeededGenerator

        mutating func one<Value>(of values: [Value]) -> Value {
            values[Int.random(in: 0..<values.count, using: &random)]
        }

        mutating func plan() -> PlanID { PlanID(unchecked: one(of: PlanChangePropertyTests.plans)) }

        mutating func step() -> Step {
            let seconds = one(
                of: [0, 0, 0, 60, 3_600, 86_400, 86_400 * 3, 86_400 * 8, 86_400 * 17, 86_400 * 40].map(Int64.init))
            return Bool.random(using: &random) ? use(seconds) : change(seconds)
        }

        /// Uses as much as there is, or some of it.
        private mutating func use(_ seconds: Int64) -> Step {
            let part = one(of: [1, 1, 2, 5].map(Int64.init))
            func amount(_ account: TestAccount) -> Credits {
                Credits(nanocredits: max(1, account.standing.available.nanocredits / part))
            }
            switch Int.random(in: 0..<12, using: &random) {
            case 0...4: return Step(seconds: seconds, description: "charge 1/\(part)") { .charge(.amount(amount($0))) }
            case 5:
                return Step(seconds: seconds, description: "hold 1/\(part)") {
                    .hold(.amount(amount($0)), seconds: 86_400 * 6)
                }
            case 6:
                return Step(seconds: seconds, description: "capture") {
                    $0.state.holds.last.map { .capture($0.id, CaptureOrder()) }
                }
            case 7:
                return Step(seconds: seconds, description: "release") { $0.state.holds.last.map { .release($0.id) } }
            case 8:
                return Step(seconds: seconds, description: "refund") { account in
                    let charge = account.journal.last { $0.entry.kind.isCharge }?.entry
                    return charge.map { .refund($0.id, amount: nil, reason: nil) }
                }
            default: return useLate(seconds, part)
            }
        }

        /// Uses as much as there is and lapsed last, or some of it, and says that it happened earlier.
        private mutating func useLate(_ seconds: Int64, _ part: Int64) -> Step {
            let hours = one(of: [2, 30, 70, 200, 500].map(Int64.init))
            return Step(seconds: seconds, description: "charge 1/\(part), \(hours) hours late") { account in
                let lapsed = account.state.typeBalances.flatMap(\.lapsed).last?.left ?? .zero
                let sum = account.standing.available.nanocredits + lapsed.nanocredits
                var usage = Usage.amount(Credits(nanocredits: max(1, sum / part)))
                usage.occurredAt = account.now.adding(seconds: -hours * 3_600)
                return .charge(usage)
            }
        }

        /// Changes a plan by any route, the anchor, or the zone.
        private mutating func change(_ seconds: Int64) -> Step {
            let days = one(of: [1, 10, 28, 30, 31, 59, 365].map(Int64.init))
            let plan = plan()
            var order = SubscriptionOrder(plan: plan)
            order.when = one(of: [.now, .now, .periodEnd, nil])
            order.anchor = one(of: [.start, .keep, nil])
            order.fallbackPlan = one(of: [nil, nil, self.plan()])
            order.quantity = one(of: [nil, 1, 4])
            let ends = Bool.random(using: &random)
            let onTrial = Int.random(in: 0..<4, using: &random) == 0
            func ending(_ account: TestAccount) -> SubscriptionOrder {
                var ended = order
                if ends { ended.endsAt = account.now.adding(seconds: days * 86_400) }
                if onTrial { ended.trialEndsAt = account.now.adding(seconds: (days + 1) / 2 * 86_400) }
                return ended
            }
            let told = "\(plan) \(order.when?.rawValue ?? "-") \(order.anchor?.rawValue ?? "-") ends \(ends ? days : 0)"
            switch Int.random(in: 0..<11, using: &random) {
            case 0...2: return Step(seconds: seconds, description: "plan \(told)") { .subscribe(ending($0)) }
            case 3:
                return Step(seconds: seconds, description: "upgrade \(told)") { .subscription(.upgrade(ending($0))) }
            case 4:
                return Step(seconds: seconds, description: "downgrade \(told)") {
                    .subscription(.downgrade(ending($0)))
                }
            case 5:
                return Step(seconds: seconds, description: "renew \(days)") {
                    .subscription(.renew(endsAt: $0.now.adding(seconds: days * 86_400)))
                }
            case 6: return Step(seconds: seconds, description: "expire") { _ in .subscription(.expire) }
            case 7: return Step(seconds: seconds, description: "past due") { _ in .subscription(.missPayment) }
            case 8:
                let back = one(of: [0, 2, 13].map(Int64.init)) * 86_400
                return Step(seconds: seconds, description: "provider \(plan) \(back) \(days)") { account in
                    let start = account.now.adding(seconds: -back)
                    return .subscription(
                        .follow(
                            SubscriptionStanding(
                                plan: plan, periodStart: start, paidUntil: start.adding(seconds: (days + 14) * 86_400)))
                    )
                }
            case 9:
                return Step(seconds: seconds, description: "set plan \(plan)") { _ in
                    var change = AccountChange()
                    change.plan = plan
                    return .putAccount(change)
                }
            default: return move(seconds)
            }
        }

        /// Moves the anchor or the time zone.
        mutating func move(_ seconds: Int64) -> Step {
            let zone = Bool.random(using: &random) ? one(of: PlanChangePropertyTests.zones) : nil
            let hours = Int64.random(in: -700...700, using: &random)
            return Step(seconds: seconds, description: "move \(zone ?? "\(hours) hours")") { account in
                var change = AccountChange()
                change.timeZone = zone.flatMap { TimeZoneRules(id: $0) }
                if zone == nil { change.anchor = account.now.adding(seconds: hours * 3_600) }
                return .putAccount(change)
            }
        }
    }

    /// Runs a property for many seeds; the first that fails is shrunk.
    private func check(
        steps: (inout Script) -> [Step], _ fault: ([Step]) throws -> String?
    ) throws {
        let given = ProcessInfo.processInfo.environment["SCRIP_SEED"].flatMap { UInt64($0) }
        let first = given ?? UInt64.random(in: 0...UInt64.max >> 1)
        let seeds = ProcessInfo.processInfo.environment["SCRIP_SEEDS"].flatMap { UInt64($0) } ?? 400
        let last = given == nil ? first + seeds - 1 : first
        print("seeds \(first)…\(last)")
        for seed in first...last {
            var script = Script(random: SeededGenerator(seed: seed))
            var steps = steps(&script)
            guard var found = try fault(steps) else { continue }
            var index = 0
            while index < steps.count {
                var fewer = steps
                fewer.remove(at: index)
                if let still = try fault(fewer) {
                    (steps, found, index) = (fewer, still, 0)
                } else {
                    index += 1
                }
            }
            let told = steps.map { "+\($0.seconds)s \($0)" }.joined(separator: "\n")
            Issue.record("SCRIP_SEED=\(seed): \(found)\n\(told)")
            return
        }
    }

    private func account(plan: String) throws -> TestAccount {
        var catalog = try CatalogDocument.parse(PlanChangePropertyTests.document)
        catalog.version = 1
        var account = TestAccount(CatalogHistory([catalog]), at: TestAccount.day(2026, 1, 20))
        var change = AccountChange()
        change.plan = PlanID(unchecked: plan)
        try account.submit(.putAccount(change))
        return account
    }

    @Test func `no sequence of plans, anchors and zones yields more in a period than its largest allowance`() throws {
        try check(steps: { script in (0..<30).map { _ in script.step() } }) { steps in
            var account = try account(plan: "free")
            var windows = AllowanceWindows()
            var count = 0
            for step in steps {
                account.advance(to: account.now.adding(seconds: step.seconds))
                if let intent = step.intent(account) { _ = account.refusal(of: intent) }
                for line in account.journal[count...] {
                    if let fault = try windows.fault(after: line) { return fault }
                }
                count = account.journal.count
            }
            let state = account.state
            let told = try AccountState.replay(account.journal, of: state.id)
            if told.typeBalances != state.typeBalances || told.subscription != state.subscription {
                return "the journal tells otherwise"
            }
            let kept = try StateCoding.decode(StateCoding.encode(state), id: state.id)
            if kept.typeBalances != state.typeBalances || kept.subscription != state.subscription {
                return "kept otherwise"
            }
            for line in account.journal where try EntryCoding.decode(line.encoded) != line.entry {
                return "line \(line.entry.seq) is kept otherwise"
            }
            account.advance(to: account.now.adding(seconds: 86_400 * 900))
            guard let allowance = account.standing.allowance, account.state.holds.isEmpty else { return nil }
            return allowance.used.isZero ? nil : "what was used long ago still counts"
        }
    }

    @Test func `moving anchors and zones never brings an allowance sooner`() throws {
        for plan in ["free", "weekly", "month"] {
            try check(steps: { script in
                (0..<12).map { _ in script.move(Int64.random(in: 0...900_000, using: &script.random)) }
            }) { steps in
                var account = try account(plan: plan)
                var end = try #require(account.standing.allowance).period.end
                var count = account.journal.count
                for step in steps {
                    account.advance(to: account.now.adding(seconds: step.seconds))
                    if let intent = step.intent(account) { _ = account.refusal(of: intent) }
                    for line in account.journal[count...].map(\.entry) {
                        guard let allowance = line.allowance else { continue }
                        if line.terms != nil && line.effectiveAt < end { return "line \(line.seq) gives before \(end)" }
                        if allowance.period.end < end { return "line \(line.seq) ends before \(end)" }
                        end = allowance.period.end
                    }
                    count = account.journal.count
                }
                return nil
            }
        }
    }
}
