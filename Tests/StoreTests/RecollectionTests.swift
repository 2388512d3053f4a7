import Foundation
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

/// What an instance remembers of accounts saves a round trip, and is never believed: the database decides whether it is
/// still so.
@Suite("Accounts that an instance remembers", .heavy, .timeLimit(.minutes(15)))
struct RecollectionTests {
    private static let chat = Intent.charge(Usage(action: ActionID(unchecked: "chat")))

    private static func credits(_ amount: String) -> Intent {
        .grant(
            GrantOrder(
                creditType: CreditTypeID(unchecked: "credits"), amount: Credits(amount) ?? .zero, source: .purchased))
    }

    /// Two instances over one database, and an account without credits that the first one remembers.
    private static func instances() async throws -> (Fixture, Fixture) {
        let address = try await PostgresDatabases.shared.address()
        let first = try await Fixture(PostgresLedgerStore(address: address, laneCount: 2, readerCount: 1))
        let second = try await Fixture(PostgresLedgerStore(address: address, laneCount: 2, readerCount: 1))
        try await first.open("a", plan: "none")
        _ = try await first.submit("a", credits("2"))
        _ = try await first.submit("a", chat)
        return (first, second)
    }

    @Test func `credits that another instance took are gone`() async throws {
        let (first, second) = try await RecollectionTests.instances()
        _ = try await second.submit("a", RecollectionTests.chat)
        await #expect(throws: Rejection.self) { try await first.submit("a", RecollectionTests.chat) }
        #expect(try await first.available("a") == "0")
        #expect(try await second.engine.verify().isClean)
    }

    @Test func `credits that another instance granted are there, even for one that has just refused`() async throws {
        let (first, second) = try await RecollectionTests.instances()
        _ = try await first.submit("a", RecollectionTests.chat)
        for _ in 0..<4 {
            await #expect(throws: Rejection.self) { try await first.submit("a", RecollectionTests.chat) }
            _ = try await second.submit("a", RecollectionTests.credits("1"))
            _ = try await first.submit("a", RecollectionTests.chat)
        }
        #expect(try await second.available("a") == "0")
        #expect(try await second.engine.verify().isClean)
    }

    @Test func `a key is found though the account is remembered, even when the command would be refused now`()
        async throws
    {
        let (first, second) = try await RecollectionTests.instances()
        let charged = try await first.submit("a", RecollectionTests.chat, key: "k")
        #expect(!charged.isRepeat)
        for instance in [first, second, first, first] {
            let again = try await instance.submit("a", RecollectionTests.chat, key: "k")
            #expect(again.isRepeat && again.entry == charged.entry)
        }
        // With credits left the line itself would be written twice, if the index on keys let it.
        _ = try await first.submit("a", RecollectionTests.credits("5"))
        #expect(try await first.submit("a", RecollectionTests.chat, key: "k").isRepeat)
        #expect(try await first.available("a") == "5")
        #expect(try await second.engine.verify().isClean)
    }

    @Test func `a batch of remembered accounts, new ones and those that others changed is decided right`() async throws
    {
        let (first, second) = try await RecollectionTests.instances()
        for id in ["b", "c", "d"] {
            try await first.open(id, plan: "none")
            _ = try await first.submit(id, RecollectionTests.credits("3"))
        }
        _ = try await second.submit("c", RecollectionTests.chat)
        try await second.open("e", plan: "none")
        _ = try await second.submit("e", RecollectionTests.credits("3"))
        let ids = ["a", "b", "c", "d", "e", "nobody"]
        for _ in 0..<2 {
            let results = await first.engine.submit(
                ids.map { Command(account: AccountID(unchecked: $0), intent: RecollectionTests.chat) })
            #expect(results.dropLast().filter { (try? $0.get()) != nil }.count >= 4)
            #expect(throws: Rejection.self) { try results.last?.get() }
        }
        var left: [String] = []
        for id in ids.dropLast() { left.append(try await second.available(id)) }
        #expect(left == ["0", "1", "0", "1", "1"])
        #expect(try await second.engine.verify().isClean)
    }

    @Test func `what this instance wrote last is charged without being read or locked first`() async throws {
        let cluster = try PostgresCluster(settings: ["log_statement=all"])
        let name = try cluster.makeDatabase()
        let address = cluster.address(of: name)
        _ = try await PostgresMigrations(address: address).apply()
        let fixture = try await Fixture(PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1))
        let locks = {
            let log = try String(contentsOfFile: "\(cluster.folder)/server.log", encoding: .utf8)
            return log.components(separatedBy: "FOR UPDATE").count - 1
        }
        try await fixture.open("a", plan: "pro")
        let before = try locks()
        for number in 0..<10 { _ = try await fixture.submit("a", RecollectionTests.chat, key: "k\(number)") }
        #expect(try locks() == before)
        // Another process' write is noticed, and the account is locked again for a while.
        try cluster.run(sql: "UPDATE scrip.accounts SET batch = 1", in: name)
        for number in 10..<13 { _ = try await fixture.submit("a", RecollectionTests.chat, key: "k\(number)") }
        #expect(try locks() == before + 3)
        try await fixture.engine.store.close()
    }

    @Test func `a commit that nobody was told of is found, of a remembered account and of a key`() async throws {
        let cluster = try PostgresCluster(isDurable: true)
        defer { cluster.stop() }
        let name = try cluster.makeDatabase()
        let address = cluster.address(of: name)
        _ = try await PostgresMigrations(address: address).apply()
        let fixture = try await Fixture(
            PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1, listens: false))
        try await fixture.open("a", plan: "pro")
        _ = try await fixture.submit("a", RecollectionTests.chat)
        // A commit that is done waits for a standby that does not exist before it is told.
        try cluster.run(sql: "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", in: name)
        try cluster.run(sql: "SELECT pg_reload_conf()", in: name)
        async let charged = fixture.submit("a", RecollectionTests.chat)
        async let created = fixture.engine.createKey(name: "app")
        let cut = """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = '\(name)' AND wait_event = 'SyncRep'
            """
        var cuts = 0
        while cuts < 2 { cuts += Int(try cluster.run(sql: cut, in: "postgres").dropLast()) ?? 0 }
        try cluster.run(sql: "ALTER SYSTEM RESET synchronous_standby_names", in: name)
        try cluster.run(sql: "SELECT pg_reload_conf()", in: name)
        let (outcome, key) = try await (charged, created.key)
        #expect(!outcome.isRepeat)
        #expect(try await fixture.available("a") == "98")
        #expect(try await fixture.engine.apiKeys().map(\.id) == [key.id])
        let count = "SELECT count(*) FROM scrip.audit_records WHERE action = 'key_created'"
        #expect(try cluster.run(sql: count, in: name) == "1\n")
        #expect(try await fixture.engine.verify().isClean)
        try await fixture.engine.store.close()
    }
}
