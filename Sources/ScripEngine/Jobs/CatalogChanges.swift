import Logging
import ScripCore

/// Writes down what a version of the catalog that came into force brings to accounts: allowances that their plans have
/// gained, plans and credit types that were replaced. Once for all instances.
///
/// No balance depends on this, as with the sweeper: every read and every command brings the account up to date.
struct CatalogChanges: Sendable {
    private static let job = "catalog_changes"

    let engine: Engine

    /// Looks over all accounts, unless that was done for the version in force.
    /// - Parameter known: the version for which it is known to have been done.
    /// - Returns: the version for which it is done now.
    func takeUp(after known: Int64) async throws -> Int64 {
        let version = engine.catalogInForce.version
        if version <= known { return known }
        let isDoneNow = try await JobTurn(version, of: CatalogChanges.job, engine: engine).run { try await walk() }
        if isDoneNow { return version }
        let last = try await engine.lastTurn(of: CatalogChanges.job)
        return last.map { $0 >= version } == true ? version : known
    }

    private func walk() async throws {
        let sweeper = Sweeper(engine: engine)
        var last: AccountID?
        repeat {
            try Task.checkCancellation()
            let (now, history) = (engine.clock.now(), engine.catalogs.history)
            let page = try await engine.readEach(pageAfter: last, limit: Sweeper.batchSize) { stored -> AccountID? in
                var state = stored.state
                if (try? state.requireSound(history, through: max(now, state.lastRecordedAt))) == nil { return nil }
                return state.advance(to: max(now, state.lastRecordedAt), catalogs: history).isEmpty ? nil : state.id
            }
            try await sweeper.advance(page.found)
            last = page.last
        } while last != nil
    }
}

extension Engine {
    /// Looks at a page of accounts, at once if none of them is damaged.
    fileprivate func readEach<R: Sendable>(
        pageAfter id: AccountID?, limit: Int, _ body: @escaping @Sendable (StoredAccount) -> R?
    ) async throws -> (found: [R], last: AccountID?) {
        do {
            return try await store.read { reading in
                let accounts = try reading.accounts(after: id, limit: limit)
                return (accounts.compactMap(body), accounts.count < limit ? nil : accounts.last?.state.id)
            }
        } catch {
            guard DamagedAccounts.isDamage(error) else { throw error }
            let page = try await readEach(after: id, limit: limit) { reading, account in
                try reading.account(account).flatMap(body)
            }
            return (page.found, page.last)
        }
    }
}
