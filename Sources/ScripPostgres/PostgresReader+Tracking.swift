import ScripCore
import ScripEngine

extension PostgresReader {
    private static let failureColumns = """
        id, number, status, reason, detail, event_id, account_id, format, event, entry, received_at, last_attempt_at,
        attempts, event_bytes, event_digest, action, sender
        """

    func trackingFailures(_ query: TrackingFailureQuery, setAside: ((String) -> Void)?) throws -> [TrackingFailure] {
        var parameters: [Parameter] = []
        var conditions: [String] = []
        func require(_ comparison: String, _ parameter: Parameter) {
            parameters.append(parameter)
            conditions.append("\(comparison) $\(parameters.count + 1)")
        }
        require("number <", .integer(query.before ?? .max))
        if let status = query.status { require("status =", .text(status.rawValue)) }
        if let reason = query.reason { require("reason =", .text(reason)) }
        if let account = query.account { require("account_id =", .text(account)) }
        let condition = conditions.joined(separator: " AND ")
        return try list(
            limit: query.limit, setAside: setAside,
            statement: { offset in
                """
                SELECT \(PostgresReader.failureColumns) FROM scrip.tracking_failures
                WHERE \(condition) ORDER BY number DESC LIMIT $1\(offset)
                """
            }, parameters, name: { $0.text($1, 0) }, record: PostgresReader.failure)
    }

    func trackingFailures(after number: Int64, limit: Int) throws -> [TrackingFailure] {
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.failureColumns) FROM scrip.tracking_failures WHERE number > $1
            ORDER BY number LIMIT $2
            """,
            .integer(number), .integer(Int64(limit)))
        return try rows.indices.map { try PostgresReader.failure(rows, $0) }
    }

    /// In order of ids, so that two instances that lock them never wait for each other.
    func trackingFailures(withIDs ids: Set<String>, lock: String) throws -> [TrackingFailure] {
        if ids.isEmpty { return [] }
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.failureColumns) FROM scrip.tracking_failures WHERE id = ANY($1)
            ORDER BY id \(lock)
            """,
            .texts(Array(ids)))
        return try rows.indices.map { try PostgresReader.failure(rows, $0) }
    }

    func openTrackingFailureCount(limit: Int) throws -> Int {
        let rows = try transaction.ask(
            """
            SELECT count(*) FROM (SELECT 1 FROM scrip.tracking_failures WHERE status = 'open' LIMIT $1) AS waiting
            """,
            .integer(Int64(limit)))
        return Int(try rows.integer(0, 0))
    }

    func openTrackingFailureCount(of party: FailureParty, limit: Int) throws -> Int {
        let (column, name) =
            switch party {
            case .account(let account): ("account_id", account)
            case .sender(let sender): ("sender", sender)
            }
        let rows = try transaction.ask(
            """
            SELECT count(*) FROM (SELECT 1 FROM scrip.tracking_failures WHERE \(column) = $1 AND status = 'open'
            AND format <> 'entry' LIMIT $2) AS waiting
            """,
            .text(name), .integer(Int64(limit)))
        return Int(try rows.integer(0, 0))
    }

    static func failure(_ rows: Rows, _ row: Int) throws -> TrackingFailure {
        guard let status = TrackingFailure.Status(rawValue: rows.text(row, 2)),
            let format = TrackingFailure.Format(rawValue: rows.text(row, 7))
        else { throw StoreError(.damaged, "A tracking failure is damaged.") }
        var failure = TrackingFailure(
            id: rows.text(row, 0), reason: rows.text(row, 3), detail: rows.text(row, 4),
            eventID: rows.optionalText(row, 5), account: rows.optionalText(row, 6), format: format,
            event: rows.text(row, 8), whole: try whole(rows, row), action: rows.optionalText(row, 15),
            sender: rows.optionalText(row, 16), entry: rows.optionalText(row, 9),
            at: try rows.time(row, 10)
        )
        failure.number = try rows.integer(row, 1)
        failure.status = status
        failure.lastAttemptAt = try rows.time(row, 11)
        failure.attempts = try rows.integer(row, 12)
        return failure
    }

    private static func whole(_ rows: Rows, _ row: Int) throws -> WholeEvent? {
        if rows.isNull(row, 13) && rows.isNull(row, 14) { return nil }
        guard let byteCount = try rows.optionalInteger(row, 13), let digest = Digest(bytes: rows.bytes(row, 14)) else {
            throw StoreError(.damaged, "A tracking failure is damaged.")
        }
        return WholeEvent(byteCount: byteCount, digest: digest)
    }

    /// Cuts what earlier versions kept beyond the bounds. A record that is not as it was sealed stays found as such.
    static func boundEarlierFailures(in connection: Connection) throws {
        let transaction = Transaction(on: connection, begin: [])
        let found = try transaction.ask(
            """
            SELECT id FROM scrip.tracking_failures WHERE octet_length(event) > $1 OR octet_length(detail) > $2
                OR octet_length(event_id) > $3 OR octet_length(account_id) > $3
            """,
            .integer(Int64(TrackingFailure.maxEventBytes)), .integer(Int64(TrackingFailure.maxDetailBytes)),
            .integer(Int64(TrackingFailure.maxNameBytes)))
        for place in found.indices {
            let rows = try transaction.ask(
                "SELECT \(failureColumns) FROM scrip.tracking_failures WHERE id = $1", .text(found.text(place, 0)))
            guard let row = rows.indices.first, let bounded = try? failure(rows, row) else { continue }
            var earlier = bounded
            (earlier.event, earlier.detail, earlier.whole) = (rows.text(row, 8), rows.text(row, 4), nil)
            (earlier.eventID, earlier.account) = (rows.optionalText(row, 5), rows.optionalText(row, 6))
            _ = try transaction.ask([
                Statement(
                    """
                    UPDATE scrip.tracking_failures SET event = $1, detail = $2, event_id = $3, account_id = $4,
                        event_bytes = $5, event_digest = $6 WHERE id = $7
                    """,
                    .text(bounded.event), .text(bounded.detail), .text(bounded.eventID), .text(bounded.account),
                    .integer(bounded.whole?.byteCount), .bytes(bounded.whole?.digest.bytes), .text(bounded.id)),
                Statement(
                    "UPDATE scrip.record_seals SET digest = $1 WHERE kind = $2 AND id = $3 AND digest = $4",
                    .bytes(RecordSeal.trackingFailure(bounded).digest.bytes),
                    .text(RecordSeal.Kind.trackingFailure.rawValue), .text(bounded.id),
                    .bytes(RecordSeal.trackingFailure(earlier).digest.bytes)),
            ])
        }
    }
}
