import ScripCore
import ScripEngine

extension PostgresReader {
    func entry(_ seq: Int64, of account: AccountID) throws -> SealedEntry? {
        let rows = try transaction.ask(
            "SELECT body, hash, seq FROM scrip.entries WHERE account_id = $1 AND seq = $2", .text(account.rawValue),
            .integer(seq)
        )
        return try rows.indices.first.map { try PostgresReader.entry(rows, $0) }
    }

    func latestEntry(about subject: Int64, of account: AccountID) throws -> SealedEntry? {
        let rows = try transaction.ask(
            """
            SELECT body, hash, seq FROM scrip.entries WHERE account_id = $1 AND subject = $2 ORDER BY seq DESC LIMIT 1
            """,
            .text(account.rawValue), .integer(subject)
        )
        return try rows.indices.first.map { try PostgresReader.entry(rows, $0) }
    }

    func entries(of account: AccountID, after seq: Int64, limit: Int) throws -> [SealedEntry] {
        if limit <= 0 { return [] }
        let rows = try transaction.ask(
            "SELECT body, hash, seq FROM scrip.entries WHERE account_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            .text(account.rawValue), .integer(seq), .integer(Int64(limit))
        )
        return try rows.indices.map { try PostgresReader.entry(rows, $0) }
    }

    func journals(_ body: (AccountID, Int64) throws -> Void) throws {
        // From account to account in the index: what lies between is not read.
        let (sql, limit) = (
            """
            WITH RECURSIVE found (account_id) AS (
                (SELECT account_id FROM scrip.entries WHERE account_id > $1 ORDER BY account_id LIMIT 1)
                UNION ALL
                SELECT next.account_id FROM found CROSS JOIN LATERAL (
                    SELECT account_id FROM scrip.entries WHERE account_id > found.account_id
                    ORDER BY account_id LIMIT 1
                ) AS next
            )
            SELECT account_id, (SELECT max(seq) FROM scrip.entries WHERE account_id = page.account_id)
            FROM (SELECT account_id FROM found LIMIT $2) AS page
            """, 500
        )
        var last = ""
        while true {
            let rows = try transaction.ask(sql, .text(last), .integer(Int64(limit)))
            for row in rows.indices {
                last = rows.text(row, 0)
                try body(AccountID(unchecked: last), try rows.integer(row, 1))
            }
            if rows.count < limit { return }
        }
    }

    func page(_ query: EntryQuery) throws -> EntryPage {
        var page = EntryPage()
        var query = query
        let last = try ends(of: &query)
        guard let range = query.range(upTo: last) else { return page }
        var parameters: [Parameter] = [
            .text(query.account.rawValue), .integer(Int64(query.limit)), .integer(range.lowerBound),
            .integer(range.upperBound),
        ]
        var conditions = ["account_id = $1", "seq BETWEEN $3 AND $4"]
        func require(_ condition: (String) -> String, _ parameter: Parameter) {
            parameters.append(parameter)
            conditions.append(condition("$\(parameters.count)"))
        }
        if !query.kinds.isEmpty {
            require({ "kind = ANY(\($0))" }, .texts(query.kinds.map(\.rawValue).sorted()))
        }
        if let action = query.action { require({ "action = \($0)" }, .text(action.rawValue)) }
        if let creditType = query.creditType { require({ "credit_type = \($0)" }, .text(creditType.rawValue)) }
        if let to = query.to { require({ "effective_at < \($0)" }, .integer(to.microseconds)) }
        if let from = query.from { require({ "effective_at >= \($0)" }, .integer(from.microseconds)) }
        let sql = """
            SELECT body, hash, seq FROM scrip.entries WHERE \(conditions.joined(separator: " AND "))
            ORDER BY seq DESC LIMIT $2
            """
        guard let rows = try transaction.ask([Statement(sql, parameters)]).first else { return page }
        page.lines = try rows.indices.map { try PostgresReader.entry(rows, $0) }
        let isFull = page.lines.count == query.limit
        page.next = query.continuation(below: isFull ? page.lines.last?.entry.seq ?? 1 : range.lowerBound)
        return page
    }

    /// The number of a journal's last entry. A query for entries from a moment on is told after which entry they stand:
    /// a entry never counts later than its writing by more than clocks may differ.
    private func ends(of query: inout EntryQuery) throws -> Int64 {
        let moment = query.from?.adding(seconds: -Limits.futureSeconds)
        let rows = try transaction.ask(
            """
            SELECT coalesce((SELECT seq FROM scrip.accounts WHERE account_id = $1), 0),
                coalesce((SELECT seq FROM scrip.snapshots WHERE account_id = $1 AND recorded_at < $2
                    ORDER BY recorded_at DESC, seq DESC LIMIT 1), 0)
            """,
            .text(query.account.rawValue), .integer(moment?.microseconds ?? .min))
        query.after = max(query.after ?? 0, try rows.integer(0, 1))
        return try rows.integer(0, 0)
    }

    /// The entry in a row that begins with body, digest and number.
    static func entry(_ rows: Rows, _ row: Int) throws -> SealedEntry {
        let seq = try rows.integer(row, 2)
        guard let digest = Digest(bytes: rows.bytes(row, 1)) else {
            throw ReplayMismatch(seq: seq, description: "the line's digest is damaged")
        }
        let body = rows.bytes(row, 0)
        let sealed = SealedEntry(entry: try EntryCoding.decode(body), encoded: body, digest: digest)
        if sealed.entry.seq != seq {
            throw ReplayMismatch(seq: seq, description: "expected line \(seq), found line \(sealed.entry.seq)")
        }
        return sealed
    }

    /// None: a look at it would cost a round trip, and notices tell of what has grown.
    func journalMark() throws -> Int64? { nil }
}
