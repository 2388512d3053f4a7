import ScripCore
import ScripEngine

extension PostgresReader {
    private static let failureColumns = """
        id, number, status, reason, detail, event_id, account_id, format, event, entry, received_at, last_attempt_at,
        attempts
        """

    func trackingFailures(_ query: TrackingFailureQuery) throws -> [TrackingFailure] {
        var parameters: [Parameter] = [.integer(Int64(query.limit))]
        var conditions: [String] = []
        func require(_ comparison: String, _ parameter: Parameter) {
            parameters.append(parameter)
            conditions.append("\(comparison) $\(parameters.count)")
        }
        require("number <", .integer(query.before ?? .max))
        if let status = query.status { require("status =", .text(status.rawValue)) }
        if let reason = query.reason { require("reason =", .text(reason)) }
        if let account = query.account { require("account_id =", .text(account)) }
        let sql = """
            SELECT \(PostgresReader.failureColumns) FROM scrip.tracking_failures
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY number DESC LIMIT $1
            """
        guard let rows = try transaction.ask([Statement(sql, parameters)]).first else { return [] }
        return try rows.indices.map { try PostgresReader.failure(rows, $0) }
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

    private static func failure(_ rows: Rows, _ row: Int) throws -> TrackingFailure {
        guard let status = TrackingFailure.Status(rawValue: rows.text(row, 2)),
            let format = TrackingFailure.Format(rawValue: rows.text(row, 7))
        else { throw StoreError(.damaged, "A tracking failure is damaged.") }
        var failure = TrackingFailure(
            id: rows.text(row, 0), reason: rows.text(row, 3), detail: rows.text(row, 4),
            eventID: rows.optionalText(row, 5), account: rows.optionalText(row, 6), format: format,
            event: rows.text(row, 8), entry: rows.optionalText(row, 9),
            at: Timestamp(microseconds: try rows.integer(row, 10))
        )
        failure.number = try rows.integer(row, 1)
        failure.status = status
        failure.lastAttemptAt = Timestamp(microseconds: try rows.integer(row, 11))
        failure.attempts = try rows.integer(row, 12)
        return failure
    }
}
