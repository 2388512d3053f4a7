import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    func usage(of account: AccountID, from first: Int32, through last: Int32) throws -> [UsageTotals] {
        let sql = """
            SELECT day, action, credit_type, charged, refunded, count, input_tokens, output_tokens, cost_attodollars
            FROM usage_totals WHERE account_id = ? AND day BETWEEN ? AND ? ORDER BY day, action, credit_type
            """
        let kept = try rows(sql, [account.rawValue, Int64(first), Int64(last)]).map { try LedgerReader.totals($0) }
        let open = try self.account(account)?.state.usageDay
        return UsageTotals.merged(kept, with: open, from: first, through: last)
    }

    func usage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [UsageTotals]) throws -> Void
    ) throws -> AccountID? {
        let ids = try accountIDs(after: id, limit: limit)
        for id in ids {
            let totals = try usage(of: id, from: first, through: last)
            if !totals.isEmpty { try body(id, totals) }
        }
        return ids.count < limit ? nil : ids.last
    }

    static func totals(_ row: LedgerRow) throws -> UsageTotals {
        var totals = UsageTotals(day: try row[0], action: try row[1], creditType: CreditTypeID(unchecked: try row[2]))
        totals.charged = Credits(nanocredits: try row[3])
        totals.refunded = Credits(nanocredits: try row[4])
        totals.count = try row[5]
        totals.inputTokens = try row[6]
        totals.outputTokens = try row[7]
        guard let cost = Int128(try row[8] as String) else { throw StoreError(.damaged, "A usage total is damaged.") }
        totals.cost = Dollars(attodollars: cost)
        return totals
    }
}
