import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

private let ada = AccountID(unchecked: "ada")

/// What was paid is compared with the price, and one payment pays one purchase.
@Suite("Payments that are not what they should be", .heavy, .timeLimit(.minutes(15)))
struct PaymentDifferenceTests {
    private func facts(_ paid: Price?, _ reference: String = "pi_shared") -> PaymentFacts {
        PaymentFacts(stage: .paid, paid: paid, references: [reference])
    }

    private func desk(_ fixture: Fixture, _ provider: ScriptedPaymentProvider = .init()) -> PaymentDesk {
        PaymentDesk(
            engine: fixture.engine, providers: [provider],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    @Test("Any other amount or currency waits for a person, and gives nothing", arguments: StoreKind.allCases)
    func differences(kind: StoreKind) async throws {
        let (fixture, _) = try await Fixture.withPurchase(kind)
        let cases: [(Price?, String?)] = [
            (Price(minorUnits: 1_000, currency: "usd"), nil), (Price(minorUnits: 1_000, currency: "USD"), nil),
            (Price(minorUnits: 999, currency: "usd"), "payment_amount_differs"),
            (Price(minorUnits: 1_001, currency: "usd"), "payment_amount_differs"),
            (Price(minorUnits: 0, currency: "usd"), "payment_amount_differs"),
            (Price(minorUnits: .max, currency: "usd"), "payment_amount_differs"),
            (Price(minorUnits: 1_000, currency: "jpy"), "payment_currency_differs"),
            (nil, "payment_amount_unknown"),
        ]
        for (index, (paid, problem)) in cases.enumerated() {
            let purchase = try await fixture.purchase(by: "account-\(index)")
            let account = purchase.account.rawValue
            for _ in 0..<2 {
                let after = try await fixture.record(facts(paid, "pi_\(index)"), of: purchase)
                #expect(
                    after.problem == problem && after.grants.isEmpty == (problem != nil), "\(String(describing: paid))")
            }
            #expect(try await fixture.available(account) == (problem == nil ? "100" : "0"))
            if problem == nil { continue }
            let actions = try await fixture.engine.auditRecords(AuditQuery(account: purchase.account))
                .map(\.record.change.action)
            #expect(actions.filter { $0 == .purchaseProblem }.count == 1)
            let desk = desk(fixture)
            let seen = try #require(try await fixture.engine.purchase(purchase.id))
            let accepted = try await desk.markPaid(seen, origin: Origin(actor: "key_1"))
            #expect(accepted.problem == nil && accepted.grants.count == 1)
            #expect(try await fixture.available(account) == "100")
            // Only this was accepted: what differs again waits again.
            let more = facts(Price(minorUnits: 5_000, currency: "usd"), "pi_\(index)")
            if paid?.minorUnits != .max {
                #expect(try await fixture.record(more, of: purchase).problem != nil)
            }
        }
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("Answers that contradict each other wait for a person, whichever came first")
    func contradictions() async throws {
        let (fixture, _) = try await Fixture.withPurchase(.memory)
        let (right, less) = (Price(minorUnits: 1_000, currency: "usd"), Price(minorUnits: 10, currency: "usd"))
        let first = try await fixture.purchase(by: "one")
        _ = try await fixture.record(facts(less), of: first)
        #expect(try await fixture.record(facts(right), of: first).problem == "payment_amount_differs")
        #expect(try await fixture.available("one") == "0")
        var joined = facts(right)
        joined.join(facts(less))
        var other = facts(less)
        other.join(facts(right))
        #expect(joined == other)
        let second = try await fixture.purchase(by: "two")
        var doubtful = facts(right, "pi_2")
        doubtful.contradiction = "payment_status_differs"
        let after = try await fixture.record(doubtful, of: second)
        #expect(after.problem == "payment_status_differs" && after.grants.isEmpty)
        #expect(try Purchase(encoded: after.encoded) == after)
    }

    @Test("One payment pays one purchase", arguments: StoreKind.allCases)
    func onePayment(kind: StoreKind) async throws {
        let (fixture, first) = try await Fixture.withPurchase(kind)
        let second = try await fixture.purchase(by: "bob")
        let paid = facts(Price(minorUnits: 1_000, currency: "usd"))
        #expect(try await fixture.record(paid, of: first).grants.count == 1)
        for _ in 0..<2 {
            let after = try await fixture.record(paid, of: second)
            #expect(after.problem == "payment_of_another_purchase" && after.status == .created)
        }
        #expect(try await fixture.available("bob") == "0")
        let own = try await fixture.record(facts(Price(minorUnits: 1_000, currency: "usd"), "pi_2"), of: second)
        #expect(own.problem == nil && own.grants.count == 1)
    }

    @Test("One transfer pays one invoice")
    func invoices() async throws {
        let (fixture, _) = try await Fixture.withPurchase(.memory)
        let desk = desk(fixture, ScriptedPaymentProvider(name: "manual"))
        try await fixture.open("bob", plan: "none")
        let first = try await desk.buy(PurchaseOrder(pack: "hundred", provider: "manual"), for: ada)
        let second = try await desk.buy(
            PurchaseOrder(pack: "hundred", provider: "manual"), for: AccountID(unchecked: "bob"))
        #expect(try await desk.markPaid(first, reference: "transfer 7").status == .paid)
        #expect(try await desk.markPaid(first, reference: "transfer 7").problem == nil)
        #expect(try await desk.markPaid(second, reference: "transfer 7").problem == "payment_of_another_purchase")
        #expect(try await fixture.available("bob") == "0")
        let paid = try await desk.markPaid(second, reference: "transfer 8")
        #expect(paid.problem == nil && paid.grants.count == 1)
    }

    @Test("Nor do two instances at once give for one payment twice")
    func instances() async throws {
        let address = try await PostgresDatabases.shared.address()
        func store() async throws -> PostgresLedgerStore {
            try await PostgresLedgerStore(address: address, laneCount: 2, readerCount: 2, patience: .seconds(60))
        }
        let (fixture, _) = try await Fixture.withPurchase(Fixture(store()))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let other = try await Engine(store: store(), clock: fixture.clock, logger: logger)
        for round in 0..<5 {
            var purchases: [Purchase] = []
            for number in 0..<8 { purchases.append(try await fixture.purchase(by: "account-\(round)-\(number)")) }
            let paid = facts(Price(minorUnits: 1_000, currency: "usd"), "pi_\(round)")
            let granted = try await withThrowingTaskGroup(of: Int.self) { group in
                for (number, purchase) in purchases.enumerated() {
                    let engine = number.isMultiple(of: 2) ? fixture.engine : other
                    group.addTask {
                        try await engine.recordPayment(paid, of: purchase.id, account: purchase.account).grants.count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(granted == 1)
        }
    }

    @Test(
        "A message finds only what was kept, whatever it or the provider's object says", arguments: StoreKind.allCases)
    func messages(kind: StoreKind) async throws {
        let (fixture, _) = try await Fixture.withPurchase(kind)
        let provider = ScriptedPaymentProvider()
        let desk = desk(fixture, provider)
        let purchase = try await desk.buy(PurchaseOrder(pack: "hundred"), for: ada)
        #expect(purchase.facts.references == ["cs_\(purchase.id)"])
        func receive(_ id: String, _ reference: String) async throws -> EventResult {
            try await desk.receive(
                Array("\(id) payment \(reference)".utf8), headers: ["stripe-signature": "good"], from: provider.name)
        }
        // A payment of somebody's that names this purchase, while its own checkout is open.
        provider.set(PaymentOwner(account: ada, purchase: purchase.id, customer: "cus_evil"), of: "cs_evil")
        var open = PaymentFacts(stage: .pending, references: ["cs_\(purchase.id)"])
        provider.set(open, of: purchase.id)
        #expect(try await receive("evt_1", "evil") == .unrelated)
        #expect(try await fixture.engine.purchase(purchase.id)?.status == .pending)
        // The checkout's own payment, of which the first message tells before its id was known.
        open = PaymentFacts(
            stage: .paid, paid: purchase.price, references: ["cs_\(purchase.id)", "cs_good"])
        provider.set(open, of: purchase.id)
        provider.set(PaymentOwner(account: ada, purchase: purchase.id), of: "cs_good")
        #expect(try await receive("evt_2", "good") == .handled)
        #expect(try await fixture.available("ada") == "100")
        #expect(try await receive("evt_3", "evil") == .unrelated)
        // A purchase that no provider was asked for yet is nobody's to pay.
        let waiting = try await fixture.purchase(by: "bob")
        provider.set(PaymentOwner(account: waiting.account, purchase: waiting.id), of: "cs_evil")
        provider.set(facts(Price(minorUnits: 1_000, currency: "usd"), "cs_evil"), of: waiting.id)
        #expect(try await receive("evt_4", "evil") == .unrelated)
        #expect(try await fixture.available("bob") == "0")
    }
}
