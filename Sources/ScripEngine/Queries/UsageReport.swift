import ScripCore

/// Usage totals over all accounts.
public struct UsageReport: Sendable, Hashable {
    /// Totals by day, action and credit type.
    public var rows: [UsageTotals]
    /// The accounts that were charged most, most first, for each credit type.
    public var topAccounts: [TopAccount]

    /// One of the accounts that were charged most.
    public struct TopAccount: Sendable, Hashable {
        /// Which account.
        public var account: AccountID
        /// Which credits.
        public var creditType: CreditTypeID
        /// How much was charged.
        public var charged: Credits
    }
}

extension Engine {
    /// Usage totals over all accounts, from the first day through the last, with the accounts charged most.
    public func usageTotals(from first: Int32, through last: Int32, top: Int = 10) async throws -> UsageReport {
        try await store.read { reading in
            var sums: [Row: UsageTotals] = [:]
            var leaders: [CreditTypeID: [UsageReport.TopAccount]] = [:]
            try reading.usageOfAll(from: first, through: last) { account, rows in
                var charged: [CreditTypeID: Int64] = [:]
                for row in rows {
                    let key = Row(day: row.day, action: row.action, creditType: row.creditType)
                    sums[key] = sums[key]?.adding(row) ?? row
                    charged[row.creditType, default: 0] += row.charged.nanocredits
                }
                for (creditType, amount) in charged where amount > 0 {
                    let entrant = UsageReport.TopAccount(
                        account: account, creditType: creditType, charged: Credits(nanocredits: amount)
                    )
                    leaders[creditType, default: []] = UsageReport.ranked(
                        leaders[creditType, default: []] + [entrant], top: top
                    )
                }
            }
            let rows = sums.values.sorted {
                ($0.day, $0.action, $0.creditType) < ($1.day, $1.action, $1.creditType)
            }
            return UsageReport(rows: rows, topAccounts: leaders.sorted { $0.key < $1.key }.flatMap(\.value))
        }
    }

    private struct Row: Hashable {
        var day: Int32
        var action: String
        var creditType: CreditTypeID
    }
}

extension UsageReport {
    fileprivate static func ranked(_ accounts: [TopAccount], top: Int) -> [TopAccount] {
        Array(accounts.sorted { ($1.charged, $0.account) < ($0.charged, $1.account) }.prefix(top))
    }
}
