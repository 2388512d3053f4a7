import ScripCore
import ScripTesting

/// A command that names earlier things by their order, so that it means the same however often time was advanced.
struct ScriptStep: CustomStringConvertible, Sendable {
    enum Action: Sendable {
        case change(AccountChange)
        case subscribe(SubscriptionOrder, endsAfter: Int64?)
        case grant(GrantOrder, startsAfter: Int64?, endsAfter: Int64?)
        case charge(Usage)
        case track(Usage)
        case adjust(Credits)
        case hold(Usage, seconds: Int64)
        case capture(Int, Credits?)
        case release(Int)
        case extend(Int, seconds: Int64)
        case refund(Int, Credits?)
        case void(Int)
    }

    var seconds: Int64
    var action: Action

    var description: String { "+\(seconds)s \(action)" }
}

/// Makes scripts that follow from a seed.
struct RandomScript {
    private var random: SeededGenerator
    private let plans = ["none", "free", "pro", "gold", "month", "saver", "weekly", "endless", "postpaid"]
    private let waits: [Int64] = [0, 0, 0, 1, 60, 900, 43_200, 86_400, 86_400 * 9, 86_400 * 31, 86_400 * 100]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func steps(_ count: Int) -> [ScriptStep] {
        var change = AccountChange()
        change.plan = plan()
        change.enforcement = Int.random(in: 0..<5, using: &random) == 0 ? .observe : .enforce
        change.timeZone = one(of: ["UTC", "America/New_York", "Europe/Vienna"]).flatMap { TimeZoneRules(id: $0) }
        var steps = [ScriptStep(seconds: 0, action: .change(change))]
        for _ in 0..<count { steps.append(ScriptStep(seconds: one(of: waits) ?? 0, action: action())) }
        return steps
    }

    private mutating func one<Value>(of values: [Value]) -> Value? { values.randomElement(using: &random) }

    private mutating func maybe<Value>(_ values: [Value]) -> Value? {
        Bool.random(using: &random) ? one(of: values) : nil
    }

    private mutating func plan() -> PlanID { PlanID(unchecked: one(of: plans) ?? "free") }

    private mutating func amount() -> Credits {
        let whole = Int64.random(in: 0...12, using: &random) * Credits.nanocreditsPerCredit
        return Credits(nanocredits: whole + (Bool.random(using: &random) ? 0 : 1))
    }

    private mutating func usage() -> Usage {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return Usage(
                action: ActionID(unchecked: "chat"), quantity: Quantity(Int64.random(in: 1...4, using: &random)))
        case 1:
            return Usage(
                action: ActionID(unchecked: "summarize"),
                counts: ["input_tokens": Quantity(Int64.random(in: 0...9_999, using: &random))])
        case 2: return Usage(action: ActionID(unchecked: "compute"))
        default: return .amount(amount(), action: maybe(["video", "chat"]))
        }
    }

    private mutating func grantOrder() -> GrantOrder {
        var order = GrantOrder(
            creditType: TestAccount.credits, amount: amount(),
            source: one(of: [.purchased, .bonus, .promotional, .purchased, .monthly]) ?? .bonus)
        order.priority = Int.random(in: 0..<6, using: &random) == 0 ? 5 : nil
        return order
    }

    private mutating func action() -> ScriptStep.Action {
        let place = Int.random(in: 0..<4, using: &random)
        switch Int.random(in: 0..<22, using: &random) {
        case 0...4: return .charge(usage())
        case 5: return .track(usage())
        case 6...8: return .hold(usage(), seconds: one(of: [Int64(60), 3_600, 432_000]) ?? 60)
        case 9, 10: return .capture(place, maybe([amount()]))
        case 11: return .release(place)
        case 12: return .extend(place, seconds: one(of: [Int64(60), 518_400]) ?? 60)
        case 13, 14: return .refund(place, maybe([amount()]))
        case 15: return .void(place)
        case 16: return .adjust(Bool.random(using: &random) ? amount() : Credits(nanocredits: -1_500_000_000))
        case 17:
            var change = AccountChange()
            change.enforcement = one(of: [.observe, .enforce])
            change.timeZone = maybe(["UTC", "Asia/Kolkata", "America/New_York"]).flatMap { TimeZoneRules(id: $0) }
            change.anchor = maybe([1, 13, 31]).map { TestAccount.day(2026, 1, $0) }
            return .change(change)
        case 18:
            var order = SubscriptionOrder(plan: plan(), when: maybe([.now, .periodEnd]))
            order.anchor = maybe([.start, .keep])
            let days: [Int64] = [20, 59, 90]
            return .subscribe(order, endsAfter: maybe(days).map { $0 * 86_400 })
        default:
            let days: [Int64] = [4, 31, 59]
            let isLater = Int.random(in: 0..<4, using: &random) == 0
            return .grant(
                grantOrder(), startsAfter: isLater ? 86_400 * 3 : nil, endsAfter: maybe(days).map { $0 * 86_400 })
        }
    }
}

/// Carries a script out on one account.
struct ScriptRun {
    private(set) var account: TestAccount
    /// Whether each step was carried out, and what it would have refused.
    private(set) var outcomes: [String] = []
    private var holds: [HoldID] = []
    private var charges: [EntryID] = []
    private var grants: [GrantID] = []

    init(_ catalogs: CatalogHistory, at now: Timestamp) {
        account = TestAccount(catalogs, at: now)
    }

    /// Goes on by a step's seconds, in so many parts, and carries it out.
    mutating func take(_ step: ScriptStep, parts: Int64 = 1) {
        let from = account.now
        for part in 1...parts { account.advance(to: from.adding(seconds: step.seconds * part / parts)) }
        guard let intent = intent(step.action) else { return outcomes.append("nothing to name") }
        do throws(Rejection) {
            let decision = try account.submit(intent)
            outcomes.append("done \(decision.wouldDeny?.code ?? "")")
            guard let entry = decision.answer?.entry else { return }
            switch entry.kind {
            case .hold: holds.append(HoldID(seq: entry.seq))
            case .charge, .capture: charges.append(entry.id)
            case .grant, .grantScheduled: grants.append(GrantID(seq: entry.seq))
            default: break
            }
        } catch {
            outcomes.append(error.code)
        }
    }

    private func intent(_ action: ScriptStep.Action) -> Intent? {
        func recent<Value>(_ values: [Value], _ place: Int) -> Value? {
            values.indices.contains(values.count - 1 - place) ? values[values.count - 1 - place] : nil
        }
        switch action {
        case .change(let change): return .putAccount(change)
        case .subscribe(var order, let endsAfter):
            order.endsAt = endsAfter.map { account.now.adding(seconds: $0) }
            return .subscribe(order)
        case .grant(var order, let startsAfter, let endsAfter):
            order.effectiveAt = startsAfter.map { account.now.adding(seconds: $0) }
            order.expiresAt = endsAfter.map { account.now.adding(seconds: $0) }
            return .grant(order)
        case .charge(let usage): return .charge(usage)
        case .track(let usage): return .track(usage)
        case .adjust(let amount): return .adjust(TestAccount.credits, amount: amount, reason: "r")
        case .hold(let usage, let seconds): return .hold(usage, seconds: seconds)
        case .capture(let place, let amount):
            return recent(holds, place).map { .capture($0, CaptureOrder(amount: amount)) }
        case .release(let place): return recent(holds, place).map { .release($0) }
        case .extend(let place, let seconds): return recent(holds, place).map { .extend($0, seconds: seconds) }
        case .refund(let place, let amount):
            return recent(charges, place).map { .refund($0, amount: amount, reason: nil) }
        case .void(let place): return recent(grants, place).map { .voidGrant($0, reason: nil) }
        }
    }
}
