import Foundation
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct PoolerTests {
    @Test(arguments: [true, false])
    func `a pooler may give each transaction another connection`(preparesStatements: Bool) async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try await PostgresDatabases.shared.make()
        let pooler = try PgBouncer(before: cluster)
        defer { pooler.stop() }
        let address = pooler.address(of: name)
        #expect(try await PostgresMigrations(address: address).missing().isEmpty)
        let store = try await PostgresLedgerStore(
            address: address, laneCount: 4, readerCount: 4, preparesStatements: preparesStatements)
        let fixture = try await Fixture(store)
        for index in 0..<6 { try await fixture.open("a\(index)", plan: "pro") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<24 {
                group.addTask {
                    for _ in 0..<20 {
                        let id = "a\(caller % 6)"
                        _ = try await fixture.submit(id, .charge(Usage(action: ActionID(unchecked: "chat"))))
                        _ = try await fixture.engine.account(AccountID(unchecked: id))
                    }
                }
            }
            try await group.waitForAll()
        }
        for index in 0..<6 { #expect(try await fixture.available("a\(index)") == "20") }
        #expect(try await fixture.engine.verify().isClean)
        try await store.close()
    }

    @Test(.timeLimit(.minutes(15)))
    func `a call ends although a pooler takes connections while the database is away`() async throws {
        let cluster = try PostgresCluster()
        defer { cluster.stop() }
        let name = try cluster.makeDatabase()
        let pooler = try PgBouncer(before: cluster, settings: ["query_wait_timeout = 10", "server_login_retry = 1"])
        defer { pooler.stop() }
        let address = pooler.address(of: name)
        _ = try await PostgresMigrations(address: address).apply()
        let store = try await PostgresLedgerStore(
            address: address, laneCount: 1, readerCount: 1, listens: false, patience: .milliseconds(300))
        let fixture = try await Fixture(store)
        try await fixture.open("a", plan: "pro")
        try cluster.kill()
        let chat = Intent.charge(Usage(action: ActionID(unchecked: "chat")))
        await #expect(throws: StoreError.self) { try await fixture.submit("a", chat, key: "once") }
        await #expect(throws: StoreError.self) { try await fixture.engine.account(AccountID(unchecked: "a")) }
        try cluster.start()
        var outcome: Outcome?
        while outcome == nil { outcome = try? await fixture.submit("a", chat, key: "once") }
        #expect(try await fixture.available("a") == "99")
        try await store.close()
    }
}
