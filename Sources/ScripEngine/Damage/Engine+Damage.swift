import ScripCore

extension Engine {
    /// Reads something of one account. Damage in it is the account's alone.
    /// - Throws: what the body throws; ``EngineError/accountDamaged(_:)``, or a ``StoreError``.
    func read<R: Sendable>(
        about account: AccountID, _ body: @escaping @Sendable (any LedgerReading) throws -> R
    ) async throws -> R {
        do {
            return try await store.read(body)
        } catch {
            guard DamagedAccounts.isDamage(error) else { throw error }
            damagedAccounts.note(account, error, at: clock.now())
            throw EngineError.accountDamaged(account)
        }
    }

    /// Reads something of a page of accounts. If one of them is damaged, each is read by itself and the damaged ones are left
    /// out.
    /// - Returns: what was read, and the last id that was looked at; `nil` when there are no more.
    func readEach<R: Sendable>(
        after id: AccountID?, limit: Int, _ body: @escaping @Sendable (any LedgerReading, AccountID) throws -> R?
    ) async throws -> (found: [R], last: AccountID?) {
        let ids = try await store.read { try $0.accountIDs(after: id, limit: limit) }
        var found: [R] = []
        for account in ids {
            do {
                if let one = try await read(about: account, { try body($0, account) }) { found.append(one) }
            } catch EngineError.accountDamaged {
                continue
            }
        }
        return (found, ids.count < limit ? nil : ids.last)
    }
}
