import Foundation
import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

/// A value that was changed by SQL is found in whatever table and column it stands. The tables are those that the
/// database has, so that a new one is covered, too.
@Suite("Edited columns", .serialized, .heavy, .timeLimit(.minutes(15)))
struct EditedColumnTests {
    /// What decides nothing that an engine answers, and why.
    private static let exempt: Set<String> = [
        // Whose turn a job is; a turn that is done twice changes nothing.
        "jobs",
        // Which steps were taken is compared when the database is opened.
        "migrations", "grdb_migrations", "sqlite_sequence",
        // Who was refused what; it is shown and decides nothing.
        "denials",
        // Requests of SQL that wait; whoever may write them may change them.
        "inbox", "everything",
        // By which an attempt knows its own lines again, and in which order things are listed.
        "entries.batch", "accounts.batch", "price_books.number", "tracking_failures.number",
        // What instances tell each other with; one that reads it wrongly looks for itself.
        "notice_key",
        // Names of rows that nothing refers to.
        "accounts.row_id", "segments.row_id",
    ]

    /// A database with a way to run SQL in it.
    private struct Place {
        var open: () async throws -> any LedgerStore
        var sql: (String) throws -> String
        var columns: String
    }

    private static func sqlite() async throws -> Place {
        let path = StoreKind.temporaryPath()
        let store = try SQLiteLedgerStore(path: path, window: 7)
        try await DamageScene.fill(store)
        try await store.close()
        return Place(
            open: { try SQLiteLedgerStore(path: path, window: 7) },
            sql: { try SQLiteShell.run($0, in: path) },
            columns: """
                SELECT m.name || '.' || c.name || ' ' || lower(c.type) FROM sqlite_master m, pragma_table_info(m.name) c
                WHERE m.type = 'table' ORDER BY m.name, c.cid;
                """)
    }

    private static func postgres() async throws -> Place {
        let name = try await PostgresDatabases.shared.make()
        let cluster = try PostgresCluster.shared.get()
        let open = { @Sendable in
            try await PostgresLedgerStore(address: cluster.address(of: name), laneCount: 1, readerCount: 1)
        }
        let store = try await open()
        try await DamageScene.fill(store)
        try await store.close()
        return Place(
            open: { try await open() },
            sql: { sql in
                try cluster.run(
                    sql: "SET session_replication_role = replica; SET search_path = scrip; \(sql)", in: name)
            },
            columns: """
                SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, NULL)
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                WHERE c.relnamespace = 'scrip'::regnamespace AND c.relkind = 'r' ORDER BY c.relname, a.attnum;
                """)
    }

    @Test("An edited value is found in every table", arguments: [StoreKind.sqlite, .postgres])
    func edits(kind: StoreKind) async throws {
        let place = try await kind == .sqlite ? EditedColumnTests.sqlite() : EditedColumnTests.postgres()
        let columns = try place.sql(place.columns).split(separator: "\n").map(String.init)
        #expect(columns.count > 60)
        var missed: [String] = []
        for column in columns {
            let words = column.split(separator: " ", maxSplits: 1).map(String.init)
            let (table, name) = (String(words[0].prefix { $0 != "." }), String(words[0].drop { $0 != "." }.dropFirst()))
            if EditedColumnTests.exempt.contains(table) || EditedColumnTests.exempt.contains(words[0]) { continue }
            if try place.sql("SELECT count(*) FROM \(table) WHERE \(name) IS NOT NULL;").hasPrefix("0") { continue }
            let rows = "FROM \(table) WHERE \(name) IS NOT NULL"
            let change = EditedColumnTests.change(name, words[1], kind)
            // The database goes back to what it was by the copies of the tables.
            _ = try place.sql("CREATE TABLE copy_of_it AS SELECT * FROM \(table);")
            let key = "(SELECT \(name) \(rows) ORDER BY CAST(\(name) AS text) DESC LIMIT 1)"
            do {
                _ = try place.sql("UPDATE \(table) SET \(name) = \(change) WHERE \(name) = \(key);")
            } catch {
                // A value that the schema itself refuses cannot be put there.
                _ = try place.sql("DROP TABLE copy_of_it;")
                continue
            }
            if try await EditedColumnTests.isClean(place) { missed.append(words[0]) }
            _ = try place.sql(
                "DELETE FROM \(table); INSERT INTO \(table) SELECT * FROM copy_of_it; DROP TABLE copy_of_it;")
        }
        #expect(missed == [], "\(kind)")
        #expect(try await EditedColumnTests.isClean(place), "everything is as it was")
    }

    private static func change(_ name: String, _ type: String, _ kind: StoreKind) -> String {
        switch type {
        case "integer", "bigint", "numeric": "\(name) + 1"
        case "boolean": "NOT \(name)"
        case "bytea": "set_byte(\(name), 0, (get_byte(\(name), 0) + 1) % 256)"
        case "blob": "CAST('x' || substr(CAST(\(name) AS TEXT), 2) AS BLOB)"
        case "text": "\(name) || 'x'"
        default: name
        }
    }

    private static func isClean(_ place: Place) async throws -> Bool {
        guard let store = try? await place.open() else { return false }
        var isClean = false
        if let engine = try? await DamageScene.engine(store) {
            isClean = try await engine.verify().isClean
        }
        try? await store.close()
        return isClean
    }
}
