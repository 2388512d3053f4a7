import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Synchronization
import Testing

private let ada = AccountID(unchecked: "ada")

/// Several instances over one PostgreSQL database, with one clock and one payment service.
private struct PaymentInstances {
    let fixtures: [Fixture]
    let desks: [PaymentDesk]
    let provider: ScriptedPaymentProvider
    /// The name of the database.
    let name: String

    /// - Parameter accounts: who has bought 100 credits, saved what was paid with, and used 60 of them.
    init(_ count: Int, accounts: [String] = ["ada"]) async throws {
        name = try await PostgresDatabases.shared.make()
        let address = try PostgresCluster.shared.get().address(of: name)
        var fixtures: [Fixture] = []
        for _ in 0..<count {
            fixtures.append(try await Fixture(PostgresLedgerStore(address: address, laneCount: 2, readerCount: 2)))
        }
        let first = fixtures[0]
        let pack = """

            packs:
              - {id: hundred, credit_type: credits, credits: "100", price: {minor_units: 1000, currency: usd}}
            """
        _ = try await first.engine.applyCatalog(document: Fixture.catalog + pack)
        for fixture in fixtures { try await fixture.engine.refreshCatalogs() }
        for account in accounts {
            let purchase = try await first.purchase(by: account)
            var facts = PaymentFacts.paid()
            facts.customer = "cus_\(account)"
            facts.paymentMethod = "pm_\(account)"
            _ = try await first.record(facts, of: purchase)
            let setting = BillingProfile.TopUp(
                threshold: Credits("50") ?? .zero, pack: "hundred", monthlyCapMinorUnits: 5_000)
            _ = try await first.engine.setTopUp(setting, of: AccountID(unchecked: account))
            let used = Credits(nanocredits: -60 * Credits.nanocreditsPerCredit)
            _ = try await first.submit(
                account, .adjust(CreditTypeID(unchecked: "credits"), amount: used, reason: "used"))
        }
        let provider = ScriptedPaymentProvider()
        self.provider = provider
        self.fixtures = fixtures
        desks = fixtures.map { fixture in
            PaymentDesk(
                engine: fixture.engine, providers: [provider],
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        }
    }

    func advance(seconds: Int64) {
        for fixture in fixtures { fixture.clock.advance(seconds: seconds) }
    }

    /// Lets time pass for the second instance alone; what the first one says counts from then on for too short a time.
    func advanceSecond(seconds: Int64) { fixtures[1].clock.advance(seconds: seconds) }

    /// Lets all instances do what is due at once, each several times.
    func runAll() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for desk in desks + desks + desks { group.addTask { try await desk.runDue() } }
            try await group.waitForAll()
        }
    }

    /// Cuts all connections to the database.
    func cutConnections() throws {
        try PostgresCluster.shared.get().run(
            sql: "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'", in: "postgres")
    }
}

@Suite("Payment jobs of several instances over one PostgreSQL database", .heavy, .timeLimit(.minutes(15)))
struct PaymentTurnTests {
    @Test func `each turn of a job is done by one instance`() async throws {
        let names = (0..<6).map { "user_\($0)" }
        let instances = try await PaymentInstances(3, accounts: names)
        try await instances.runAll()
        #expect(instances.provider.requestCount == 6)
        #expect(instances.provider.listCount == 1)
        for name in names { #expect(try await instances.fixtures[1].available(name) == "140") }
        instances.advance(seconds: 60)
        try await instances.runAll()
        #expect(instances.provider.requestCount == 6)
        #expect(instances.provider.listCount == 1)
        instances.advance(seconds: 86_400)
        try await instances.runAll()
        #expect(instances.provider.listCount == 2)
        #expect(try await instances.fixtures[2].engine.verify().isClean)
    }

    @Test func `a refusal that several instances hear of counts once`() async throws {
        let instances = try await PaymentInstances(3)
        instances.provider.set(.declining)
        for _ in 0..<3 { try await instances.runAll() }
        #expect(instances.provider.requestCount == 1)
        let profile = try await instances.fixtures[0].engine.billingProfile(of: ada)
        let id = try #require(profile.topUp?.lastPurchase)
        #expect(try await instances.fixtures[0].engine.purchase(id)?.attempts == 1)
    }

    @Test func `what an instance had in hand that went silent is taken over, and its late answer counts once`()
        async throws
    {
        let instances = try await PaymentInstances(2)
        let (first, second) = (instances.desks[0], instances.desks[1])
        let (reached, arrival) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let isFirst = Atomic(true)
        instances.provider.onCharge {
            if !isFirst.exchange(false, ordering: .relaxed) { return }
            arrival.finish()
            for await _ in released {}
        }
        let silent = Task { try await first.runDue() }
        for await _ in reached {}
        // The holder has both the job and the purchase.
        try await second.runDue()
        #expect(instances.provider.requestCount == 1)
        instances.advanceSecond(seconds: 61)
        try await second.runDue()
        #expect(instances.provider.requestCount == 1)
        instances.advanceSecond(seconds: 60)
        try await second.runDue()
        #expect(instances.provider.requestCount == 2)
        #expect(instances.provider.chargeCount == 1)
        #expect(try await instances.fixtures[1].available("ada") == "140")
        release.finish()
        _ = await silent.result
        try await instances.runAll()
        #expect(instances.provider.requestCount == 2)
        #expect(instances.provider.chargeCount == 1)
        #expect(try await instances.fixtures[0].available("ada") == "140")
        #expect(try await instances.fixtures[0].engine.verify().isClean)
    }

    @Test func `an instance whose connections are cut while it has a job in hand ends it, and nobody repeats it`()
        async throws
    {
        let instances = try await PaymentInstances(2)
        let other = instances.desks[1]
        instances.provider.onCharge {
            #expect(throws: Never.self) { try instances.cutConnections() }
            await #expect(throws: Never.self) { try await other.runDue() }
            #expect(throws: Never.self) { try instances.cutConnections() }
        }
        try await instances.desks[0].runDue()
        try await instances.runAll()
        #expect(instances.provider.requestCount == 1)
        #expect(instances.provider.listCount == 1)
        #expect(try await instances.fixtures[1].available("ada") == "140")
        #expect(try await instances.fixtures[1].engine.verify().isClean)
    }

    @Test func `a job that is cancelled or fails is free again at once`() async throws {
        let instances = try await PaymentInstances(2)
        let (reached, arrival) = AsyncStream.makeStream(of: Void.self)
        instances.provider.onList {
            arrival.finish()
            for await _ in AsyncStream<Never>.makeStream().stream {}
        }
        let cancelled = Task { try await instances.desks[0].runDue() }
        for await _ in reached {}
        cancelled.cancel()
        _ = await cancelled.result
        #expect(instances.provider.listCount == 1)
        instances.provider.onList {}
        try await instances.desks[1].runDue()
        #expect(instances.provider.listCount == 2)
        try await instances.runAll()
        #expect(instances.provider.listCount == 2)
    }
}
