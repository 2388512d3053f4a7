import Logging
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
    /// - Returns: what was read, the last id that was looked at; `nil` when there are no more; and the damaged accounts.
    func readEach<R: Sendable>(
        after id: AccountID?, limit: Int, _ body: @escaping @Sendable (any LedgerReading, AccountID) throws -> R?
    ) async throws -> (found: [R], last: AccountID?, damaged: [AccountID]) {
        let ids = try await store.read { try $0.accountIDs(after: id, limit: limit) }
        var (found, damaged): ([R], [AccountID]) = ([], [])
        for account in ids {
            do {
                if let one = try await read(about: account, { try body($0, account) }) { found.append(one) }
            } catch EngineError.accountDamaged {
                damaged.append(account)
            }
        }
        return (found, ids.count < limit ? nil : ids.last, damaged)
    }

    /// Reads a list whose damaged rows are set aside, each with a line in the log.
    /// - Parameter noun: what one row is.
    /// - Returns: the sound ones, and what the others are called.
    func readList<R: Sendable>(
        of noun: String,
        _ body: @escaping @Sendable (any LedgerReading, @escaping (String) -> Void) throws -> [R]
    ) async throws -> (found: [R], damaged: [String]) {
        let list = try await store.read { reading in
            var damaged: [String] = []
            let found = try body(reading) { damaged.append($0) }
            return (found: found, damaged: damaged)
        }
        for name in list.damaged { tellSetAside(noun, name) }
        return list
    }

    /// Notes in the log that something that is kept cannot be read.
    func tellSetAside(_ noun: String, _ name: String) {
        logger.error(
            "\(noun) set aside: what is kept of it is damaged; see 'scrip verify'", metadata: ["id": "\(name)"])
    }
}
