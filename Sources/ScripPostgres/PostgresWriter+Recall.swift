import ScripCore
import ScripEngine

/// Accounts that are decided from as they are remembered; see `docs/decisions/0013-decided-from-memory.md`.
extension PostgresWriter {
    func prepare(_ accounts: [AccountID], keys: [AccountKey]) throws {
        lookedUp.formUnion(keys)
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
        if !wanted.isEmpty { statements.append(KeyedLines.lookUp(wanted)) }
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

    /// Locks an account that was remembered, for what is kept beside it.
    func lockRecalled(_ id: AccountID) throws {
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
        if !presumedNew.isEmpty { transaction.tell(KeyedLines.requireNoneUnstated(Array(presumedNew))) }
        if !presumedAbsent.isEmpty {
            transaction.tell(KeyedLines.requireNone(Array(presumedAbsent)))
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
}
