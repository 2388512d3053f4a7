import Logging
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")
private let ada = AccountID(unchecked: "ada")

/// A desk over one scripted provider; ada has bought 100 credits and saved what she paid with.
struct DeskFixture {
    let fixture: Fixture
    let provider = ScriptedPaymentProvider()
    let desk: PaymentDesk

    init(_ kind: StoreKind, monthlyCap: Int64 = 5_000) async throws {
        try await self.init(Fixture(kind), monthlyCap: monthlyCap)
    }

    init(_ empty: Fixture, monthlyCap: Int64 = 5_000) async throws {
        let (fixture, purchase) = try await Fixture.withPurchase(empty)
        self.fixture = fixture
        desk = PaymentDesk(
            engine: fixture.engine, providers: [provider],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        var facts = PaymentFacts.paid()
        facts.customer = "cus_1"
        facts.paymentMethod = "pm_1"
        _ = try await fixture.record(facts, of: purchase)
        let setting = BillingProfile.TopUp(
            threshold: Credits("50") ?? .zero, pack: "hundred", monthlyCapMinorUnits: monthlyCap)
        _ = try await fixture.engine.setTopUp(setting, of: ada)
    }

    func use(_ amount: Int64) async throws {
        let taken = Credits(nanocredits: -amount * Credits.nanocreditsPerCredit)
        _ = try await fixture.submit("ada", .adjust(credits, amount: taken, reason: "used"))
    }

    /// Waits until so much is available, which any of the engines may bring about, and looks when one of them tells of
    /// a change.
    func waitForBalance(_ amount: String, engines: [Engine] = []) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for engine in [fixture.engine] + engines {
                group.addTask {
                    let watch = engine.feed.watch(ada)
                    while await watch.next() != nil {
                        if try await fixture.available("ada") == amount { return true }
                    }
                    return false
                }
            }
            while let isSo = try await group.next(), !isSo {}
            group.cancelAll()
        }
    }

    /// A desk of another instance over the same database, with the same provider.
    func instance(over store: any LedgerStore) async throws -> PaymentDesk {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let engine = try await Engine(store: store, clock: fixture.clock, logger: logger)
        return PaymentDesk(engine: engine, providers: [provider], logger: logger)
    }

    /// Sets what is bought when the balance is low.
    func set(threshold: Int64, pack: String = "hundred", cap: Int64 = 5_000) async throws {
        let setting = BillingProfile.TopUp(
            threshold: Credits(nanocredits: threshold * Credits.nanocreditsPerCredit), pack: pack,
            monthlyCapMinorUnits: cap)
        _ = try await fixture.engine.setTopUp(setting, of: ada)
    }

    /// The reasons why nothing was bought that are on record in the audit log, in order.
    func recordedProblems() async throws -> [String] {
        var query = AuditQuery(account: ada, limit: 500)
        query.action = .topUpProblem
        return try await fixture.engine.auditRecords(query).reversed().compactMap {
            $0.record.change.after?["problem"]?.stringValue
        }
    }

    func topUp() async throws -> BillingProfile.TopUp {
        try #require(try await fixture.engine.billingProfile(of: ada).topUp)
    }
}
