import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

/// Databases from before records had seals are brought up to date and verify clean.
@Suite("Databases of before", .timeLimit(.minutes(15)))
struct EarlierDatabaseTests {
    @Test("On SQLite, records of before get their seals, once")
    func sqlite() async throws {
        let path = StoreKind.temporaryPath()
        let store = try SQLiteLedgerStore(path: path)
        try await DamageScene.fill(store)
        let count = try await DamageScene.engine(store).verify().recordCount
        try await store.close()
        _ = try SQLiteShell.run(
            "DROP TABLE record_seals; DELETE FROM grdb_migrations WHERE identifier = '0011-record-seals';", in: path)
        let opened = try SQLiteLedgerStore(path: path)
        let verification = try await DamageScene.engine(opened).verify()
        #expect(verification.isClean && verification.recordCount == count, "\(verification.findings)")
        try await opened.close()
        _ = try SQLiteShell.run("UPDATE api_keys SET scopes = '*'; DELETE FROM record_seals;", in: path)
        let again = try SQLiteLedgerStore(path: path)
        #expect(try await !DamageScene.engine(again).verify().isClean)
        try await again.close()
    }

    @Test("On PostgreSQL, records of before get their seals, once")
    func postgres() async throws {
        let name = try await PostgresDatabases.shared.make()
        let cluster = try PostgresCluster.shared.get()
        let address = cluster.address(of: name)
        let store = try await PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1)
        try await DamageScene.fill(store)
        let count = try await DamageScene.engine(store).verify().recordCount
        try await store.close()
        let undo = "DROP TABLE scrip.record_seals; DELETE FROM scrip.migrations WHERE name = 'seals of records';"
        _ = try cluster.run(sql: undo, in: name)
        #expect(try await PostgresMigrations(address: address).apply().map(\.name) == ["seals of records"])
        let opened = try await PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1)
        let verification = try await DamageScene.engine(opened).verify()
        #expect(verification.isClean && verification.recordCount == count, "\(verification.findings)")
        try await opened.close()
    }
}
