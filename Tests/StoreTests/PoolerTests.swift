import Foundation
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

@Suite struct PoolerTests {
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
}
