import ScripCore

/// What can be read of the totals of usage. Whoever keeps journals adds them up.
public protocol UsageReading {
    /// Totals of an account's days, first and last included, those of the open day too; in order of day, action,
    /// credit type.
    func usage(of account: AccountID, from first: Int32, through last: Int32) throws -> [UsageTotals]
    /// The same for at most `limit` accounts after an id, in order of ids, given to `body` one by one.
    /// - Returns: the last account, after which to go on; `nil` when there are no more.
    func usage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [UsageTotals]) throws -> Void
    ) throws -> AccountID?
    /// Hourly totals of an account, from the first hour through the last, in no order. Rows of one name are to be added up.
    func hourlyUsage(of account: AccountID, from first: Int32, through last: Int32) throws -> [HourlyUsage]
    /// The same for at most `limit` accounts after an id, in order of ids, given to `body` one by one.
    /// - Returns: the last account, after which to go on; `nil` when there are no more.
    func hourlyUsage(
        ofAccountsAfter id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [HourlyUsage]) throws -> Void
    ) throws -> AccountID?
}

extension UsageReading where Self: JournalReading {
    /// Hourly totals of accounts, read account by account: for stores in which that costs no round trips.
    package func hourlyUsageByAccount(
        after id: AccountID?, limit: Int, from first: Int32, through last: Int32,
        _ body: (AccountID, [HourlyUsage]) throws -> Void
    ) throws -> AccountID? {
        let ids = try accountIDs(after: id, limit: limit)
        for id in ids { try body(id, try hourlyUsage(of: id, from: first, through: last)) }
        return ids.count < limit ? nil : ids.last
    }
}
