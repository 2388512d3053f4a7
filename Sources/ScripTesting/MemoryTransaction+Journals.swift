import ScripCore
import ScripEngine

extension MemoryTransaction {
    func account(_ id: AccountID) throws -> StoredAccount? { ledger.accounts[id] }

    func accounts(after id: AccountID?, limit: Int) throws -> [StoredAccount] {
        let ids = ledger.accounts.keys.sorted().drop { key in id.map { key <= $0 } ?? false }
        return ids.prefix(limit).compactMap { ledger.accounts[$0] }
    }

    func accountIDs(after id: AccountID?, limit: Int) throws -> [AccountID] {
        try accounts(after: id, limit: limit).map(\.state.id)
    }

    func entry(_ seq: Int64, of account: AccountID) throws -> SealedEntry? {
        ledger.journals[account]?.first { $0.entry.seq == seq }
    }

    func latestEntry(about subject: Int64, of account: AccountID) throws -> SealedEntry? {
        ledger.journals[account]?.last { $0.entry.subject == subject }
    }

    func entries(of account: AccountID, after seq: Int64, limit: Int) throws -> [SealedEntry] {
        Array((ledger.journals[account] ?? []).filter { $0.entry.seq > seq }.prefix(limit))
    }

    func journals(_ body: (AccountID, Int64) throws -> Void) throws {
        for (id, lines) in ledger.journals.sorted(by: { $0.key < $1.key }) { try body(id, lines.last?.entry.seq ?? 0) }
    }

    func page(_ query: EntryQuery) throws -> EntryPage {
        var page = EntryPage()
        let lines = ledger.journals[query.account] ?? []
        guard let range = query.range(upTo: lines.last?.entry.seq ?? 0) else { return page }
        let matching = lines.reversed().filter { range.contains($0.entry.seq) && query.matches($0.entry) }
        page.lines = Array(matching.prefix(query.limit))
        let isFull = page.lines.count == query.limit
        page.next = query.continuation(below: isFull ? page.lines.last?.entry.seq ?? 1 : range.lowerBound)
        // An entry never counts later than its writing by more than clocks may differ.
        if let from = query.from, !isFull {
            let isOld = lines.contains {
                range.contains($0.entry.seq) && $0.entry.recordedAt.adding(seconds: Limits.futureSeconds) < from
            }
            if isOld { page.next = nil }
        }
        return page
    }

    func state(of account: AccountID, recordedBy moment: Timestamp) throws -> AccountState? {
        try state(of: account) { $0.recordedAt <= moment }
    }

    func state(of account: AccountID, after seq: Int64) throws -> AccountState? {
        try state(of: account) { $0.seq <= seq }
    }

    private func state(of account: AccountID, while belongs: (Entry) -> Bool) throws -> AccountState? {
        let lines = (ledger.journals[account] ?? []).prefix { belongs($0.entry) }
        var state = try AccountState.replay(Array(lines), of: account)
        _ = state.takeClosedUsage()
        return state.exists ? state : nil
    }

    func accountsDue(by moment: Timestamp, limit: Int) throws -> [AccountID] {
        let due = ledger.accounts.values.compactMap { stored in
            stored.state.nextEventTime.map { ($0, stored.state.id) }
        }
        return Array(due.filter { $0.0 <= moment }.sorted { $0 < $1 }.prefix(limit).map(\.1))
    }

    func entry(for key: IdempotencyKey, of account: AccountID) throws -> SealedEntry? {
        ledger.journals[account]?.first { $0.entry.carries(key) }
    }

    func journalMark() throws -> Int64? { nil }
    func profile(of id: AccountID) throws -> Profile? { ledger.accounts[id]?.profile }
    var isRemote: Bool { false }
    func prepare(_ accounts: [AccountID], keys: [AccountKey]) throws {}
    func holdAccounts() throws {}

    func versions(of accounts: [AccountID]) throws -> [AccountID: Int64] {
        var versions: [AccountID: Int64] = [:]
        for id in accounts { versions[id] = ledger.accounts[id]?.state.seq }
        return versions
    }

    func save(_ changes: [AccountUpdate]) throws {
        for change in changes {
            var state = change.state
            let id = state.id
            ledger.hours[id, default: HourlyUsageSums()].add(state.closedHours)
            var rows = ledger.usage[id] ?? []
            for row in state.takeClosedUsage() {
                let same = rows.firstIndex {
                    $0.day == row.day && $0.action == row.action && $0.creditType == row.creditType
                }
                if let same { rows[same] = rows[same].adding(row) } else { rows.append(row) }
            }
            ledger.usage[id] = rows
            ledger.journals[id, default: []] += change.entries
            ledger.accounts[id] = StoredAccount(state: state, profile: ledger.accounts[id]?.profile ?? Profile())
        }
    }

    func replace(_ lines: [SealedEntry], of account: AccountID) throws {
        let byNumber = Dictionary(lines.map { ($0.entry.seq, $0) }) { first, _ in first }
        ledger.journals[account] = ledger.journals[account]?.map { byNumber[$0.entry.seq] ?? $0 }
    }

    func replace(_ snapshots: [StoredSnapshot], of account: AccountID) throws {}

    func replace(_ state: AccountState, hours: [HourlyUsage]) throws {
        ledger.accounts[state.id]?.state = state
        ledger.hours[state.id] = HourlyUsageSums()
        ledger.hours[state.id]?.add(hours)
    }

    func saveProfile(_ profile: Profile, of account: AccountID) throws {
        ledger.accounts[account]?.profile = profile
    }
}
