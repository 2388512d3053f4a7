import GRDB
import ScripCore
import ScripEngine

/// Usage totals of hours.
extension LedgerReader {
    func hourlyUsage(of account: AccountID, from first: Int32, through last: Int32) throws -> [HourlyUsage] {
        let kept = try rows(
            "SELECT \(LedgerReader.hourColumns) FROM usage_hours WHERE account_id = ? AND hour BETWEEN ? AND ?",
            [account.rawValue, Int64(first), Int64(last)]
        ).map { try LedgerReader.hourlyUsage($0) }
        let open = try self.account(account)?.state.usageHours?.rows ?? []
        return kept + open.filter { first <= $0.hour && $0.hour <= last }
    }

    func hourlyUsage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [HourlyUsage]) throws -> Void
    ) throws -> AccountID? {
        try hourlyUsageByAccount(after: id, limit: limit, from: first, through: last, body)
    }

    fileprivate static let hourColumns = """
        hour, action, credit_type, charged, refunded, count, input_tokens, output_tokens, cost_attodollars, user_id, model,
        provider, resource_type, is_beyond
        """

    fileprivate static func hourlyUsage(_ row: LedgerRow) throws -> HourlyUsage {
        var totals = try LedgerReader.totals(row)
        let hour = totals.day
        totals.day = HourlyUsage.day(ofHour: hour)
        let mark: Int64 = try row[13]
        guard mark == 0 || mark == 1 else { throw StoreError(.damaged, "A usage total is damaged.") }
        let detail = UsageDetail(
            user: try row[9], model: try row[10], provider: try row[11], resourceType: try row[12], isBeyond: mark == 1)
        return HourlyUsage(hour: hour, detail: detail, totals: totals)
    }
}

extension LedgerWriter {
    /// Adds a row to what is kept of its name.
    func add(_ row: HourlyUsage, to id: AccountID) throws {
        let kept = try self.row(
            """
            SELECT \(LedgerReader.hourColumns) FROM usage_hours WHERE account_id = ? AND hour = ? AND action = ?
                AND credit_type = ? AND user_id = ? AND model = ? AND provider = ? AND resource_type = ? AND is_beyond = ?
            """, LedgerWriter.name(of: row, id.rawValue)
        ).map { try LedgerReader.hourlyUsage($0) }
        var sum = row
        if let kept { sum.totals = kept.totals.adding(row.totals) }
        try execute(LedgerWriter.hourInsertion, LedgerWriter.values(of: sum, id.rawValue))
    }

    /// Writes a row that is not there yet.
    static func insert(_ row: HourlyUsage, of id: String, in database: Database) throws {
        try database.cachedStatement(sql: hourInsertion).execute(arguments: values(of: row, id))
    }

    func replaceHours(of id: AccountID, by rows: [HourlyUsage]) throws {
        try execute("DELETE FROM usage_hours WHERE account_id = ?", [id.rawValue])
        for row in rows { try execute(LedgerWriter.hourInsertion, LedgerWriter.values(of: row, id.rawValue)) }
    }

    private static let hourInsertion = """
        INSERT OR REPLACE INTO usage_hours (account_id, hour, action, credit_type, user_id, model, provider, resource_type,
            is_beyond, charged, refunded, count, input_tokens, output_tokens, cost_attodollars)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func name(of row: HourlyUsage, _ id: String) -> StatementArguments {
        let (totals, detail) = (row.totals, row.detail)
        return [
            id, Int64(row.hour), totals.action, totals.creditType.rawValue, detail.user, detail.model, detail.provider,
            detail.resourceType, detail.isBeyond ? 1 : 0,
        ]
    }

    private static func values(of row: HourlyUsage, _ id: String) -> StatementArguments {
        let totals = row.totals
        return name(of: row, id) + [
            totals.charged.nanocredits, totals.refunded.nanocredits, totals.count, totals.inputTokens,
            totals.outputTokens, totals.cost.attodollars.description,
        ]
    }
}
