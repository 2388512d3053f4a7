import ScripCore
import ScripEngine

/// What becomes of accounts.
extension PostgresWriter {
    func save(_ changes: [AccountUpdate]) throws {
        let unknown = changes.map(\.state.id).filter { known[$0] == nil }
        if !unknown.isEmpty {
            let found = try transaction.ask([PostgresWriter.lock(unknown)])
            try keep(found[0], of: unknown)
        }
        var (usage, hours) = (UsageRows(), HourRows())
        var accounts = AccountRows(batch: mark.batch)
        var entries = EntryRows()
        // In the order in which accounts are locked.
        for change in changes.sorted(by: { $0.state.id < $1.state.id }) {
            var state = change.state
            let before = known[state.id] ?? nil
            hours.add(state.closedHours, of: state.id)
            usage.add(state.takeClosedUsage(), of: state.id)
            for line in change.entries {
                entries.add(line, of: state.id, batch: mark.batch)
                if let key = line.entry.idempotencyKey {
                    let place = AccountKey(account: state.id, key: key)
                    earlier[place] = line
                    // The index on keys refuses one that is there.
                    if expectedAbsent.remove(place) != nil { presumedNew.insert(place) }
                }
            }
            let size = accounts.add(
                state, after: before?.batch, firstSeq: change.entries.first?.entry.seq ?? state.seq)
            unlocked.remove(state.id)
            known[state.id] = Known(
                account: StoredAccount(state: state, profile: before?.account.profile ?? Profile()),
                batch: mark.batch, expectedBatch: before?.expectedBatch ?? 0, size: size)
            changedAccounts.insert(state.id)
            if let last = change.entries.last { mark.lines[state.id] = last.entry.seq }
        }
        for statement in accounts.statements + entries.statements + usage.statements + hours.statements {
            transaction.tell(statement)
        }
    }

    func saveProfile(_ profile: Profile, of account: AccountID) throws {
        try lockUnlocked(account)
        transaction.tell(
            Statement(
                "UPDATE scrip.accounts SET name = $2, email = $3, metadata = $4, batch = $5 WHERE account_id = $1",
                .text(account.rawValue), .text(profile.name), .text(profile.email), .text(profile.metadata),
                .integer(mark.batch)
            )
        )
        tell(profile, of: account)
        changedAccounts.insert(account)
        known[account]??.account.profile = profile
        known[account]??.batch = mark.batch
    }
}

/// What one attempt at a transaction leaves in the entries that it writes. Their digests would not do: what another
/// instance writes in its stead may be the same to the last byte.
struct BatchMark: Sendable {
    /// A random number that all entries of the attempt carry.
    let batch = Int64.random(in: .min ... .max)
    /// The number of an entry in each account.
    var lines: [AccountID: Int64] = [:]
    /// The first audit record, for transactions that write no entries.
    var record: StoredAuditRecord?
}
