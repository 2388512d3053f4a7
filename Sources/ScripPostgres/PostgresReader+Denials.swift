import ScripCore
import ScripEngine

extension PostgresReader {
    private static let denialColumns = """
        account_id, id, operation, action, reason, credit_type, user_id, count, first_at, last_at, required, available,
        actor, request_id
        """

    func denials(_ query: DenialQuery, setAside: ((String) -> Void)?) throws -> [Denial] {
        var parameters: [Parameter] = []
        var conditions: [String] = []
        func require(_ comparison: String, _ parameter: Parameter) {
            parameters.append(parameter)
            conditions.append("\(comparison) $\(parameters.count + 1)")
        }
        if let account = query.account { require("account_id =", .text(account.rawValue)) }
        if let action = query.action { require("action =", .text(action.rawValue)) }
        if let reason = query.reason { require("reason =", .text(reason)) }
        if let from = query.from { require("last_at >=", .integer(from.microseconds)) }
        if let to = query.to { require("first_at <", .integer(to.microseconds)) }
        if let place = query.before {
            parameters += [.integer(place.firstAt.microseconds), .text(place.id)]
            conditions.append("(first_at, id) < ($\(parameters.count), $\(parameters.count + 1))")
        }
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return try list(
            limit: query.limit, setAside: setAside,
            statement: { offset in
                """
                SELECT \(PostgresReader.denialColumns) FROM scrip.denials \(condition)
                ORDER BY first_at DESC, id DESC LIMIT $1\(offset)
                """
            }, parameters, name: { $0.text($1, 1) }, record: PostgresReader.denial)
    }

    func denial(_ id: String, of account: AccountID) throws -> Denial? {
        let rows = try transaction.ask(
            "SELECT \(PostgresReader.denialColumns) FROM scrip.denials WHERE account_id = $1 AND id = $2",
            .text(account.rawValue), .text(id))
        return try rows.indices.first.map { try PostgresReader.denial(rows, $0) }
    }

    private static func denial(_ rows: Rows, _ row: Int) throws -> Denial {
        guard let operation = Denial.Operation(rawValue: rows.text(row, 2)) else {
            throw StoreError(.damaged, "A denial is damaged.")
        }
        let subject = Denial.Subject(
            account: AccountID(unchecked: rows.text(row, 0)), user: rows.optionalText(row, 6),
            action: rows.optionalText(row, 3).map { ActionID(unchecked: $0) }, operation: operation,
            reason: rows.text(row, 4),
            creditType: rows.optionalText(row, 5).map { CreditTypeID(unchecked: $0) })
        var denial = Denial(
            id: rows.text(row, 1), subject: subject, count: try rows.integer(row, 7),
            firstAt: try rows.time(row, 8),
            lastAt: try rows.time(row, 9))
        denial.required = try rows.optionalInteger(row, 10).map { Credits(nanocredits: $0) }
        denial.available = try rows.optionalInteger(row, 11).map { Credits(nanocredits: $0) }
        denial.actor = rows.optionalText(row, 12)
        denial.requestID = rows.optionalText(row, 13)
        return denial
    }
}

extension PostgresWriter {
    func add(_ denials: [Denial]) throws {
        for denial in denials {
            insert(denial, orSet: "count = least(denials.count, 9000000000000000000) + excluded.count")
        }
    }

    func replace(_ denial: Denial) throws {
        insert(denial, orSet: "count = excluded.count, first_at = excluded.first_at")
    }

    private func insert(_ denial: Denial, orSet change: String) {
        let subject = denial.subject
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.denials AS denials (account_id, id, operation, action, reason, credit_type, user_id,
                    count, first_at, last_at, required, available, actor, request_id)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                ON CONFLICT (account_id, id) DO UPDATE SET \(change), last_at = excluded.last_at,
                    required = excluded.required, available = excluded.available, actor = excluded.actor,
                    request_id = excluded.request_id
                """,
                .text(subject.account.rawValue), .text(denial.id), .text(subject.operation.rawValue),
                .text(subject.action?.rawValue), .text(subject.reason), .text(subject.creditType?.rawValue),
                .text(subject.user.map(PostgresWriter.storable)), .integer(denial.count),
                .integer(denial.firstAt.microseconds), .integer(denial.lastAt.microseconds),
                .integer(denial.required?.nanocredits), .integer(denial.available?.nanocredits),
                .text(denial.actor),
                .text(denial.requestID)))
    }

    /// PostgreSQL keeps no zero characters in text.
    private static func storable(_ text: String) -> String { text.replacing("\0", with: "\u{2400}") }

    func removeDenials(endedBefore moment: Timestamp) throws {
        transaction.tell(
            Statement("DELETE FROM scrip.denials WHERE last_at < $1", .integer(moment.microseconds)))
    }

    func trimDenials(of account: AccountID?, to most: Int) throws {
        guard let account else {
            return transaction.tell(
                Statement(
                    """
                    DELETE FROM scrip.denials WHERE (first_at, id) <= (SELECT first_at, id FROM scrip.denials
                        ORDER BY first_at DESC, id DESC LIMIT 1 OFFSET $1)
                    """, .integer(Int64(most))))
        }
        transaction.tell(
            Statement(
                """
                DELETE FROM scrip.denials WHERE account_id = $1 AND (first_at, id) <= (SELECT first_at, id
                    FROM scrip.denials WHERE account_id = $1 ORDER BY first_at DESC, id DESC LIMIT 1 OFFSET $2)
                """, .text(account.rawValue), .integer(Int64(most))))
    }
}
