import GRDB
import GRDBSQLite
import Testing

@testable import ScripSQLite

/// What is written for every line is bound by hand: nothing may be written that was not bound.
@Suite(.timeLimit(.minutes(15))) struct HotStatementTests {
    @Test func `a value that cannot be bound is an error and no NULL`() throws {
        let queue = try DatabaseQueue()
        try queue.write { database in
            try database.execute(sql: "CREATE TABLE kept (number INTEGER, text TEXT, bytes BLOB)")
            let statement = try HotStatement("INSERT INTO kept VALUES (?, ?, ?)", in: database)
            statement.begin()
            #expect(throws: DatabaseError.self) { try statement.bind(Int64(1), at: 4) }
            #expect(throws: DatabaseError.self) { try statement.bind("one", at: 0) }
            #expect(throws: DatabaseError.self) { try statement.bind([1], at: 4) }
            #expect(throws: DatabaseError.self) { try statement.bind([], at: 4) }
            // SQLite's limit is a thousand million bytes; here it is lower.
            sqlite3_limit(database.sqliteConnection, SQLITE_LIMIT_LENGTH, 1_000)
            let long = String(repeating: "x", count: 2_000)
            #expect(throws: DatabaseError.self) { try statement.bind(long, at: 2) }
            #expect(throws: DatabaseError.self) { try statement.bind(Array(long.utf8), at: 3) }
        }
    }

    @Test func `an empty text stays a text, and no bytes stay bytes`() throws {
        let queue = try DatabaseQueue()
        try queue.write { database in
            try database.execute(sql: "CREATE TABLE kept (text TEXT, bytes BLOB)")
            let statement = try HotStatement("INSERT INTO kept VALUES (?, ?)", in: database)
            statement.begin()
            try statement.bind("", at: 1)
            try statement.bind([], at: 2)
            _ = try statement.step()
            let types = try Row.fetchOne(database, sql: "SELECT typeof(text), typeof(bytes) FROM kept")
            #expect(types?[0] == "text" && types?[1] == "blob")
        }
    }
}
