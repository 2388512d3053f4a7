import ScripCore
import ScripEngine

/// Reads and writes the ledger in one transaction. Every account that it reads stays locked until the end, so that what
/// is decided from it cannot be overtaken by another instance.
final class PostgresWriter: PostgresReader, LedgerWriting {
    private struct KeyPlace: Hashable {
        var account: AccountID
        var key: IdempotencyKey
    }

    let isRemote = true
    private var locked: [AccountID: StoredAccount?] = [:]
    private var lookedUp: Set<KeyPlace> = []
    private var earlier: [KeyPlace: SealedEntry] = [:]
    private var heads: [AuditChain: AuditHead?] = [:]
    private(set) var knownCatalogVersion: Int64?
    /// Accounts that this transaction changed.
    private(set) var changedAccounts: Set<AccountID> = []
    /// A line of each account that was saved, by which this transaction is known again.
    private(set) var mark: BatchMark

    override init(_ transaction: Transaction) {
        mark = BatchMark()
        super.init(transaction)
    }

    func prepare(_ accounts: [AccountID], keys: [AccountKey]) throws {
        var statements = [PostgresWriter.lock(accounts.filter { locked[$0] == nil })]
        if !keys.isEmpty {
            statements.append(
                Statement(
                    """
                    SELECT body, hash, seq, account_id FROM unnest($1::text[], $2::text[]) AS wanted (account_id, key)
                    JOIN scrip.entries USING (account_id)
                    WHERE idempotency_key = wanted.key AND idempotency_key IS NOT NULL
                    """,
                    .texts(keys.map(\.account.rawValue)), .texts(keys.map(\.key.rawValue))
                )
            )
        }
        statements.append(PostgresReader.newestCatalog)
        let found = try transaction.ask(statements)
        try keep(found[0], of: accounts)
        if !keys.isEmpty {
            for row in found[1].indices {
                let line = try PostgresReader.entry(found[1], row)
                guard let key = line.entry.idempotencyKey else { continue }
                earlier[KeyPlace(account: AccountID(unchecked: found[1].text(row, 3)), key: key)] = line
            }
            for key in keys { lookedUp.insert(KeyPlace(account: key.account, key: key.key)) }
        }
        knownCatalogVersion = try found.last?.integer(0, 0)
    }

    /// Locks accounts in order of their ids, so that two instances never wait for each other.
    private static func lock(_ accounts: [AccountID]) -> Statement {
        Statement(
            """
            SELECT \(PostgresReader.accountColumns) FROM scrip.accounts WHERE account_id = ANY($1)
            ORDER BY account_id FOR UPDATE
            """,
            .texts(accounts.map(\.rawValue))
        )
    }

    private func keep(_ rows: Rows, of accounts: [AccountID]) throws {
        for id in accounts where locked[id] == nil { locked[id] = .some(nil) }
        for row in rows.indices {
            let stored = try PostgresReader.account(rows, row)
            locked[stored.state.id] = stored
        }
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
        if let known = locked[id] { return known }
        let found = try transaction.ask([PostgresWriter.lock([id])])
        try keep(found[0], of: [id])
        return locked[id] ?? nil
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
            SELECT \(PostgresReader.accountColumns) FROM scrip.accounts WHERE due_at <= $1
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

    override func apiKey(id: String) throws -> StoredKey? {
        try apiKey(id: id, lock: "FOR UPDATE")
    }

    /// A purchase, whose account is locked first: what is decided of purchases is decided one after the other.
    override func purchase(_ id: String, of account: AccountID) throws -> Purchase? {
        _ = try self.account(account)
        return try keptPurchase(id, of: account, lock: "FOR UPDATE")
    }

    /// Purchases that are due and that no other instance has in hand; they are locked, but not their accounts, which
    /// would have to wait for charges. Whoever locks an account for the sake of a purchase locks the purchase after it.
    override func purchasesDue(by moment: Timestamp, limit: Int) throws -> [Purchase] {
        try keptPurchasesDue(by: moment, limit: limit, lock: "FOR UPDATE SKIP LOCKED")
    }

    /// What ties an account to a provider; the account is locked first.
    override func billingProfile(of account: AccountID) throws -> BillingProfile? {
        _ = try self.account(account)
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
        let unlocked = changes.map(\.state.id).filter { locked[$0] == nil }
        if !unlocked.isEmpty {
            let found = try transaction.ask([PostgresWriter.lock(unlocked)])
            try keep(found[0], of: unlocked)
        }
        var usage = UsageRows()
        var accounts = AccountRows()
        var entries = EntryRows()
        for change in changes {
            var state = change.state
            let before = locked[state.id] ?? nil
            usage.add(state.takeClosedUsage(), of: state.id)
            for line in change.entries {
                entries.add(line, of: state.id, batch: mark.batch)
                if let key = line.entry.idempotencyKey {
                    earlier[KeyPlace(account: state.id, key: key)] = line
                }
            }
            accounts.add(state, isNew: before == nil, firstSeq: change.entries.first?.entry.seq ?? state.seq)
            locked[state.id] = StoredAccount(state: state, profile: before?.profile ?? Profile())
            changedAccounts.insert(state.id)
            if let last = change.entries.last { mark.lines[state.id] = last.entry.seq }
        }
        for statement in accounts.statements + entries.statements + usage.statements { transaction.tell(statement) }
    }

    func saveProfile(_ profile: Profile, of account: AccountID) throws {
        transaction.tell(
            Statement(
                "UPDATE scrip.accounts SET name = $2, email = $3, metadata = $4 WHERE account_id = $1",
                .text(account.rawValue), .text(profile.name), .text(profile.email), .text(profile.metadata)
            )
        )
        changedAccounts.insert(account)
        if case .some(.some(var known)) = locked[account] {
            known.profile = profile
            locked[account] = known
        }
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
