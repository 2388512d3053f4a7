import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    func denials(_ query: DenialQuery, setAside: ((String) -> Void)?) throws -> [Denial] {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        func require(_ condition: String, _ values: (any DatabaseValueConvertible)...) {
            conditions.append(condition)
            for value in values { arguments += [value] }
        }
        if let account = query.account { require("account_id = ?", account.rawValue) }
        if let action = query.action { require("action = ?", action.rawValue) }
        if let reason = query.reason { require("reason = ?", reason) }
        if let from = query.from { require("last_at >= ?", from.microseconds) }
        if let to = query.to { require("first_at < ?", to.microseconds) }
        if let place = query.before {
            require("(first_at, id) < (?, ?)", place.firstAt.microseconds, place.id)
        }
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return try list(
            "SELECT * FROM denials \(condition) ORDER BY first_at DESC, id DESC LIMIT ?", arguments, limit: query.limit,
            setAside: setAside, name: { try $0["id"] }, record: LedgerReader.denial)
    }

    func denial(_ id: String, of account: AccountID) throws -> Denial? {
        try row("SELECT * FROM denials WHERE account_id = ? AND id = ?", [account.rawValue, id])
            .map { try LedgerReader.denial($0) }
    }

    private static func denial(_ row: LedgerRow) throws -> Denial {
        guard let operation = Denial.Operation(rawValue: try row["operation"]) else {
            throw StoreError(.damaged, "A denial is damaged.")
        }
        let (action, creditType): (String?, String?) = (try row["action"], try row["credit_type"])
        let subject = Denial.Subject(
            account: AccountID(unchecked: try row["account_id"]), user: try row["user_id"],
            action: action.map { ActionID(unchecked: $0) }, operation: operation,
            reason: try row["reason"],
            creditType: creditType.map { CreditTypeID(unchecked: $0) })
        var denial = Denial(
            id: try row["id"], subject: subject, count: try row["count"],
            firstAt: try row.time("first_at"),
            lastAt: try row.time("last_at"))
        let (required, available): (Int64?, Int64?) = (try row["required"], try row["available"])
        denial.required = required.map { Credits(nanocredits: $0) }
        denial.available = available.map { Credits(nanocredits: $0) }
        denial.actor = try row["actor"]
        denial.requestID = try row["request_id"]
        return denial
    }
}

extension LedgerWriter {
    func add(_ denials: [Denial]) throws {
        for denial in denials {
            try insert(denial, orSet: "count = min(denials.count, 9000000000000000000) + excluded.count")
        }
    }

    func replace(_ denial: Denial) throws {
        try insert(denial, orSet: "count = excluded.count, first_at = excluded.first_at")
    }

    private func insert(_ denial: Denial, orSet change: String) throws {
        let subject = denial.subject
        try execute(
            """
            INSERT INTO denials (account_id, id, operation, action, reason, credit_type, user_id, count, first_at,
                last_at, required, available, actor, request_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (account_id, id) DO UPDATE SET \(change), last_at = excluded.last_at,
                required = excluded.required, available = excluded.available, actor = excluded.actor,
                request_id = excluded.request_id
            """,
            [
                subject.account.rawValue, denial.id, subject.operation.rawValue, subject.action?.rawValue,
                subject.reason, subject.creditType?.rawValue, subject.user, denial.count,
                denial.firstAt.microseconds,
                denial.lastAt.microseconds, denial.required?.nanocredits, denial.available?.nanocredits,
                denial.actor,
                denial.requestID,
            ])
    }

    func removeDenials(endedBefore moment: Timestamp) throws {
        try execute("DELETE FROM denials WHERE last_at < ?", [moment.microseconds])
    }

    func trimDenials(of account: AccountID?, to most: Int) throws {
        guard let account else {
            return try execute(
                """
                DELETE FROM denials WHERE (first_at, id) <=
                    (SELECT first_at, id FROM denials ORDER BY first_at DESC, id DESC LIMIT 1 OFFSET ?)
                """, [most])
        }
        try execute(
            """
            DELETE FROM denials WHERE account_id = ? AND (first_at, id) <= (SELECT first_at, id FROM denials
                WHERE account_id = ? ORDER BY first_at DESC, id DESC LIMIT 1 OFFSET ?)
            """, [account.rawValue, account.rawValue, most])
    }
}
