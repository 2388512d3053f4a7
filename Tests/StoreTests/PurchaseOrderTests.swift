import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")

/// What a provider went through with one payment: each step is the whole payment as it was after it.
struct PaymentHistory {
    var steps: [PaymentFacts]
    var isPaid: Bool { steps.contains { $0.stage == .paid } }

    /// A purchase, a refund that fails after it succeeded, a refund that stays, and a dispute.
    static func all(disputeEnds: PaymentFacts.Dispute.Status) -> PaymentHistory {
        var facts = PaymentFacts(stage: .pending, references: ["cs_1"])
        var steps = [facts]
        facts.stage = .paid
        facts.paid = Price(minorUnits: 1_000, currency: "usd")
        steps.append(facts)
        facts.refunds["re_1"] = .init(minorUnits: 400, status: .succeeded)
        steps.append(facts)
        facts.disputes["dp_1"] = .init(minorUnits: 600, status: .open)
        steps.append(facts)
        facts.refunds["re_1"] = .init(minorUnits: 400, status: .failed)
        facts.refunds["re_2"] = .init(minorUnits: 150, status: .succeeded)
        steps.append(facts)
        facts.disputes["dp_1"] = .init(minorUnits: 600, status: disputeEnds)
        steps.append(facts)
        return PaymentHistory(steps: steps)
    }

    /// A payment with any number of refunds and disputes, each of which takes its own course.
    static func random(_ generator: inout SeededGenerator) -> PaymentHistory {
        var facts = PaymentFacts(stage: .pending, references: ["cs_1"])
        var steps = [facts]
        if Bool.random(using: &generator) {
            facts.stage = Bool.random(using: &generator) ? .failed : .expired
            steps.append(facts)
        }
        if Int.random(in: 0..<10, using: &generator) == 0 { return PaymentHistory(steps: steps) }
        facts.stage = .paid
        facts.paid = Price(minorUnits: 1_000, currency: "usd")
        steps.append(facts)
        for _ in 0..<Int.random(in: 0..<7, using: &generator) {
            let id = Int.random(in: 0..<3, using: &generator)
            if Bool.random(using: &generator) {
                let old =
                    facts.refunds["re_\(id)"]
                    ?? .init(minorUnits: .random(in: 1...600, using: &generator), status: .pending)
                let next = PaymentFacts.Refund.Status(
                    rawValue: .random(in: old.status.rawValue...2, using: &generator))
                facts.refunds["re_\(id)"] = .init(minorUnits: old.minorUnits, status: next ?? old.status)
            } else {
                let old =
                    facts.disputes["dp_\(id)"]
                    ?? .init(minorUnits: .random(in: 1...1_000, using: &generator), status: .inquiry)
                let next = PaymentFacts.Dispute.Status(
                    rawValue: .random(in: old.status.rawValue...3, using: &generator))
                facts.disputes["dp_\(id)"] = .init(minorUnits: old.minorUnits, status: next ?? old.status)
            }
            steps.append(facts)
        }
        return PaymentHistory(steps: steps)
    }
}

/// How things stand after all messages have come.
struct PurchaseEnding: Hashable, CustomStringConvertible {
    var status: PurchaseStatus
    var takenBack: Credits
    var posted: Credits
    var debt: Credits

    init(status: PurchaseStatus, takenBack: Credits, posted: Credits, debt: Credits) {
        self.status = status
        self.takenBack = takenBack
        self.posted = posted
        self.debt = debt
    }

    /// How a purchase stands, and the balance of whoever made it.
    init(of purchase: Purchase, in fixture: Fixture) async throws {
        let state = try await fixture.engine.account(purchase.account).state
        status = purchase.status
        takenBack = purchase.takenBack
        posted = state.balance(of: credits).posted
        debt = state.typeBalances.first { $0.creditType == credits }?.debt ?? .zero
    }

    var description: String { "\(status), \(takenBack) taken back, \(posted) posted, \(debt) debt" }
}

@Suite("Purchases come to the same whatever the order of messages", .timeLimit(.minutes(60)))
struct PurchaseOrderTests {
    /// Delivers messages in an order. Each finds the payment as it was then, as it is now, or anything between, as a
    /// provider's answers may overtake each other.
    private func ending(
        of history: PaymentHistory, order: [Int], in fixture: Fixture, policy: TakeBackPolicy, used: Int,
        _ generator: inout SeededGenerator
    ) async throws -> PurchaseEnding {
        let name = "account-\(UInt64.random(in: 0...(.max)))"
        let purchase = try await fixture.purchase(by: name, policy: policy)
        if used > 0 && history.isPaid {
            _ = try await fixture.record(history.steps[1].stage == .paid ? history.steps[1] : .paid(), of: purchase)
            for _ in 0..<used {
                _ = try await fixture.submit(name, .charge(Usage(action: ActionID(unchecked: "chat"))))
            }
        }
        var before = try #require(try await fixture.engine.purchase(purchase.id))
        for (turn, step) in order.enumerated() {
            let seen = Int.random(in: step..<history.steps.count, using: &generator)
            let facts = history.steps[Bool.random(using: &generator) ? step : seen]
            let event = "evt_\(step)_\(Bool.random(using: &generator) ? 0 : turn)"
            let after = try await fixture.record(facts, of: purchase, event: event)
            #expect(before.status.canBecome(after.status), "\(before.status) to \(after.status)")
            #expect(after.takenBack <= after.unpaid)
            before = after
        }
        // The nightly comparison with the provider.
        let last = try await fixture.record(try #require(history.steps.last), of: purchase)
        #expect(try await fixture.record(try #require(history.steps.last), of: purchase) == last)
        #expect(last.problem == nil)
        return try await PurchaseEnding(of: last, in: fixture)
    }

    /// What must come of it, computed from the last state of the payment alone.
    static func expected(_ history: PaymentHistory, policy: TakeBackPolicy, used: Int) -> PurchaseEnding {
        var facts = PaymentFacts()
        for step in history.steps { facts.join(step) }
        let hundred: Int64 = 100_000_000_000
        let spent = history.isPaid ? Int64(used) * 1_000_000_000 : 0
        let unpaid = facts.unpaidPart(of: Credits(nanocredits: hundred)).nanocredits
        let taken = policy == .allowDebt ? unpaid : min(unpaid, hundred - spent)
        let posted = history.isPaid ? hundred - spent - taken : 0
        return PurchaseEnding(
            status: PurchaseStatus(facts), takenBack: Credits(nanocredits: taken),
            posted: Credits(nanocredits: posted), debt: Credits(nanocredits: max(0, -posted)))
    }

    @Test("Every order of a purchase, two refunds and a dispute ends the same", arguments: TakeBackPolicy.allCases)
    func everyOrder(policy: TakeBackPolicy) async throws {
        var generator = SeededGenerator(seed: 1)
        for end in [PaymentFacts.Dispute.Status.won, .lost] {
            let history = PaymentHistory.all(disputeEnds: end)
            for used in end == .won ? [0, 30] : [30] {
                let expected = PurchaseOrderTests.expected(history, policy: policy, used: used)
                var (fixture, _) = try await Fixture.withPurchase(.memory)
                for (count, order) in PurchaseOrderTests.permutations(Array(history.steps.indices)).enumerated() {
                    // A new store now and then, because this one copies itself for every transaction.
                    if count % 5 == 4 {
                        #expect(try await fixture.engine.verify().isClean)
                        (fixture, _) = try await Fixture.withPurchase(.memory)
                    }
                    let ending = try await ending(
                        of: history, order: order, in: fixture, policy: policy, used: used, &generator)
                    #expect(ending == expected, "dispute \(end), used \(used), order \(order)")
                }
            }
        }
    }

    @Test("Random payments with repeated and lost messages end the same on every store", arguments: StoreKind.allCases)
    func randomOrder(kind: StoreKind) async throws {
        let first = UInt64.random(in: 0...(.max - 1_000))
        print("purchase orders on \(kind): seed \(first)")
        for seed in first..<(first + (kind == .memory ? 200 : 25)) {
            var generator = SeededGenerator(seed: seed)
            let history = PaymentHistory.random(&generator)
            let policy: TakeBackPolicy = Bool.random(using: &generator) ? .allowDebt : .takeBackRemaining
            let used = Bool.random(using: &generator) ? 0 : Int.random(in: 1...100, using: &generator)
            let expected = PurchaseOrderTests.expected(history, policy: policy, used: used)
            let (fixture, _) = try await Fixture.withPurchase(kind)
            for _ in 0..<3 {
                let count = Int.random(in: 0...(history.steps.count * 3), using: &generator)
                let order = (0..<count).map { _ in Int.random(in: 0..<history.steps.count, using: &generator) }
                let ending = try await ending(
                    of: history, order: order, in: fixture, policy: policy, used: used, &generator)
                #expect(ending == expected, "seed \(seed), \(policy), used \(used), order \(order)")
            }
            #expect(try await fixture.engine.verify().isClean)
        }
    }

    static func permutations(_ elements: [Int]) -> [[Int]] {
        if elements.count <= 1 { return [elements] }
        return elements.indices.flatMap { index in
            var rest = elements
            let chosen = rest.remove(at: index)
            return permutations(rest).map { [chosen] + $0 }
        }
    }
}

extension PurchaseStatus {
    /// Whether a purchase may go from here to another status: what was paid stays paid, and a payment only moves on.
    fileprivate func canBecome(_ next: PurchaseStatus) -> Bool {
        switch (self, next) {
        case (_, _) where self == next: true
        case (_, _) where wasPaid: next.wasPaid
        case (.created, _): true
        case (.pending, _): next != .created
        case (.failed, _): next == .expired || next.wasPaid
        default: next.wasPaid
        }
    }
}
