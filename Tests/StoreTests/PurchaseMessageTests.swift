import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Messages of a payment provider about one purchase, delivered as its signed bodies.
private struct Postman {
    let fixture: Fixture
    let provider = ScriptedPaymentProvider()
    let desk: PaymentDesk

    init(_ kind: StoreKind, policy: TakeBackPolicy) async throws {
        (fixture, _) = try await Fixture.withPurchase(kind)
        desk = PaymentDesk(
            engine: fixture.engine, providers: [provider], settings: PaymentSettings(policy: policy),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func buy() async throws -> Purchase {
        let name = "account-\(UInt64.random(in: 0...(.max)))"
        try await fixture.open(name, plan: "none")
        return try await desk.buy(PurchaseOrder(pack: "hundred"), for: AccountID(unchecked: name))
    }

    /// Delivers the message of a step while the provider has come as far as another one.
    func deliver(_ step: Int, of purchase: Purchase, _ history: PaymentHistory, asOf now: Int) async throws
        -> EventResult
    {
        var facts = history.steps[now]
        facts.references = []
        provider.set(facts, of: purchase.id)
        let body = Array("evt_\(step)_\(purchase.id) step.\(step) \(purchase.id)".utf8)
        return try await desk.receive(body, headers: ["stripe-signature": "good"], from: "stripe")
    }

    func use(_ count: Int, by purchase: Purchase) async throws {
        for _ in 0..<count {
            let usage = Usage(action: ActionID(unchecked: "chat"))
            _ = try await fixture.submit(purchase.account.rawValue, .charge(usage))
        }
    }

    /// Delivers all messages in an order, some of them again, and compares what comes of it.
    func check(
        _ history: PaymentHistory, order: [Int], used: Int, repeats: (Int) -> Bool, note: String
    ) async throws {
        let purchase = try await buy()
        if used > 0 && history.isPaid {
            let paid = history.steps.firstIndex { $0.stage == .paid } ?? 0
            _ = try await deliver(1_000, of: purchase, history, asOf: paid)
            try await use(used, by: purchase)
        }
        var furthest = 0
        for (turn, step) in order.enumerated() {
            // The provider has come at least as far as the furthest message that has arrived.
            furthest = max(furthest, step)
            #expect(try await deliver(step, of: purchase, history, asOf: furthest) == .handled)
            let told = order[...turn].last { repeats($0) }
            if let told { #expect(try await deliver(told, of: purchase, history, asOf: furthest) == .repeated) }
        }
        let last = try #require(try await fixture.engine.purchase(purchase.id))
        let expected = PurchaseOrderTests.expected(history, policy: desk.settings.policy, used: used)
        #expect(try await PurchaseEnding(of: last, in: fixture) == expected, "\(note), used \(used), order \(order)")
        var query = EntryQuery(account: purchase.account)
        query.kinds = [.grant]
        let first = IdempotencyKey(unchecked: "purchase:\(purchase.id)", owner: .system)
        let given = try await fixture.engine.entries(query).filter { $0.entry.idempotencyKey == first }
        #expect(given.count == (history.isPaid ? 1 : 0))
    }
}

@Suite("Messages about a purchase come to the same in every order, without a comparison", .timeLimit(.minutes(60)))
struct PurchaseMessageTests {
    @Test("Every order of a purchase, two refunds and a dispute", arguments: TakeBackPolicy.allCases)
    func everyOrder(policy: TakeBackPolicy) async throws {
        var postman = try await Postman(.memory, policy: policy)
        let courses = [PaymentFacts.Dispute.Status.won, .lost].map { PaymentHistory.all(disputeEnds: $0) }
        let orders = PurchaseOrderTests.permutations(Array(courses[0].steps.indices))
        for (count, order) in orders.enumerated() {
            // A new store now and then, because this one copies itself for every transaction.
            if count % 4 == 3 {
                #expect(try await postman.fixture.engine.verify().isClean)
                postman = try await Postman(.memory, policy: policy)
            }
            let end = count / 3 % 2
            try await postman.check(
                courses[end], order: order, used: [0, 30, 100][count % 3], repeats: { $0.isMultiple(of: 2) },
                note: end == 0 ? "won" : "lost")
        }
    }

    @Test("Random payments, in a random order, used at random", arguments: StoreKind.allCases)
    func randomOrder(kind: StoreKind) async throws {
        let first = UInt64.random(in: 0...(.max - 1_000))
        print("purchase messages on \(kind): seed \(first)")
        for seed in first..<(first + (kind == .memory ? 200 : 20)) {
            var generator = SeededGenerator(seed: seed)
            let history = PaymentHistory.random(&generator)
            let policy: TakeBackPolicy = Bool.random(using: &generator) ? .allowDebt : .takeBackRemaining
            let postman = try await Postman(kind, policy: policy)
            let again = Int.random(in: 1...4, using: &generator)
            try await postman.check(
                history, order: Array(history.steps.indices).shuffled(using: &generator),
                used: Bool.random(using: &generator) ? 0 : .random(in: 1...100, using: &generator),
                repeats: { $0.isMultiple(of: again) }, note: "seed \(seed), \(policy)")
            #expect(try await postman.fixture.engine.verify().isClean)
        }
    }
}
