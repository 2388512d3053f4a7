import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

/// Indexes that do not have what the lines have, without which a request could count twice.
@Suite("Damaged indexes", .timeLimit(.minutes(15)))
struct IndexDamageTests {
    private static func sqlite(_ sql: String) async throws -> Verification {
        let path = StoreKind.temporaryPath()
        let store = try SQLiteLedgerStore(path: path, window: 7)
        try await DamageScene.fill(store)
        try await store.close()
        _ = try SQLiteShell.run(sql, in: path)
        let opened = try SQLiteLedgerStore(path: path, window: 7)
        let verification = try await DamageScene.engine(opened).verify()
        try await opened.close()
        return verification
    }

    @Test(
        "On SQLite, whatever is missing, stray or doubled is named with its table",
        arguments: [
            ("DELETE FROM entry_keys WHERE position = 20;", "entry_keys"),
            ("INSERT INTO entry_keys VALUES (7, 20);", "entry_keys"),
            ("UPDATE entries SET key_hash = key_hash + 1 WHERE position = 20;", "entries"),
            ("UPDATE entries SET key_hash = NULL WHERE position = 20;", "entries"),
            ("DELETE FROM entry_subjects WHERE account_id = 'ada';", ""),
            ("UPDATE entry_subjects SET seq = seq - 1 WHERE account_id = 'ada';", "entry_subjects"),
            ("UPDATE segments SET state = CAST(replace(CAST(state AS TEXT), '97', '98') AS BLOB);", ""),
            ("UPDATE segments SET recorded_at = recorded_at + 1;", ""),
            ("UPDATE accounts SET due_at = NULL;", "accounts"),
            ("UPDATE settled SET position = 100000;", "settled"),
            ("DELETE FROM usage_totals WHERE day = (SELECT min(day) FROM usage_totals);", ""),
            ("DELETE FROM provider_events;", "provider_events"),
            ("DELETE FROM purchases;", "purchases"),
            ("DELETE FROM purchase_references;", "purchase_references"),
            ("INSERT INTO provider_events VALUES ('stripe', 'evt_more', 'paid', NULL, 1);", "provider_events"),
            ("CREATE TRIGGER more AFTER INSERT ON entries BEGIN DELETE FROM entry_keys; END;", ""),
            ("DROP INDEX accounts_due;", ""),
        ])
    func tables(sql: String, table: String) async throws {
        let verification = try await IndexDamageTests.sqlite(sql)
        #expect(!verification.isClean)
        if !table.isEmpty { #expect(verification.findings.contains { $0.table == table }, "\(verification.findings)") }
    }

    @Test("On PostgreSQL, an index that lacks rows is named")
    func postgresIndex() async throws {
        let name = try await PostgresDatabases.shared.make()
        let cluster = try PostgresCluster.shared.get()
        let store = try await PostgresLedgerStore(
            address: cluster.address(of: name), laneCount: 1, readerCount: 1)
        try await DamageScene.fill(store)
        let engine = try await DamageScene.engine(store)
        #expect(try await engine.verify().isClean)
        // The index is told nothing of a change that is made while it is not ready.
        let ready =
            "UPDATE pg_index SET indisready = %, indisvalid = % WHERE indexrelid = 'scrip.entries_key'::regclass;"
        _ = try cluster.run(sql: ready.replacing("%", with: "false"), in: name)
        _ = try cluster.run(
            sql: """
                CREATE TABLE copy_of_it AS SELECT * FROM scrip.entries WHERE account_id = 'ada' AND seq = 20;
                DELETE FROM scrip.entries WHERE account_id = 'ada' AND seq = 20;
                INSERT INTO scrip.entries SELECT * FROM copy_of_it;
                """, in: name)
        _ = try cluster.run(sql: ready.replacing("%", with: "true"), in: name)
        let verification = try await engine.verify()
        #expect(verification.findings.contains { $0.record == "scrip.entries_key" }, "\(verification.findings)")
        #expect(verification.differences.isEmpty)
        try await store.close()
    }
}
