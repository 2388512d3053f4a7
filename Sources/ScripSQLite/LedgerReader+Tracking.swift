import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    func trackingFailures(_ query: TrackingFailureQuery) throws -> [TrackingFailure] {
        var conditions = ["number < ?"]
        var arguments: StatementArguments = [query.before ?? Int64.max]
        for (column, word) in [
            ("status", query.status?.rawValue), ("reason", query.reason), ("account_id", query.account),
        ] {
            guard let word else { continue }
            conditions.append("\(column) = ?")
            arguments += [word]
        }
        arguments += [query.limit]
        let sql = """
            SELECT * FROM tracking_failures WHERE \(conditions.joined(separator: " AND ")) ORDER BY number DESC LIMIT ?
            """
        return try rows(sql, arguments).map { try LedgerReader.trackingFailure($0) }
    }

    func trackingFailures(after number: Int64, limit: Int) throws -> [TrackingFailure] {
        try rows("SELECT * FROM tracking_failures WHERE number > ? ORDER BY number LIMIT ?", [number, limit])
            .map { try LedgerReader.trackingFailure($0) }
    }

    func trackingFailures(withIDs ids: Set<String>) throws -> [TrackingFailure] {
        try ids.sorted().compactMap { id in
            try row("SELECT * FROM tracking_failures WHERE id = ?", [id]).map { try LedgerReader.trackingFailure($0) }
        }
    }

    func openTrackingFailureCount(limit: Int) throws -> Int {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM tracking_failures WHERE status = 'open' LIMIT ?)"
        return try row(sql, [limit]).map { try $0[0] } ?? 0
    }

    private static func trackingFailure(_ row: LedgerRow) throws -> TrackingFailure {
        guard let status = TrackingFailure.Status(rawValue: try row["status"]),
            let format = TrackingFailure.Format(rawValue: try row["format"])
        else { throw StoreError(.damaged, "A tracking failure is damaged.") }
        var failure = TrackingFailure(
            id: try row["id"], reason: try row["reason"], detail: try row["detail"], eventID: try row["event_id"],
            account: try row["account_id"], format: format, event: try row["event"], entry: try row["entry"],
            at: Timestamp(microseconds: try row["received_at"])
        )
        failure.number = try row["number"]
        failure.status = status
        failure.lastAttemptAt = Timestamp(microseconds: try row["last_attempt_at"])
        failure.attempts = try row["attempts"]
        return failure
    }
}

extension LedgerWriter {
    func save(_ failure: TrackingFailure) throws {
        try execute(
            """
            INSERT INTO tracking_failures (id, status, reason, detail, event_id, account_id, format, event, entry,
                received_at, last_attempt_at, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET status = excluded.status, reason = excluded.reason,
                detail = excluded.detail, event_id = excluded.event_id, account_id = excluded.account_id,
                format = excluded.format, event = excluded.event, entry = excluded.entry,
                last_attempt_at = excluded.last_attempt_at, attempts = excluded.attempts
            """,
            [
                failure.id, failure.status.rawValue, failure.reason, failure.detail, failure.eventID, failure.account,
                failure.format.rawValue, failure.event, failure.entry, failure.receivedAt.microseconds,
                failure.lastAttemptAt.microseconds, failure.attempts,
            ]
        )
        try keepSeal(.trackingFailure, failure.id)
    }
}
