import Foundation
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripPostgres

@Suite(.heavy, .timeLimit(.minutes(15))) struct PreparationTests {
    @Test func `statements stay prepared although a transaction runs the same one twice`() async throws {
        let cluster = try PostgresCluster(settings: ["log_statement=all"])
        defer { cluster.stop() }
        let address = cluster.address(of: try cluster.makeDatabase())
        _ = try await PostgresMigrations(address: address).apply()
        let store = try await PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1, listens: false)
        let fixture = try await Fixture(store)
        for id in ["a", "b"] { try await fixture.open(id) }
        try await store.write { writing in
            for id in ["a", "b"] { try writing.saveProfile(Profile(name: "Ada"), of: AccountID(unchecked: id)) }
        }
        let log = "\(cluster.folder)/server.log"
        let before = try String(contentsOfFile: log, encoding: .utf8).count
        _ = try await fixture.engine.account(AccountID(unchecked: "a"))
        let told = try String(contentsOfFile: log, encoding: .utf8).dropFirst(before)
        #expect(told.contains("execute scrip_") && !told.contains("execute <unnamed>"), "\(told)")
        try await store.close()
    }

    @Test func `statements that are prepared stay in use on a connection that prepares no more`() async throws {
        let cluster = try PostgresCluster(settings: ["log_statement=all"])
        defer { cluster.stop() }
        let address = cluster.address(of: try cluster.makeDatabase())
        let connection = try Connection(address, preparation: StatementPreparation(isOn: true))
        let hot = Statement("SELECT 'hot'::text")
        _ = try connection.run([hot])
        for number in 0..<300 { _ = try connection.run([Statement("SELECT \(number)")]) }
        let log = "\(cluster.folder)/server.log"
        let before = try String(contentsOfFile: log, encoding: .utf8).count
        _ = try connection.run([hot])
        let told = try String(contentsOfFile: log, encoding: .utf8).dropFirst(before)
        #expect(told.contains("execute scrip_") && !told.contains("execute <unnamed>"), "\(told)")
    }
}
