import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

private let chat = ActionID(unchecked: "chat")

@Suite("Several instances over one PostgreSQL database", .heavy, .timeLimit(.minutes(15)))
struct InstanceTests {
    private static func fixture(_ address: String, patience: Duration = .seconds(60)) async throws -> Fixture {
        try await Fixture(
            PostgresLedgerStore(address: address, laneCount: 3, readerCount: 2, patience: patience))
    }

    private static func credits(_ amount: String) -> Intent {
        .grant(
            GrantOrder(
                creditType: CreditTypeID(unchecked: "credits"), amount: Credits(amount) ?? .zero, source: .purchased))
    }

    @Test func `three instances take from one account with 100 credits: exactly 100 succeed`() async throws {
        let address = try await PostgresDatabases.shared.address()
        var instances: [Fixture] = []
        for _ in 0..<3 { instances.append(try await InstanceTests.fixture(address)) }
        try await instances[0].open("a", plan: "none")
        _ = try await instances[1].submit("a", InstanceTests.credits("100"))
        let shared = instances
        let successes = await withTaskGroup(of: Bool.self) { group in
            for task in 0..<240 {
                group.addTask { (try? await shared[task % 3].submit("a", .charge(Usage(action: chat)))) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 100)
        #expect(try await instances[2].available("a") == "0")
        #expect(try await instances[0].engine.verify().isClean)
    }

    @Test func `the same key moves credits once, whichever instances are told`() async throws {
        let address = try await PostgresDatabases.shared.address()
        let first = try await InstanceTests.fixture(address)
        let second = try await InstanceTests.fixture(address)
        try await first.open("a", plan: "pro")
        let fresh = await withTaskGroup(of: Bool.self) { group in
            for task in 0..<80 {
                group.addTask {
                    let instance = task % 2 == 0 ? first : second
                    let outcome = try? await instance.submit("a", .charge(Usage(action: chat)), key: "k\(task / 8)")
                    return outcome?.isRepeat == false
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(fresh == 10)
        #expect(try await second.available("a") == "90")
    }

    @Test func `an account that all instances open at once is opened once`() async throws {
        let address = try await PostgresDatabases.shared.address()
        var instances: [Fixture] = []
        for _ in 0..<3 { instances.append(try await InstanceTests.fixture(address)) }
        let shared = instances
        let opened = try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in 0..<60 {
                group.addTask {
                    let id = AccountID(unchecked: "new\(task / 6)")
                    return try await shared[task % 3].engine.put(account: id, change: AccountChange()).wasOpened
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(opened == 10)
        let verification = try await instances[0].engine.verify()
        #expect(verification.isClean && verification.accountCount == 10)
    }

    @Test func `a charge names the catalog version that another instance has just applied`() async throws {
        let address = try await PostgresDatabases.shared.address()
        let first = try await InstanceTests.fixture(address)
        let second = try await InstanceTests.fixture(address)
        try await first.open("a", plan: "pro")
        for price in 2...5 {
            let document = Fixture.catalog.replacing(
                "{id: chat, credit_type: credits, rate: {fixed: \"1\"}}",
                with: "{id: chat, credit_type: credits, rate: {fixed: \"\(price)\"}}")
            let applied = try await first.engine.applyCatalog(document: document)
            let charged = try await second.submit("a", .charge(Usage(action: chat)))
            #expect(charged.rating?.priceVersion == applied.version)
            #expect(charged.entry?.entry.amount == Credits(nanocredits: Int64(price) * -1_000_000_000))
        }
    }

    @Test func `catalogs that several instances apply at once become versions one after the other`() async throws {
        let address = try await PostgresDatabases.shared.address()
        var instances: [Fixture] = []
        for _ in 0..<3 { instances.append(try await InstanceTests.fixture(address)) }
        let shared = instances
        let versions = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<9 {
                let document = Fixture.catalog.replacing("amount: \"5\"", with: "amount: \"\(number + 10)\"")
                group.addTask { try await shared[number % 3].engine.applyCatalog(document: document).version }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(versions.sorted() == Array(2...10))
        #expect(try await instances[0].engine.catalogVersions().map(\.version) == Array(1...10))
    }

    @Test func `connections that are cut at any moment lose nothing and double nothing`() async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try await PostgresDatabases.shared.make()
        let address = cluster.address(of: name)
        let first = try await InstanceTests.fixture(address)
        let second = try await InstanceTests.fixture(address)
        for id in ["a", "b", "c"] {
            try await first.open(id, plan: "none")
            _ = try await first.submit(id, InstanceTests.credits("1000"))
        }
        let cutter = Task {
            var cuts = 0
            while !Task.isCancelled {
                let cut = try cluster.run(
                    sql: """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = '\(name)' AND random() < 0.5
                        """, in: "postgres")
                cuts += cut.split(separator: "\n").count
            }
            return cuts
        }
        try await withThrowingTaskGroup(of: Void.self) { callers in
            for caller in 0..<12 {
                callers.addTask {
                    let instance = caller % 2 == 0 ? first : second
                    for _ in 0..<60 {
                        _ = try await instance.submit(["a", "b", "c"][caller % 3], .charge(Usage(action: chat)))
                    }
                }
            }
            try await callers.waitForAll()
        }
        cutter.cancel()
        let cuts = try await cutter.value
        #expect(cuts > 0)
        print("cuts \(cuts)")
        for id in ["a", "b", "c"] {
            let available = try await first.available(id)
            #expect(available == "760", "\(id) has \(available)")
        }
        #expect(try await second.engine.verify().isClean)
    }

    @Test func `a database that is gone is said to be unreachable, and used again when it is back`() async throws {
        let cluster = try PostgresCluster(isDurable: true)
        defer { cluster.stop() }
        let address = cluster.address()
        _ = try await PostgresMigrations(address: address).apply()
        let impatient = try await InstanceTests.fixture(address, patience: .milliseconds(200))
        let patient = try await InstanceTests.fixture(address)
        try await patient.open("a", plan: "pro")
        #expect(await impatient.engine.isStoreReachable())
        try cluster.kill()
        await #expect(throws: StoreError.self) { try await impatient.submit("a", .charge(Usage(action: chat))) }
        #expect(await !impatient.engine.isStoreReachable())
        async let waiting = patient.submit("a", .charge(Usage(action: chat)))
        try cluster.start()
        _ = try await waiting
        #expect(try await patient.available("a") == "99")
        while await !impatient.engine.isStoreReachable() { await Task.yield() }
        _ = try await impatient.submit("a", .charge(Usage(action: chat)))
        #expect(try await impatient.available("a") == "98")
        #expect(try await patient.engine.verify().isClean)
    }

    @Test func `a schema that is too old or too new is refused with what to do`() async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try cluster.makeDatabase()
        let address = cluster.address(of: name)
        let migrations = PostgresMigrations(address: address)
        #expect(try await migrations.missing() == PostgresMigrations.steps)
        let missing = await #expect(throws: StoreError.self) { try await PostgresLedgerStore(address: address) }
        #expect(missing?.code == .tooOld && missing?.description.contains("scrip migrate") == true)

        let taken = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await PostgresMigrations(address: address).apply().count } }
            return try await group.reduce(0, +)
        }
        #expect(taken == PostgresMigrations.steps.count)
        #expect(try await migrations.missing().isEmpty)
        let store = try await PostgresLedgerStore(address: address)
        try await store.close()
        await #expect(throws: StoreError.self) { try await store.read { _ in } }

        try cluster.run(sql: "INSERT INTO scrip.migrations VALUES (999, 'later')", in: name)
        let newer = await #expect(throws: StoreError.self) { try await PostgresLedgerStore(address: address) }
        #expect(newer?.code == .tooNew)
        await #expect(throws: StoreError.self) { try await migrations.apply() }
    }

    @Test func `an address that leads nowhere is refused in words`() async throws {
        let refused = await #expect(throws: StoreError.self) {
            try await PostgresLedgerStore(address: "postgresql://nobody@/nothing?host=/nowhere")
        }
        #expect(refused?.code == .unreachable)
        #expect(refused?.description.contains("/nowhere") == true)
    }
}
