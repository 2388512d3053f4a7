import ScripCore
import ScripEngine
import Synchronization

/// The simplest correct ``LedgerStore``: everything in dictionaries, the oracle against which real stores are tested.
public final class MemoryLedgerStore: LedgerStore {
    private let content = Mutex(MemoryLedger())

    /// An empty store.
    public init() {}

    /// Runs a body; what it saved is forgotten when it throws.
    public func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        try content.withLock { ledger in
            let copy = MemoryTransaction(ledger)
            let result = try body(copy)
            ledger = copy.ledger
            return result
        }
    }

    /// Runs a body over everything saved so far.
    public func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        let ledger = content.withLock { $0 }
        return try body(MemoryTransaction(ledger))
    }

    /// Does nothing.
    public func close() async throws {}
}

struct MemoryLedger: Sendable {
    var accounts: [AccountID: StoredAccount] = [:]
    var journals: [AccountID: [SealedEntry]] = [:]
    var usage: [AccountID: [UsageTotals]] = [:]
    var hours: [AccountID: HourlyUsageSums] = [:]
    var catalogs: [StoredCatalog] = []
    var priceBooks: [(book: StoredPriceBook, document: String)] = []
    var keys: [StoredKey] = []
    var signingKeys: [StoredSigningKey] = []
    var failures: [TrackingFailure] = []
    var failureNumber: Int64 = 0
    var denials: [String: Denial] = [:]
    var audit: [AuditChain: [StoredAuditRecord]] = [:]
    var auditHeads: [AuditChain: AuditHead] = [:]
    var purchases: [PurchaseLocation: Purchase] = [:]
    var purchaseReferences: [String: PurchaseLocation] = [:]
    var providerEvents: [String: ProviderEvent] = [:]
    var billingProfiles: [AccountID: BillingProfile] = [:]
    var jobs: [String: JobRecord] = [:]
}

final class MemoryTransaction: LedgerWriting {
    var ledger: MemoryLedger

    init(_ ledger: MemoryLedger) {
        self.ledger = ledger
    }

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
        // A line never counts later than its writing by more than clocks may differ.
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

    func accountsDue(by moment: Timestamp, limit: Int) throws -> [AccountID] {
        let due = ledger.accounts.values.compactMap { stored in
            stored.state.nextEventTime.map { ($0, stored.state.id) }
        }
        return Array(due.filter { $0.0 <= moment }.sorted { $0 < $1 }.prefix(limit).map(\.1))
    }

    func entry(for key: IdempotencyKey, of account: AccountID) throws -> SealedEntry? {
        ledger.journals[account]?.first { $0.entry.carries(key) }
    }

    func trackingFailures(_ query: TrackingFailureQuery) throws -> [TrackingFailure] {
        Array(ledger.failures.reversed().filter { query.matches($0) }.prefix(query.limit))
    }

    func trackingFailures(after number: Int64, limit: Int) throws -> [TrackingFailure] {
        Array(ledger.failures.filter { $0.number > number }.prefix(limit))
    }

    func trackingFailures(withIDs ids: Set<String>) throws -> [TrackingFailure] {
        ledger.failures.filter { ids.contains($0.id) }.sorted { $0.id < $1.id }
    }

    func openTrackingFailureCount(limit: Int) throws -> Int {
        min(limit, ledger.failures.count { $0.status == .open })
    }

    func openTrackingFailureCount(of party: FailureParty, limit: Int) throws -> Int {
        min(limit, ledger.failures.count { $0.status == .open && party.holds($0) })
    }

    func removeTrackingFailures(closedBefore: Timestamp, openBefore: Timestamp, limit: Int) throws -> Int {
        let old = ledger.failures.filter { failure in
            failure.status == .open
                ? failure.format != .entry && failure.lastAttemptAt < openBefore : failure.lastAttemptAt < closedBefore
        }
        let removed = Set(old.prefix(limit).map(\.id))
        ledger.failures.removeAll { removed.contains($0.id) }
        return removed.count
    }

    func save(_ failure: TrackingFailure) throws {
        var kept = failure
        if let place = ledger.failures.firstIndex(where: { $0.id == failure.id }) {
            kept.number = ledger.failures[place].number
            ledger.failures[place] = kept
        } else {
            ledger.failureNumber += 1
            kept.number = ledger.failureNumber
            ledger.failures.append(kept)
        }
    }

    func catalogs() throws -> [StoredCatalog] { ledger.catalogs }

    var knownCatalogVersion: Int64? { ledger.catalogs.last?.version ?? 0 }

    func priceBooks() throws -> [StoredPriceBook] { ledger.priceBooks.map(\.book) }

    func priceBookDocument(_ digest: Hash) throws -> String? {
        ledger.priceBooks.first { $0.book.digest == digest }?.document
    }

    func apiKeys() throws -> [StoredKey] { ledger.keys }

    func signingKeys() throws -> [StoredSigningKey] {
        ledger.signingKeys.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    func save(_ key: StoredSigningKey) throws {
        try removeSigningKey(key.id)
        ledger.signingKeys.append(key)
    }

    func removeSigningKey(_ id: String) throws { ledger.signingKeys.removeAll { $0.id == id } }

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

    func append(_ catalog: StoredCatalog) throws { ledger.catalogs.append(catalog) }

    func append(_ book: StoredPriceBook, document: String) throws { ledger.priceBooks.append((book, document)) }

    func save(_ key: StoredKey) throws {
        if let index = ledger.keys.firstIndex(where: { $0.id == key.id }) {
            ledger.keys[index] = key
        } else {
            ledger.keys.append(key)
        }
    }
}
