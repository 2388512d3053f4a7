import Foundation
import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    func trackingFailures(_ query: TrackingFailureQuery, setAside: ((String) -> Void)?) throws -> [TrackingFailure] {
        var conditions = ["number < ?"]
        var arguments: StatementArguments = [query.before ?? Int64.max]
        for (column, word) in [
            ("status", query.status?.rawValue), ("reason", query.reason), ("account_id", query.account),
        ] {
            guard let word else { continue }
            conditions.append("\(column) = ?")
            arguments += [word]
        }
        let sql = """
            SELECT * FROM tracking_failures WHERE \(conditions.joined(separator: " AND ")) ORDER BY number DESC LIMIT ?
            """
        return try list(
            sql, arguments, limit: query.limit, setAside: setAside, name: { try $0["id"] },
            record: LedgerReader.trackingFailure)
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

    func openTrackingFailureCount(of party: FailureParty, limit: Int) throws -> Int {
        let (column, index, name) =
            switch party {
            case .account(let account): ("account_id", "tracking_failures_open_account", account)
            case .sender(let sender): ("sender", "tracking_failures_open_sender", sender)
            }
        // Without statistics SQLite takes the first index that has the status.
        let sql = """
            SELECT count(*) FROM (SELECT 1 FROM tracking_failures INDEXED BY \(index) WHERE \(column) = ? AND status = 'open'
            AND format <> 'entry' LIMIT ?)
            """
        return try row(sql, [name, limit]).map { try $0[0] } ?? 0
    }

    static func trackingFailure(_ row: LedgerRow) throws -> TrackingFailure {
        guard let status = TrackingFailure.Status(rawValue: try row["status"]),
            let format = TrackingFailure.Format(rawValue: try row["format"])
        else { throw StoreError(.damaged, "A tracking failure is damaged.") }
        var failure = TrackingFailure(
            id: try row["id"], reason: try row["reason"], detail: try row["detail"], eventID: try row["event_id"],
            account: try row["account_id"], format: format, event: try row["event"], whole: try whole(row),
            action: try row["action"], sender: try row["sender"], entry: try row["entry"],
            at: try row.time("received_at")
        )
        failure.number = try row["number"]
        failure.status = status
        failure.lastAttemptAt = try row.time("last_attempt_at")
        failure.attempts = try row["attempts"]
        return failure
    }

    private static func whole(_ row: LedgerRow) throws -> WholeEvent? {
        let byteCount: Int64? = try row["event_bytes"]
        let bytes: Data? = try row["event_digest"]
        if byteCount == nil && bytes == nil { return nil }
        guard let byteCount, let digest = bytes.flatMap({ Digest(bytes: $0) }) else {
            throw StoreError(.damaged, "A tracking failure is damaged.")
        }
        return WholeEvent(byteCount: byteCount, digest: digest)
    }
}

extension LedgerWriter {
    func save(_ failure: TrackingFailure) throws {
        try execute(
            """
            INSERT INTO tracking_failures (id, status, reason, detail, event_id, account_id, format, event, entry,
                received_at, last_attempt_at, attempts, event_bytes, event_digest, action, sender)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET status = excluded.status, reason = excluded.reason,
                detail = excluded.detail, event_id = excluded.event_id, account_id = excluded.account_id,
                format = excluded.format, event = excluded.event, entry = excluded.entry,
                event_bytes = excluded.event_bytes, event_digest = excluded.event_digest, action = excluded.action,
                sender = excluded.sender,
                last_attempt_at = excluded.last_attempt_at, attempts = excluded.attempts
            """,
            [
                failure.id, failure.status.rawValue, failure.reason, failure.detail, failure.eventID, failure.account,
                failure.format.rawValue, failure.event, failure.entry, failure.receivedAt.microseconds,
                failure.lastAttemptAt.microseconds, failure.attempts, failure.whole?.byteCount,
                failure.whole.map { Data($0.digest.bytes) }, failure.action, failure.sender,
            ]
        )
        try keepSeal(.trackingFailure, failure.id)
    }

    func removeTrackingFailures(closedBefore: Timestamp, openBefore: Timestamp, limit: Int) throws -> Int {
        let closed = try rows(
            """
            SELECT id FROM tracking_failures WHERE status IN ('resolved', 'dismissed') AND last_attempt_at < ? LIMIT ?
            """, [closedBefore.microseconds, limit])
        let open = try rows(
            """
            SELECT id FROM tracking_failures WHERE status = 'open' AND last_attempt_at < ? AND format <> 'entry' LIMIT ?
            """, [openBefore.microseconds, limit - closed.count])
        for row in closed + open {
            let id: String = try row[0]
            try execute("DELETE FROM tracking_failures WHERE id = ?", [id])
            try keepSeal(.trackingFailure, id)
        }
        return closed.count + open.count
    }
}
