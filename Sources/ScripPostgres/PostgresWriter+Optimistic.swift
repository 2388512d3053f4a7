import ScripCore
import ScripEngine

/// Accounts that are decided from as they are remembered; see `docs/decisions/0013-decided-from-memory.md`.
extension PostgresWriter {
    func prepare(_ accounts: [AccountID], keys: [AccountKey]) throws {
        lookedUp.formUnion(keys)
        let newestCatalog = recall(accounts)
        let unknown = accounts.filter { known[$0] == nil }
        expectedAbsent.formUnion(lookedUp.lazy.filter { self.unlocked.contains($0.account) })
        if unknown.isEmpty, let newestCatalog {
            (knownCatalogVersion, expectedCatalog) = (newestCatalog, newestCatalog)
            return
        }
        // Accounts are locked in order of their ids, and those that are remembered come later.
        if hasUnlocked { transaction.tell(PostgresWriter.shortPatience) }
        var statements = [PostgresWriter.lock(unknown)]
        let wanted = keys.filter { !unlocked.contains($0.account) }
        if !wanted.isEmpty { statements.append(KeyedEntries.lookUp(wanted)) }
        statements.append(PostgresReader.newestCatalog)
        let found = try transaction.ask(statements)
        try keep(found[0], of: unknown)
        if !wanted.isEmpty {
            for row in found[1].indices {
                let line = try PostgresReader.entry(found[1], row)
                let key = wanted[Int(try found[1].integer(row, 3)) - 1]
                if line.entry.carries(key.key) { earlier[key] = line }
            }
        }
        knownCatalogVersion = try found.last?.integer(0, 0)
    }

    /// Takes accounts as they are remembered.
    private func recall(_ accounts: [AccountID]) -> Int64? {
        if !isOptimistic || !transaction.isFresh { return nil }
        let (memories, newestCatalog) = accountCache.recall(accounts)
        for (id, memory) in memories {
            known[id] = Known(
                account: memory.account, batch: memory.batch, expectedBatch: memory.batch, size: memory.size)
            unlocked.insert(id)
        }
        hasUnlocked = !memories.isEmpty
        return newestCatalog
    }

    private static let shortPatience = Statement("SELECT set_config('lock_timeout', '200ms', true)")

    /// Locks an account that was remembered, for what is kept beside it.
    func lockUnlocked(_ id: AccountID) throws {
        guard unlocked.contains(id), let before = known[id] ?? nil else { return }
        let found = try transaction.ask([PostgresWriter.lock([id])])
        try keep(found[0], of: [id])
        if known[id]??.batch != before.batch { throw transaction.overtaken() }
        unlocked.remove(id)
    }

    /// Has the database find, before anything is committed, that all that was remembered is still so.
    func verifyUnlocked() {
        if !unlocked.isEmpty {
            let used = unlocked.compactMap { id in (known[id] ?? nil).map { (id, $0.batch) } }
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
        if !presumedNew.isEmpty { transaction.tell(KeyedEntries.requireNoneUnstated(Array(presumedNew))) }
        if !expectedAbsent.isEmpty {
            transaction.tell(KeyedEntries.requireNone(Array(expectedAbsent)))
        }
        if let expectedCatalog {
            transaction.tell(
                Statement(
                    "SELECT scrip.require(coalesce(max(version), 0) = $1) FROM scrip.catalogs",
                    .integer(expectedCatalog)))
        }
    }

    /// Remembers the accounts of this transaction, which was committed.
    func rememberAccounts() {
        var memories: [AccountID: AccountCache.Memory] = [:]
        for case (let id, .some(let known)) in known where known.batch != 0 {
            memories[id] = AccountCache.Memory(
                account: known.account, batch: known.batch, expectedBatch: known.expectedBatch, size: known.size)
        }
        accountCache.remember(memories, newestCatalog: knownCatalogVersion)
    }
}
