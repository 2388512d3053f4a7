import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    /// How many entries are looked at in one go.
    private static let stride: Int64 = 64

    func entry(_ seq: Int64, of account: AccountID) throws -> SealedEntry? {
        try lines(of: account, from: seq, through: seq).first.map { try entry(at: $0) }
    }

    func latestEntry(about subject: Int64, of account: AccountID) throws -> SealedEntry? {
        let found = try row(
            "SELECT seq FROM entry_subjects WHERE account_id = ? AND subject = ?", [account.rawValue, subject]
        )
        return try found.flatMap { try entry(try $0[0], of: account) }
    }

    func entries(of account: AccountID, after seq: Int64, limit: Int) throws -> [SealedEntry] {
        guard (0..<Int64.max).contains(seq), limit > 0 else { return [] }
        return try lines(of: account, from: seq + 1, through: seq.addingClamped(Int64(limit)))
            .map { try entry(at: $0) }
    }

    func journals(_ body: (AccountID, Int64) throws -> Void) throws {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT account_id, max(seq) FROM entries GROUP BY account_id ORDER BY account_id"
        )
        while let row = try rows.nextLedgerRow() { try body(AccountID(unchecked: try row[0]), try row[1]) }
    }

    func page(_ query: EntryQuery) throws -> EntryPage {
        var page = EntryPage()
        let latest = try latestEntries(of: query.account)
        guard let range = query.range(upTo: try lastSeq(of: query.account, latest: latest)) else { return page }
        var last = range.upperBound
        while last >= range.lowerBound {
            let first = max(range.lowerBound, last - LedgerReader.stride + 1)
            for line in try lines(of: query.account, from: first, through: last).reversed() {
                let sealed = try entry(at: line)
                if query.matches(sealed.entry) { page.lines.append(sealed) }
                if page.lines.count >= query.limit {
                    page.next = query.continuation(below: line.seq)
                    return page
                }
                // An entry never counts later than its writing by more than clocks may differ: nothing older matches.
                if let from = query.from, sealed.entry.recordedAt.adding(seconds: Limits.futureSeconds) < from {
                    return page
                }
            }
            last = first - 1
        }
        page.next = query.continuation(below: range.lowerBound)
        return page
    }

    private func lastSeq(of account: AccountID, latest: [EntryPlace]) throws -> Int64 {
        if let last = latest.last { return last.seq }
        return try row("SELECT seq FROM accounts WHERE account_id = ?", [account.rawValue]).map { try $0[0] } ?? 0
    }

    func entry(for key: IdempotencyKey, of account: AccountID) throws -> SealedEntry? {
        if let found = try entry(for: key, under: KeyDigest(key, of: account), of: account) { return found }
        if !key.owner.isUser { return nil }
        let earlier = IdempotencyKey(unchecked: key.earlierName, owner: .unstated)
        return try entry(for: key, under: KeyDigest(earlier, of: account), of: account)
    }

    private func entry(
        for key: IdempotencyKey, under digest: KeyDigest, of account: AccountID
    ) throws -> SealedEntry? {
        for position in try positions(of: digest) {
            let place = try row(
                "SELECT seq FROM entries WHERE position = ? AND account_id = ?", [position, account.rawValue]
            )
            guard let place else { continue }
            let found = try entry(at: EntryPlace(seq: try place[0], position: position))
            if found.entry.carries(key) { return found }
        }
        return nil
    }
}
