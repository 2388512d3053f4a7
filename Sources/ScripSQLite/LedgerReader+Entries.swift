import Foundation
import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    func entry(_ seq: Int64, of account: AccountID) throws -> SealedEntry? {
        try row("SELECT body, hash FROM entries WHERE account_id = ? AND seq = ?", [account.rawValue, seq])
            .map { try LedgerReader.entry($0) }
    }

    func latestEntry(about subject: Int64, of account: AccountID) throws -> SealedEntry? {
        let found = try row(
            "SELECT seq FROM entry_subjects WHERE account_id = ? AND subject = ?", [account.rawValue, subject]
        )
        return try found.flatMap { try entry($0[0], of: account) }
    }

    func entries(of account: AccountID, after seq: Int64, limit: Int) throws -> [SealedEntry] {
        try rows(
            "SELECT body, hash FROM entries WHERE account_id = ? AND seq > ? ORDER BY seq LIMIT ?",
            [account.rawValue, seq, limit]
        ).map { try LedgerReader.entry($0) }
    }

    func entries(_ query: EntryQuery) throws -> [SealedEntry] {
        var found: [SealedEntry] = []
        let statement = try database.makeStatement(
            sql: "SELECT body, hash FROM entries WHERE account_id = ? AND seq < ? ORDER BY seq DESC"
        )
        let lines = try Row.fetchCursor(
            statement, arguments: [query.account.rawValue, query.before ?? Int64.max]
        )
        while found.count < query.limit, let row = try lines.next() {
            let line = try LedgerReader.entry(row)
            if query.matches(line.entry) { found.append(line) }
            // A line never counts later than its writing by more than clocks may differ, so nothing older matches.
            if let from = query.from, line.entry.recordedAt.adding(seconds: Limits.futureSeconds) < from { break }
        }
        return found
    }

    func entrySeq(for key: IdempotencyKey, of account: AccountID) throws -> Int64? {
        try row(
            "SELECT seq FROM entry_keys WHERE account_id = ? AND idempotency_key = ?",
            [account.rawValue, key.rawValue]
        ).map { $0[0] }
    }

    static func entry(_ row: Row) throws -> SealedEntry {
        let body = [UInt8](row[0] as Data)
        guard let hash = Hash(bytes: row[1] as Data) else { throw StoreError(.damaged, "A line's digest is damaged.") }
        return SealedEntry(entry: try EntryCoding.decode(body), encoded: body, hash: hash)
    }
}
