import ScripCore
import ScripEngine

/// Reads and writes the ledger in one transaction. Every account that it reads stays locked until the end, or is found
/// unchanged at the end, so that what is decided from it cannot be overtaken by another instance.
final class PostgresWriter: PostgresReader, LedgerWriting {
    /// An account as the transaction has it.
    struct Known {
        var account: StoredAccount
        /// The attempt that wrote its row.
        var batch: Int64
        /// The attempt that had written its row before this one.
        var expectedBatch: Int64
        var size: Int
    }

    let isRemote = true
    let accountCache: AccountCache
    let isOptimistic: Bool
    var known: [AccountID: Known?] = [:]
    /// Accounts that were remembered instead of locked, and have not been found unchanged yet.
    var unlocked: Set<AccountID> = []
    /// Keys that remembered accounts are taken not to have, and that have not been found absent yet.
    var expectedAbsent: Set<AccountKey> = []
    /// Those of them that were given to new entries: no entry of an earlier version, whose owner is not stated, may
    /// have them. The index knows the others.
    var presumedNew: Set<AccountKey> = []
    /// The version that was remembered to be the newest, when nothing was asked.
    var expectedCatalog: Int64?
    var lookedUp: Set<AccountKey> = []
    var earlier: [AccountKey: SealedEntry] = [:]
    var heads: [AuditChain: AuditHead?] = [:]
    var knownCatalogVersion: Int64?
    /// Whether anything was decided from what was remembered.
    var hasUnlocked = false
    private let seal: NoticeSeal
    /// Accounts that this transaction changed.
    var changedAccounts: Set<AccountID> = []
    /// An entry of each account that was saved, by which this transaction is known again.
    var mark: BatchMark

    /// - Parameter isOptimistic: whether accounts may be decided from as they are remembered.
    init(_ transaction: Transaction, accountCache: AccountCache, seal: NoticeSeal, isOptimistic: Bool) {
        self.seal = seal
        mark = BatchMark()
        self.accountCache = accountCache
        self.isOptimistic = isOptimistic
        super.init(transaction)
    }

    /// Locks accounts in order of their ids, so that two instances never wait for each other.
    static func lock(_ accounts: [AccountID]) -> Statement {
        Statement(
            """
            SELECT \(PostgresReader.accountColumns), batch FROM scrip.accounts WHERE account_id = ANY($1)
            ORDER BY account_id FOR UPDATE
            """,
            .texts(accounts.map(\.rawValue))
        )
    }

    func keep(_ rows: Rows, of accounts: [AccountID]) throws {
        for id in accounts where known[id] == nil { known[id] = .some(nil) }
        for row in rows.indices {
            let stored = try PostgresReader.account(rows, row)
            let batch = try rows.integer(row, 5)
            let size = rows.size(row, 1)
            known[stored.state.id] = Known(account: stored, batch: batch, expectedBatch: batch, size: size)
        }
    }

    /// Whether another attempt at this transaction was committed after all, which the entries or the audit record that
    /// it saved tell. What it locked is locked first: an attempt that is still under way is waited for.
    func wasCommitted(_ attempt: BatchMark) throws -> Bool {
        if let (account, seq) = attempt.lines.first {
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
        guard let record = attempt.record else { return false }
        _ = try auditHead(of: record.chain)
        let found = try transaction.ask(
            "SELECT hash FROM scrip.audit_records WHERE chain = $1 AND seq = $2", .text(record.chain.name),
            .integer(record.seq))
        return found.indices.first.map { found.bytes($0, 0) } == record.digest.bytes
    }

    override func account(_ id: AccountID) throws -> StoredAccount? {
        if let known = known[id] { return known?.account }
        let found = try transaction.ask([PostgresWriter.lock([id])])
        try keep(found[0], of: [id])
        return (known[id] ?? nil)?.account
    }

    override func entry(for key: IdempotencyKey, of account: AccountID) throws -> SealedEntry? {
        let place = AccountKey(account: account, key: key)
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

    override func trackingFailures(withIDs ids: Set<String>) throws -> [TrackingFailure] {
        try trackingFailures(withIDs: ids, lock: "FOR UPDATE")
    }

    /// The keys, none of which anybody else changes until the end: what is decided of all of them stays true.
    override func apiKeys(setAside: ((String) -> Void)?) throws -> [StoredKey] {
        try apiKeys(lock: "FOR UPDATE", setAside: setAside)
    }

    /// A key that nobody else changes until the end: one that was revoked meanwhile would come back otherwise.
    override func apiKey(id: String) throws -> StoredKey? {
        try apiKey(id: id, lock: "FOR UPDATE")
    }

    /// A purchase, whose account is locked first: what is decided of purchases is decided one after the other.
    override func purchase(_ id: String, of account: AccountID) throws -> Purchase? {
        _ = try self.account(account)
        try lockUnlocked(account)
        return try keptPurchase(id, of: account, lock: "FOR UPDATE")
    }

    /// Whose purchase a provider's id belongs to. A row that is not there cannot be locked, so the id itself is.
    override func purchaseLocation(provider: String, reference: String) throws -> PurchaseLocation? {
        _ = try transaction.ask(
            "SELECT pg_advisory_xact_lock(hashtextextended($1 || chr(31) || $2, 0))", .text(provider), .text(reference))
        return try keptPurchaseLocation(provider: provider, reference: reference)
    }

    /// Purchases that are due and that no other instance has in hand; they are locked, but not their accounts, which
    /// would have to wait for charges. Whoever locks an account for the sake of a purchase locks the purchase after it.
    override func purchasesDue(by moment: Timestamp, limit: Int) throws -> [Purchase] {
        try keptPurchasesDue(by: moment, limit: limit, lock: "FOR UPDATE SKIP LOCKED")
    }

    /// What ties an account to a provider; the account is locked first.
    override func billingProfile(of account: AccountID) throws -> BillingProfile? {
        _ = try self.account(account)
        try lockUnlocked(account)
        return try keptBillingProfile(of: account)
    }

    /// Where a chain ends; it cannot be added to by others until the end of the transaction.
    override func auditHead(of chain: AuditChain) throws -> AuditHead? {
        if let known = heads[chain] { return known }
        let head = try auditHead(of: chain, lock: "FOR UPDATE")
        heads[chain] = .some(head)
        return head
    }

    /// Tells other instances something, when the transaction is committed.
    func tell(_ text: String) {
        if let sealed = seal.seal(text) { transaction.tell(Notices.statement(sealed)) }
    }

    /// Tells other instances which accounts changed, as soon as the transaction is committed.
    func tellOfAccounts() {
        for text in Notices.texts(of: changedAccounts) { tell(text) }
    }
}
