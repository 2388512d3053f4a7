import ScripCore

/// Usage totals over all accounts.
public struct UsageReport: Sendable, Hashable {
    /// Totals by day, action and credit type.
    public var rows: [UsageSum]
    /// The accounts that were charged most, most first, for each credit type.
    public var topAccounts: [TopAccount]

    /// One of the accounts that were charged most.
    public struct TopAccount: Sendable, Hashable {
        /// Which account.
        public var account: AccountID
        /// Which credits.
        public var creditType: CreditTypeID
        /// How much was charged.
        public var charged: CreditSum
    }
}

extension Engine {
    /// How many accounts are added up in one transaction, so that none grows with the number of accounts.
    static let accountsPerPage = 500

    /// Usage totals over all accounts, from the first day through the last, with the accounts charged most.
    ///
    /// Each account is seen as a whole; what accounts do while others are being added up may or may not count.
    public func usageTotals(from first: Int32, through last: Int32, top: Int = 10) async throws -> UsageReport {
        var sum = Adding(top: top)
        var lastID: AccountID?
        repeat {
            let (sumSoFar, start) = (sum, lastID)
            do {
                (sum, lastID) = try await store.read { reading in
                    var sum = sumSoFar
                    let end = try reading.usage(
                        ofAccountsAfter: start, limit: Engine.accountsPerPage, from: first, through: last
                    ) { sum.add($1, of: $0) }
                    return (sum, end)
                }
            } catch {
                guard DamagedAccounts.isDamage(error) else { throw error }
                let page = try await readEach(after: start, limit: Engine.accountsPerPage) { reading, account in
                    (account, try reading.usage(of: account, from: first, through: last))
                }
                for (account, rows) in page.found { sum.add(rows, of: account) }
                lastID = page.last
            }
        } while lastID != nil
        return sum.report
    }
}

/// Usage of accounts, added up so far.
private struct Adding: Sendable {
    private struct Row: Hashable {
        var day: Int32
        var action: String
        var creditType: CreditTypeID
    }

    let top: Int
    private var sums: [Row: UsageSum] = [:]
    private var leaders: [CreditTypeID: [UsageReport.TopAccount]] = [:]

    init(top: Int) {
        self.top = top
    }

    mutating func add(_ rows: [UsageTotals], of account: AccountID) {
        var charged: [CreditTypeID: CreditSum] = [:]
        for row in rows {
            let key = Row(day: row.day, action: row.action, creditType: row.creditType)
            sums[key, default: UsageSum(row.zero)].add(UsageSum(row))
            charged[row.creditType, default: .zero].add(row.charged)
        }
        for (creditType, amount) in charged where amount > .zero {
            let entrant = UsageReport.TopAccount(
                account: account, creditType: creditType, charged: amount
            )
            leaders[creditType, default: []] = UsageReport.ranked(
                leaders[creditType, default: []] + [entrant], top: top
            )
        }
    }

    var report: UsageReport {
        let rows = sums.values.sorted {
            ($0.day, $0.action, $0.creditType) < ($1.day, $1.action, $1.creditType)
        }
        return UsageReport(rows: rows, topAccounts: leaders.sorted { $0.key < $1.key }.flatMap(\.value))
    }
}

extension UsageTotals {
    /// A row of the same day, action and credit type without any use.
    fileprivate var zero: UsageTotals { UsageTotals(day: day, action: action, creditType: creditType) }
}

extension UsageReport {
    fileprivate static func ranked(_ accounts: [TopAccount], top: Int) -> [TopAccount] {
        Array(accounts.sorted { ($1.charged, $0.account) < ($0.charged, $1.account) }.prefix(top))
    }
}
