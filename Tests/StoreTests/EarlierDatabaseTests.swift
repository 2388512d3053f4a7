import ScripCore
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

    /// What version 11 of the schema kept of an event of a megabyte, with its seal, and one that was edited since.
    private static func sealedBefore(_ id: String) -> (failure: TrackingFailure, digest: String) {
        let text = String(repeating: "é", count: 500_000)
        var failure = TrackingFailure(
            id: id, reason: "invalid_json", detail: "x", eventID: nil, account: "ada", format: .text, event: "",
            at: Fixture.day("2026-01-31"))
        failure.event = text
        failure.detail = text
        return (failure, RecordSeal.trackingFailure(failure).digest.description)
    }

    private static func insertion(_ id: String, schema: String, digest: String) -> String {
        let text = schema.isEmpty ? "replace(hex(zeroblob(250000)), '00', 'éé')" : "repeat('é', 500000)"
        return """
            INSERT INTO \(schema)tracking_failures (id, status, reason, detail, account_id, format, event, received_at,
                last_attempt_at, attempts) VALUES ('\(id)', 'open', 'invalid_json', \(text), 'ada', 'text', \(text),
                \(Fixture.day("2026-01-31").microseconds), \(Fixture.day("2026-01-31").microseconds), 1);
            INSERT INTO \(schema)record_seals (kind, id, digest) VALUES ('tracking_failure', '\(id)', \(digest));
            """
    }

    private static func expectBounded(_ store: any LedgerStore, _ before: TrackingFailure) async throws {
        let kept = try #require(try await store.read { try $0.trackingFailure("tf_old") })
        #expect(kept.event.utf8.count == 16_384 && kept.detail.utf8.count == 1_024)
        #expect(kept.whole == WholeEvent(before.event) && kept.whole?.byteCount == 1_000_000)
        let findings = try await DamageScene.engine(store).verify().findings
        #expect(findings.map(\.record) == ["tf_edited"], "one that was edited before is still found")
    }

    @Test("On SQLite, what was kept too long of events is cut, with its digest, and verifies")
    func sqliteFailures() async throws {
        let path = StoreKind.temporaryPath()
        let store = try SQLiteLedgerStore(path: path)
        try await DamageScene.fill(store)
        try await store.close()
        let (before, digest) = EarlierDatabaseTests.sealedBefore("tf_old")
        let columns = ["event_bytes", "event_digest", "action", "sender"]
        let other = String(repeating: "00", count: 32)
        _ = try SQLiteShell.run(
            """
            DROP INDEX tracking_failures_open_account; DROP INDEX tracking_failures_open_sender;
            DROP INDEX tracking_failures_attempt;
            \(columns.map { "ALTER TABLE tracking_failures DROP COLUMN \($0);" }.joined())
            DELETE FROM grdb_migrations WHERE identifier = '0013-failure-bounds';
            \(EarlierDatabaseTests.insertion("tf_old", schema: "", digest: "x'\(digest)'"))
            \(EarlierDatabaseTests.insertion("tf_edited", schema: "", digest: "x'\(other)'"))
            """, in: path)
        let opened = try SQLiteLedgerStore(path: path)
        try await EarlierDatabaseTests.expectBounded(opened, before)
        try await opened.close()
    }

    @Test("On PostgreSQL, what was kept too long of events is cut, with its digest, and verifies")
    func postgresFailures() async throws {
        let name = try await PostgresDatabases.shared.make()
        let cluster = try PostgresCluster.shared.get()
        let address = cluster.address(of: name)
        let store = try await PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1)
        try await DamageScene.fill(store)
        try await store.close()
        let (before, digest) = EarlierDatabaseTests.sealedBefore("tf_old")
        let columns = ["event_bytes", "event_digest", "action", "sender"]
        let other = String(repeating: "00", count: 32)
        _ = try cluster.run(
            sql: """
                DROP INDEX scrip.tracking_failures_attempt;
                \(columns.map { "ALTER TABLE scrip.tracking_failures DROP COLUMN \($0) CASCADE;" }.joined())
                DROP INDEX IF EXISTS scrip.tracking_failures_open_account, scrip.tracking_failures_open_sender;
                DELETE FROM scrip.migrations WHERE name = 'bounds of tracking failures';
                \(EarlierDatabaseTests.insertion("tf_old", schema: "scrip.", digest: "'\\x\(digest)'"))
                \(EarlierDatabaseTests.insertion("tf_edited", schema: "scrip.", digest: "'\\x\(other)'"))
                """, in: name)
        #expect(try await PostgresMigrations(address: address).apply().map(\.name) == ["bounds of tracking failures"])
        let opened = try await PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1)
        try await EarlierDatabaseTests.expectBounded(opened, before)
        try await opened.close()
    }
}
