import Foundation
import GRDB
import ScripCore
import ScripEngine

/// Tables that find entries again, compared with the entries.
extension LedgerReader {
    /// Every key of the entries that are flushed is in the index, nothing else is, and none stands twice.
    func checkKeys(_ report: Report) throws {
        let missing = try Row.fetchCursor(
            database,
            sql: """
                SELECT position FROM entries e WHERE key_hash IS NOT NULL AND position <= (SELECT position FROM settled)
                AND NOT EXISTS (
                    SELECT 1 FROM entry_keys k WHERE k.key_hash = e.key_hash AND k.position = e.position)
                """)
        while let row = try missing.nextLedgerRow() {
            let position: Int64 = try row[0]
            report(
                LedgerReader.finding(
                    "entry_keys", "place \(position)",
                    "the line's idempotency key is not in the index: a request that comes again would count again"))
        }
        let strays = try Row.fetchCursor(
            database,
            sql: """
                SELECT position FROM entry_keys k
                WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.position = k.position AND e.key_hash = k.key_hash)
                """)
        while let row = try strays.nextLedgerRow() {
            let position: Int64 = try row[0]
            report(LedgerReader.finding("entry_keys", "place \(position)", "the index has a key that no line has"))
        }
        let doubles = try Row.fetchCursor(
            database,
            sql: """
                SELECT key_hash FROM entries WHERE key_hash IS NOT NULL GROUP BY key_hash HAVING count(*) > 1
                """)
        while let row = try doubles.nextLedgerRow() { try checkDouble(try row[0], report) }
    }

    private func checkDouble(_ digest: Int64, _ report: Report) throws {
        var seen: [AccountKey: Int64] = [:]
        let rows = try rows("SELECT account_id, seq, body FROM entries WHERE key_hash = ? ORDER BY position", [digest])
        for row in rows {
            let (id, seq): (String, Int64) = (try row[0], try row[1])
            let account = AccountID(unchecked: id)
            guard let key = (try? EntryCoding.decode([UInt8](try row[2] as Data)))?.idempotencyKey else { continue }
            let place = AccountKey(account: account, key: key)
            if let first = seen[place] {
                report(
                    LedgerReader.finding(
                        "entries", "\(id) line \(seq)", "it has the same idempotency key as line \(first)"))
            }
            seen[place] = seen[place] ?? seq
        }
    }

    /// No entry of a journal stands twice.
    func checkDoubles(_ report: Report) throws {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT account_id, seq FROM entries GROUP BY account_id, seq HAVING count(*) > 1 LIMIT 200")
        while let row = try rows.nextLedgerRow() {
            let (id, seq): (String, Int64) = (try row[0], try row[1])
            report(LedgerReader.finding("entries", "\(id) line \(seq)", "it stands more than once"))
        }
    }

    /// Every row leads to an entry that is about what the row says.
    func checkSubjects(_ report: Report) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT account_id, subject, seq FROM entry_subjects")
        while let row = try rows.nextLedgerRow() {
            let (id, subject, seq): (String, Int64, Int64) = (try row[0], try row[1], try row[2])
            do {
                let found = try entry(seq, of: AccountID(unchecked: id))
                if found?.entry.subject == subject { continue }
                report(
                    LedgerReader.finding("entry_subjects", "\(id) line \(seq)", "the line is not about line \(subject)")
                )
            } catch let problem where LedgerReader.isDamage(problem) {
                report(LedgerReader.finding("entry_subjects", "\(id) line \(seq)", "\(problem)"))
            }
        }
    }

    func checkFlushed(_ report: Report) throws {
        let horizon = try Horizon(database)
        let rows = try row("SELECT count(*) FROM settled", []).map { try $0[0] as Int64 }
        if rows != 1 || horizon.flushed < 0 || horizon.flushed > horizon.top {
            report(LedgerReader.finding("settled", nil, "it says that more lines are indexed than there are"))
        }
        let behind = try row(
            """
            SELECT account_id FROM accounts a WHERE EXISTS (
                SELECT 1 FROM segments s WHERE s.account_id = a.account_id AND s.last_seq > a.seq)
            """, [])
        if let behind { report(LedgerReader.finding("accounts", try behind[0], "its row is older than its snapshots")) }
    }

    func checkJobs(_ report: Report) throws {
        for row in try rows("SELECT name, last_turn, holder, held_until FROM jobs", []) {
            let (name, turn): (String, Int64?) = (try row[0], try row[1])
            let (holder, until): (String?, Int64?) = (try row[2], try row[3])
            if turn ?? 0 < 0 || (holder == nil) != (until == nil) {
                report(LedgerReader.finding("jobs", name, "it does not say who does it and until when"))
            }
        }
    }
}
