import Foundation
import GRDB
import ScripCore
import ScripEngine

/// What only this store knows of its file: SQLite's own checks, and tables that are made from the journals.
extension LedgerReader {
    typealias Report = (Verification.Finding) -> Void

    /// How many findings SQLite's own check gives at most.
    private static let maxProblems = 200

    private static var parts: [(table: String?, check: (LedgerReader) -> (Report) throws -> Void)] {
        [
            (nil, LedgerReader.checkPages), (nil, LedgerReader.checkSchema),
            ("accounts", LedgerReader.checkAccountRows), ("entries", LedgerReader.checkEntries),
            ("entry_keys", LedgerReader.checkKeys), ("entry_subjects", LedgerReader.checkSubjects),
            ("entries", LedgerReader.checkDoubles), ("segments", LedgerReader.checkStrays),
            ("settled", LedgerReader.checkFlushed),
            ("jobs", LedgerReader.checkJobs),
        ]
    }

    var examinationCount: Int { LedgerReader.parts.count }

    /// One part of the examination. What cannot be read is told of.
    func examine(_ part: Int, _ report: Report) throws {
        let (table, check) = LedgerReader.parts[part]
        do {
            try check(self)(report)
        } catch let problem where LedgerReader.isDamage(problem) {
            report(LedgerReader.finding(table, nil, "it cannot be read: \(problem)"))
        }
    }

    static func finding(_ table: String?, _ record: String?, _ description: String) -> Verification.Finding {
        Verification.Finding(
            table: table, record: record, description: description,
            remedy: "restore the file from a backup; see docs/verify.md")
    }

    /// Pages, indexes, kinds of values and references, as SQLite itself checks them.
    private func checkPages(_ report: Report) throws {
        let problems = try Row.fetchCursor(database, sql: "PRAGMA integrity_check(\(LedgerReader.maxProblems))")
        while let row = try problems.nextLedgerRow() {
            let problem: String = try row[0]
            if problem != "ok" { report(LedgerReader.finding(nil, nil, "SQLite says: \(problem)")) }
        }
        let strays = try Row.fetchCursor(database, sql: "PRAGMA foreign_key_check")
        while let row = try strays.nextLedgerRow() {
            let (table, number): (String, Int64?) = (try row[0], try row[1])
            report(LedgerReader.finding(table, number.map { "row \($0)" }, "it refers to something that is not there"))
        }
    }

    /// The schema must be the one that the steps make.
    private func checkSchema(_ report: Report) throws {
        let sql = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
        func objects(_ database: Database) throws -> [String: String] {
            var objects: [String: String] = [:]
            let rows = try Row.fetchCursor(database, sql: sql)
            while let row = try rows.nextLedgerRow() {
                let (type, name, table, text): (String, String, String, String?) =
                    (try row[0], try row[1], try row[2], try row[3])
                objects["\(type) \(name)"] = "\(table) \(text ?? "")"
            }
            return objects
        }
        let fresh = try DatabaseQueue()
        try Migrations.run(on: fresh)
        let (wanted, kept) = (try fresh.read(objects), try objects(database))
        for (name, text) in wanted.sorted(by: { $0.key < $1.key }) where kept[name] != text {
            report(LedgerReader.finding(nil, name, "the schema has it otherwise, or not at all"))
        }
        for name in kept.keys.sorted() where name.hasPrefix("trigger ") && wanted[name] == nil {
            report(LedgerReader.finding(nil, name, "the schema has a trigger that Scrip did not make"))
        }
    }

    func checkAccountRows(_ report: Report) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT account_id, seq, due_at, tail, state FROM accounts")
        while let row = try rows.nextLedgerRow() {
            let id: String = try row[0]
            do {
                let (seq, due): (Int64, Int64?) = (try row[1], try row[2])
                let state = try StateCoding.decode([UInt8](try row[4] as Data), id: AccountID(unchecked: id))
                if state.seq != seq {
                    report(LedgerReader.finding("accounts", id, "the number of its last line is wrong"))
                }
                if state.nextEventTime?.microseconds != due {
                    report(LedgerReader.finding("accounts", id, "'due_at' is not when time changes it next"))
                }
                for line in try LedgerReader.lines(
                    at: try PositionList.decode([UInt8](try row[3] as Data)), through: seq)
                {
                    try requireLine(line, of: id)
                }
            } catch let problem where LedgerReader.isDamage(problem) {
                report(LedgerReader.finding("accounts", id, "\(problem)"))
            }
        }
    }

    private func requireLine(_ line: EntryPlace, of account: String) throws {
        let found = try row(
            "SELECT 1 FROM entries WHERE position = ? AND account_id = ? AND seq = ?",
            [line.position, account, line.seq])
        if found == nil { throw StoreError(.damaged, "line \(line.seq) is not at place \(line.position)") }
    }

    private func checkEntries(_ report: Report) throws {
        let sql = "SELECT position, account_id, seq, key_hash, body FROM entries ORDER BY position"
        let rows = try Row.fetchCursor(database, sql: sql)
        var previous: Int64 = 0
        while let row = try rows.nextLedgerRow() {
            let position: Int64 = try row[0]
            let place = "place \(position)"
            do {
                let (id, seq, digest): (String, Int64, Int64?) = (try row[1], try row[2], try row[3])
                let entry = try EntryCoding.decode([UInt8](try row[4] as Data))
                if entry.seq != seq { report(LedgerReader.finding("entries", place, "the line's number is wrong")) }
                let wanted = entry.idempotencyKey.map { KeyDigest($0, of: AccountID(unchecked: id)).bits }
                if digest != wanted {
                    report(
                        LedgerReader.finding("entries", place, "what the line's idempotency key is found by is wrong"))
                }
                if position != previous + 1 {
                    report(LedgerReader.finding("entries", place, "lines before it are missing"))
                }
            } catch let problem where LedgerReader.isDamage(problem) {
                report(LedgerReader.finding("entries", place, "\(problem)"))
            }
            previous = position
            if previous == .max { return }
        }
    }

    private func checkStrays(_ report: Report) throws {
        for (table, name) in [
            ("segments", "snapshot"), ("usage_totals", "usage total"), ("usage_hours", "usage total"),
            ("entry_subjects", "line"),
        ] {
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT DISTINCT account_id FROM \(table) s
                    WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.account_id = s.account_id)
                    """)
            while let row = try rows.nextLedgerRow() {
                report(LedgerReader.finding(table, try row[0], "there is a \(name) of an account that is missing"))
            }
        }
        let segments = try Row.fetchCursor(database, sql: "SELECT account_id, last_seq, positions FROM segments")
        while let row = try segments.nextLedgerRow() {
            let (id, seq): (String, Int64) = (try row[0], try row[1])
            do {
                for line in try LedgerReader.lines(
                    at: try PositionList.decode([UInt8](try row[2] as Data)), through: seq)
                {
                    try requireLine(line, of: id)
                }
            } catch let problem where LedgerReader.isDamage(problem) {
                report(LedgerReader.finding("segments", "\(id) line \(seq)", "\(problem)"))
            }
        }
    }

    static func isDamage(_ error: any Error) -> Bool {
        (StoreError.translating(error) as? StoreError)?.code == .damaged
    }
}
