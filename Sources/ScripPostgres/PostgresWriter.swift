import ScripCore
import ScripEngine

/// Reads and writes the ledger in one transaction. Every account that it reads stays locked until the end, so that what
/// is decided from it cannot be overtaken by another instance.
final class PostgresWriter: PostgresReader, LedgerWriting {
    private struct KeyPlace: Hashable {
        var account: AccountID
        var key: IdempotencyKey
    }

    /// An account as the transaction has it.
    private struct Known {
        var account: StoredAccount
        /// The attempt that wrote its row.
        var batch: Int64
        /// The attempt that had written its row before this one.
        var basis: Int64
        var size: Int
    }

    let isRemote = true
    private let recollection: Recollection
    private let recalls: Bool
    private var known: [AccountID: Known?] = [:]
    /// Accounts that were remembered instead of locked, and have not been found unchanged yet.
    private var recalled: Set<AccountID> = []
    /// Keys that remembered accounts are taken not to have, and that have not been found absent yet.
    private var presumedAbsent: Set<KeyPlace> = []
    /// The version that was remembered to be the newest, when nothing was asked.
    private var presumedCatalog: Int64?
    private var lookedUp: Set<KeyPlace> = []
    private var earlier: [KeyPlace: SealedEntry] = [:]
    private var heads: [AuditChain: AuditHead?] = [:]
    private(set) var knownCatalogVersion: Int64?
    /// Whether anything was decided from what was remembered.
    private(set) var hasRecalled = false
    /// Accounts that this transaction changed.
    private(set) var changedAccounts: Set<AccountID> = []
    /// A line of each account that was saved, by which this transaction is known again.
    private(set) var mark: BatchMark

    /// - Parameter recalls: whether accounts may be decided from as they are remembered.
    init(_ transaction: Transaction, recollection: Recollection, recalls: Bool) {
        mark = BatchMark()
        self.recollection = recollection
        self.recalls = recalls
        super.init(transaction)
    }

    func prepare(_ accounts: [AccountID], keys: [AccountKey]) throws {
        for key in keys { lookedUp.insert(KeyPlace(account: key.account, key: key.key)) }
        let newestCatalog = recall(accounts)
        let unknown = accounts.filter { known[$0] == nil }
        presumedAbsent.formUnion(lookedUp.lazy.filter { self.recalled.contains($0.account) })
        if unknown.isEmpty, let newestCatalog {
            (knownCatalogVersion, presumedCatalog) = (newestCatalog, newestCatalog)
            return
        }
        // Accounts are locked in order of their ids, and those that are remembered come later.
        if hasRecalled { transaction.tell(PostgresWriter.shortPatience) }
        var statements = [PostgresWriter.lock(unknown)]
        let wanted = keys.filter { !recalled.contains($0.account) }
        if !wanted.isEmpty { statements.append(PostgresWriter.lookUp(wanted)) }
        statements.append(PostgresReader.newestCatalog)
        let found = try transaction.ask(statements)
        try keep(found[0], of: unknown)
        if !wanted.isEmpty {
            for row in found[1].indices {
                let line = try PostgresReader.entry(found[1], row)
                guard let key = line.entry.idempotencyKey else { continue }
                earlier[KeyPlace(account: AccountID(unchecked: found[1].text(row, 3)), key: key)] = line
            }
        }
        knownCatalogVersion = try found.last?.integer(0, 0)
    }

    /// Takes accounts as they are remembered.
    private func recall(_ accounts: [AccountID]) -> Int64? {
        if !recalls || !transaction.isFresh { return nil }
        let (memories, newestCatalog) = recollection.recall(accounts)
        for (id, memory) in memories {
            known[id] = Known(account: memory.account, batch: memory.batch, basis: memory.batch, size: memory.size)
            recalled.insert(id)
        }
        hasRecalled = !memories.isEmpty
        return newestCatalog
    }

    private static let shortPatience = Statement("SELECT set_config('lock_timeout', '200ms', true)")

    private static func lookUp(_ keys: [AccountKey]) -> Statement {
        Statement(
            """
            SELECT body, hash, seq, account_id FROM unnest($1::text[], $2::text[]) AS wanted (account_id, key)
            JOIN scrip.entries USING (account_id)
            WHERE idempotency_key = wanted.key AND idempotency_key IS NOT NULL
            """,
            .texts(keys.map(\.account.rawValue)), .texts(keys.map(\.key.rawValue))
        )
    }

    /// Locks accounts in order of their ids, so that two instances never wait for each other.
    private static func lock(_ accounts: [AccountID]) -> Statement {
        Statement(
            """
            SELECT \(PostgresReader.accountColumns), batch FROM scrip.accounts WHERE account_id = ANY($1)
            ORDER BY account_id FOR UPDATE
            """,
            .texts(accounts.map(\.rawValue))
        )
    }

    private func keep(_ rows: Rows, of accounts: [AccountID]) throws {
        for id in accounts where known[id] == nil { known[id] = .some(nil) }
        for row in rows.indices {
            let stored = try PostgresReader.account(rows, row)
            let batch = try rows.integer(row, 5)
            let size = rows.size(row, 1)
            known[stored.state.id] = Known(account: stored, batch: batch, basis: batch, size: size)
        }
    }

    /// Locks an account that was remembered, for what is kept beside it.
    private func lockRecalled(_ id: AccountID) throws {
        guard recalled.contains(id), let before = known[id] ?? nil else { return }
        let found = try transaction.ask([PostgresWriter.lock([id])])
        try keep(found[0], of: [id])
        if known[id]??.batch != before.batch { throw transaction.overtaken() }
        recalled.remove(id)
    }

    /// Has the database find, before anything is committed, that all that was remembered is still so.
    func verifyRecalled() {
        if !recalled.isEmpty {
            let used = recalled.compactMap { id in (known[id] ?? nil).map { (id, $0.batch) } }
            transaction.tell(
                Statement(
                    """
                    SELECT scrip.require(count(*) = cardinality($1)) FROM scrip.accounts
                    JOIN unnest($1::text[], $2::bigint[]) AS used (id, batch)
                        ON account_id = used.id AND accounts.batch = used.batch
                    """,
                    .texts(used.map(\.0.rawValue)), .integers(used.map(\.1))
                )
            )
        }
        if !presumedAbsent.isEmpty {
            let keys = Array(presumedAbsent)
            transaction.tell(
                Statement(
                    """
                    SELECT scrip.require(count(*) = 0)
                    FROM unnest($1::text[], $2::text[]) AS wanted (account_id, key)
                    JOIN scrip.entries USING (account_id)
                    WHERE idempotency_key = wanted.key AND idempotency_key IS NOT NULL
                    """,
                    .texts(keys.map(\.account.rawValue)), .texts(keys.map(\.key.rawValue))
                )
            )
        }
        if let presumedCatalog {
            transaction.tell(
                Statement(
                    "SELECT scrip.require(coalesce(max(version), 0) = $1) FROM scrip.catalogs",
                    .integer(presumedCatalog)))
        }
    }

    /// Remembers the accounts of this transaction, which was committed.
    func rememberAccounts() {
        var memories: [AccountID: Recollection.Memory] = [:]
        for case (let id, .some(let known)) in known where known.batch != 0 {
            memories[id] = Recollection.Memory(
                account: known.account, batch: known.batch, basis: known.basis, size: known.size)
        }
        recollection.remember(memories, newestCatalog: knownCatalogVersion)
    }

    /// Whether another attempt at this transaction was committed after all, which the lines that it saved tell. Its
    /// accounts are locked first: an attempt that is still under way is waited for.
    func wasCommitted(_ attempt: BatchMark) throws -> Bool {
        guard let (account, seq) = attempt.lines.first else { return false }
        let accounts = Array(attempt.lines.keys)
        let found = try transaction.ask([
            PostgresWriter.lock(accounts),
            Statement(
                "SELECT batch FROM scrip.entries WHERE account_id = $1 AND seq = $2", .text(account.rawValue),
                .integer(seq)),
        ])
        try keep(found[0], of: accounts)
        return try found[1].indices.first.map { try found[1].integer($0, 0) } == attempt.batch
    }

    override func account(_ id: AccountID) throws -> StoredAccount? {
        if let known = known[id] { return known?.account }
        let found = try transaction.ask([PostgresWriter.lock([id])])
        try keep(found[0], of: [id])
        return (known[id] ?? nil)?.account
    }

    override func entry(for key: IdempotencyKey, of account: AccountID) throws -> SealedEntry? {
        let place = KeyPlace(account: account, key: key)
        if lookedUp.contains(place) { return earlier[place] }
        return try super.entry(for: key, of: account)
    }

    /// Accounts that are due and that no other instance has in hand; they are locked.
    override func accountsDue(by moment: Timestamp, limit: Int) throws -> [AccountID] {
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.accountColumns), batch FROM scrip.accounts WHERE due_at <= $1
            ORDER BY due_at, account_id LIMIT $2 FOR UPDATE SKIP LOCKED
            """,
            .integer(moment.microseconds), .integer(Int64(limit))
        )
        try keep(rows, of: [])
        return rows.indices.map { AccountID(unchecked: rows.text($0, 0)) }
    }

    override func trackingFailure(_ id: String) throws -> TrackingFailure? {
        try trackingFailure(id, lock: "FOR UPDATE")
    }

    /// A purchase, whose account is locked first: what is decided of purchases is decided one after the other.
    override func purchase(_ id: String, of account: AccountID) throws -> Purchase? {
        _ = try self.account(account)
        try lockRecalled(account)
        return try keptPurchase(id, of: account)
    }

    /// What ties an account to a provider; the account is locked first.
    override func billingProfile(of account: AccountID) throws -> BillingProfile? {
        _ = try self.account(account)
        try lockRecalled(account)
        return try keptBillingProfile(of: account)
    }

    /// Where a chain ends; it cannot be added to by others until the end of the transaction.
    override func auditHead(of chain: AuditChain) throws -> AuditHead? {
        if let known = heads[chain] { return known }
        let head = try auditHead(of: chain, lock: "FOR UPDATE")
        heads[chain] = .some(head)
        return head
    }

    func append(_ record: StoredAuditRecord) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.audit_records (chain, seq, recorded_at, action, actor, body, hash)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                .text(record.chain.name), .integer(record.seq), .integer(record.recordedAt.microseconds),
                .text(record.action), .text(record.actor), .bytes(record.body), .bytes(record.hash.bytes)
            )
        )
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.audit_heads (chain, seq, hash) VALUES ($1, $2, $3)
                ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
                """,
                .text(record.chain.name), .integer(record.seq), .bytes(record.hash.bytes)
            )
        )
        heads[record.chain] = AuditHead(seq: record.seq, hash: record.hash)
    }

    /// Tells whoever listens which accounts changed, as soon as the transaction is committed.
    func tellOfAccounts() {
        for text in Notices.texts(of: changedAccounts) { transaction.tell(Notices.statement(text)) }
    }

    func save(_ changes: [AccountUpdate]) throws {
        let unknown = changes.map(\.state.id).filter { known[$0] == nil }
        if !unknown.isEmpty {
            let found = try transaction.ask([PostgresWriter.lock(unknown)])
            try keep(found[0], of: unknown)
        }
        var usage = UsageRows()
        var accounts = AccountRows(batch: mark.batch)
        var entries = EntryRows()
        // In the order in which accounts are locked.
        for change in changes.sorted(by: { $0.state.id < $1.state.id }) {
            var state = change.state
            let before = known[state.id] ?? nil
            usage.add(state.takeClosedUsage(), of: state.id)
            for line in change.entries {
                entries.add(line, of: state.id, batch: mark.batch)
                if let key = line.entry.idempotencyKey {
                    let place = KeyPlace(account: state.id, key: key)
                    earlier[place] = line
                    // The index on keys refuses one that is there.
                    presumedAbsent.remove(place)
                }
            }
            let size = accounts.add(
                state, after: before?.batch, firstSeq: change.entries.first?.entry.seq ?? state.seq)
            recalled.remove(state.id)
            known[state.id] = Known(
                account: StoredAccount(state: state, profile: before?.account.profile ?? Profile()),
                batch: mark.batch, basis: before?.basis ?? 0, size: size)
            changedAccounts.insert(state.id)
            if let last = change.entries.last { mark.lines[state.id] = last.entry.seq }
        }
        for statement in accounts.statements + entries.statements + usage.statements { transaction.tell(statement) }
    }

    func saveProfile(_ profile: Profile, of account: AccountID) throws {
        try lockRecalled(account)
        transaction.tell(
            Statement(
                "UPDATE scrip.accounts SET name = $2, email = $3, metadata = $4, batch = $5 WHERE account_id = $1",
                .text(account.rawValue), .text(profile.name), .text(profile.email), .text(profile.metadata),
                .integer(mark.batch)
            )
        )
        changedAccounts.insert(account)
        known[account]??.account.profile = profile
        known[account]??.batch = mark.batch
    }
}

/// What one attempt at a transaction leaves in the lines that it writes. Their digests would not do: what another
/// instance writes in its stead may be the same to the last byte.
struct BatchMark: Sendable {
    /// A random number that all lines of the attempt carry.
    let batch = Int64.random(in: .min ... .max)
    /// The number of a line in each account.
    var lines: [AccountID: Int64] = [:]
}
