import Foundation
import GRDBSQLite
import ScripTesting

/// What a careful team writes by hand over SQLite: one transaction for each batch, a conditional update of the balance
/// and an event with a unique random key, with statements prepared once. No rules, no journal, no digests.
struct HandWritten {
    private static let accounts = 10_000

    private let database: OpaquePointer
    private let path: String
    private let take: OpaquePointer
    private let note: OpaquePointer

    struct Failure: Error {
        var message: String
    }

    init() throws {
        path = TemporaryFolder.newFile()
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw Failure(message: "cannot open") }
        database = opened
        try HandWritten.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
            CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
            CREATE TABLE events (id INTEGER PRIMARY KEY, account INTEGER, amount INTEGER, key BLOB UNIQUE, body TEXT);
            """, on: opened)
        try HandWritten.execute("BEGIN", on: opened)
        for id in 0..<HandWritten.accounts {
            try HandWritten.execute("INSERT INTO accounts VALUES (\(id), 1000000000000)", on: opened)
        }
        try HandWritten.execute("COMMIT", on: opened)
        take = try HandWritten.prepare(
            "UPDATE accounts SET balance = balance - ?1 WHERE id = ?2 AND balance >= ?1", on: opened)
        note = try HandWritten.prepare(
            "INSERT INTO events (account, amount, key, body) VALUES (?2, ?1, ?3, '{\"action\":\"chat\"}')", on: opened)
    }

    private static func execute(_ sql: String, on database: OpaquePointer) throws {
        if sqlite3_exec(database, sql, nil, nil, nil) != SQLITE_OK { throw Failure(message: sql) }
    }

    private static func prepare(_ sql: String, on database: OpaquePointer) throws -> OpaquePointer {
        var statement: OpaquePointer?
        sqlite3_prepare_v2(database, sql, -1, &statement, nil)
        guard let statement else { throw Failure(message: sql) }
        return statement
    }

    func charge(batch: Int) throws {
        try HandWritten.execute("BEGIN IMMEDIATE", on: database)
        for _ in 0..<batch {
            let account = Int64.random(in: 0..<Int64(HandWritten.accounts))
            for statement in [take, note] {
                sqlite3_bind_int64(statement, 1, 1_000)
                sqlite3_bind_int64(statement, 2, account)
            }
            var key = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))
            withUnsafeBytes(of: &key) { _ = sqlite3_bind_blob(note, 3, $0.baseAddress, 16, nil) }
            for statement in [take, note] {
                if sqlite3_step(statement) != SQLITE_DONE { throw Failure(message: "step") }
                sqlite3_reset(statement)
            }
        }
        try HandWritten.execute("COMMIT", on: database)
    }

    func end() {
        sqlite3_finalize(take)
        sqlite3_finalize(note)
        sqlite3_close(database)
        try? FileManager.default.removeItem(atPath: path)
    }

    private func rate(batch: Int, count: Int) throws -> Int {
        let elapsed = try ContinuousClock().measure {
            for _ in 0..<(count / batch) { try charge(batch: batch) }
        }
        return Benchmarks.perSecond(count, elapsed)
    }

    static func measure(batch: Int) throws {
        let hand = try HandWritten()
        let rate = try hand.rate(batch: batch, count: batch == 1 ? 10_000 : 100_000)
        print("hand-written SQLite, batches of \(batch), 10000 accounts: \(rate) per second")
        hand.end()
    }

    static func measureGrown(batch: Int, lines: Int) throws {
        let hand = try HandWritten()
        let empty = try hand.rate(batch: batch, count: 100_000)
        for _ in 0..<(lines / 10_000) { try hand.charge(batch: 10_000) }
        let rates = try (0..<3).map { _ in try hand.rate(batch: batch, count: 100_000) }.sorted()
        print("hand-written SQLite, batches of \(batch): empty \(empty), 5 million events \(rates[1]) per second")
        print("ratio grown to empty: \(rates[1] * 100 / empty) %")
        hand.end()
    }
}
