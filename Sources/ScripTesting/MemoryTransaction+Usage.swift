import ScripCore
import ScripEngine

extension MemoryTransaction {
    func usage(of account: AccountID, from first: Int32, through last: Int32) throws -> [UsageTotals] {
        let kept = (ledger.usage[account] ?? []).filter { first <= $0.day && $0.day <= last }
            .sorted { ($0.day, $0.action, $0.creditType) < ($1.day, $1.action, $1.creditType) }
        let open = ledger.accounts[account]?.state.usageDay
        return UsageTotals.merged(kept, with: open, from: first, through: last)
    }

    func usage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [UsageTotals]) throws -> Void
    ) throws -> AccountID? {
        let ids = ledger.accounts.keys.sorted().filter { other in id.map { $0 < other } ?? true }.prefix(limit)
        for id in ids {
            let totals = try usage(of: id, from: first, through: last)
            if !totals.isEmpty { try body(id, totals) }
        }
        return ids.count < limit ? nil : ids.last
    }

    func hourlyUsage(of account: AccountID, from first: Int32, through last: Int32) throws -> [HourlyUsage] {
        let kept = (ledger.hours[account]?.rows).map { Array($0.values) } ?? []
        let open = ledger.accounts[account]?.state.usageHours?.rows ?? []
        return (kept + open).filter { first <= $0.hour && $0.hour <= last }
    }

    func hourlyUsage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [HourlyUsage]) throws -> Void
    ) throws -> AccountID? {
        try hourlyUsageByAccount(after: id, limit: limit, from: first, through: last, body)
    }
}
