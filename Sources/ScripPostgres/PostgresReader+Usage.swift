import ScripCore
import ScripEngine

extension PostgresReader {
    private static let totalsColumns = """
        account_id, day, action, credit_type, charged, refunded, count, input_tokens, output_tokens,
        cost_attodollars::text
        """

    func usage(of account: AccountID, from first: Int32, through last: Int32) throws -> [UsageTotals] {
        let found = try transaction.ask([
            Statement(
                """
                SELECT \(PostgresReader.totalsColumns) FROM scrip.usage_totals
                WHERE account_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, action, credit_type
                """,
                .text(account.rawValue), .integer(Int64(first)), .integer(Int64(last))
            )
        ])
        let kept = try found[0].indices.map { try PostgresReader.totals(found[0], $0) }
        let open = try self.account(account)?.state.usageDay
        return UsageTotals.merged(kept, with: open, from: first, through: last)
    }

    func usage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [UsageTotals]) throws -> Void
    ) throws -> AccountID? {
        let page = try accounts(after: id, limit: limit)
        guard let start = page.first, let end = page.last else { return nil }
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.totalsColumns) FROM scrip.usage_totals
            WHERE account_id >= $1 AND account_id <= $2 AND day >= $3 AND day <= $4
            ORDER BY account_id, day, action, credit_type
            """,
            .text(start.state.id.rawValue), .text(end.state.id.rawValue), .integer(Int64(first)),
            .integer(Int64(last))
        )
        var kept: [AccountID: [UsageTotals]] = [:]
        for row in rows.indices {
            kept[AccountID(unchecked: rows.text(row, 0)), default: []].append(try PostgresReader.totals(rows, row))
        }
        for stored in page {
            let totals = UsageTotals.merged(
                kept[stored.state.id] ?? [], with: stored.state.usageDay, from: first, through: last)
            if !totals.isEmpty { try body(stored.state.id, totals) }
        }
        return page.count < limit ? nil : end.state.id
    }

    static func totals(_ rows: Rows, _ row: Int) throws -> UsageTotals {
        var totals = UsageTotals(
            day: Int32(clamping: try rows.integer(row, 1)), action: rows.text(row, 2),
            creditType: CreditTypeID(unchecked: rows.text(row, 3)))
        totals.charged = Credits(nanocredits: try rows.integer(row, 4))
        totals.refunded = Credits(nanocredits: try rows.integer(row, 5))
        totals.count = try rows.integer(row, 6)
        totals.inputTokens = try rows.integer(row, 7)
        totals.outputTokens = try rows.integer(row, 8)
        guard let cost = Int128(rows.text(row, 9)) else { throw StoreError(.damaged, "A usage total is damaged.") }
        totals.cost = Dollars(attodollars: cost)
        return totals
    }
}
