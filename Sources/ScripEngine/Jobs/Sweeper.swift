import Logging
import ScripCore

/// Writes down what time has already changed, so that mail goes out and reports are fresh.
///
/// Balances stay right even without sweeps, because every read and every command advances the account.
public struct Sweeper: Sendable {
    /// How many accounts one transaction advances.
    static let batchSize = 500

    private let engine: Engine

    /// A sweeper for an engine's accounts.
    public init(engine: Engine) {
        self.engine = engine
    }

    /// Advances every account that is due, and returns how many there were.
    @discardableResult
    public func sweep() async throws -> Int {
        var count = 0
        var isFirst = true
        while true {
            let now = engine.clock.now()
            let swept = try await sweepOnce(at: now)
            engine.feed.changed(swept.updated)
            if isFirst { engine.metrics.sweepBegan(lagMicroseconds: swept.lag) }
            isFirst = false
            engine.metrics.swept(accounts: swept.updated.count)
            count += swept.updated.count
            if swept.dueCount < Sweeper.batchSize {
                engine.metrics.sweepEnded(at: now)
                return count
            }
        }
    }

    private struct Swept: Sendable {
        var updated: [AccountID] = []
        /// How many were due and not set aside.
        var dueCount = 0
        var lag: Int64 = 0
    }

    /// Advances what is due in one transaction; one by one when something of one of the accounts is damaged.
    private func sweepOnce(at now: Timestamp) async throws -> Swept {
        // Accounts that are set aside stay due, and must not fill the batch for ever.
        let limit = Sweeper.batchSize + engine.damagedAccounts.count
        do {
            return try await advance(at: now) { try $0.accountsDue(by: now, limit: limit) }
        } catch {
            guard DamagedAccounts.isDamage(error) else { throw error }
        }
        var all = Swept()
        let due = try await engine.store.read { try $0.accountsDue(by: now, limit: limit) }
        for account in due where !engine.damagedAccounts.isSetAside(account, at: now) {
            do {
                let one = try await advance(at: now) { _ in [account] }
                all.updated += one.updated
                all.lag = max(all.lag, one.lag)
            } catch {
                guard DamagedAccounts.isDamage(error) else { throw error }
                engine.damagedAccounts.note(account, error, at: now)
            }
            all.dueCount += 1
        }
        return all
    }

    /// Advances certain accounts, one by one when something of one of them is damaged.
    func advance(_ accounts: [AccountID]) async throws {
        if accounts.isEmpty { return }
        let now = engine.clock.now()
        do {
            let swept = try await advance(at: now) { _ in accounts }
            return engine.feed.changed(swept.updated)
        } catch {
            guard DamagedAccounts.isDamage(error) else { throw error }
        }
        for account in accounts {
            do {
                engine.feed.changed(try await advance(at: now) { _ in [account] }.updated)
            } catch {
                guard DamagedAccounts.isDamage(error) else { throw error }
                engine.damagedAccounts.note(account, error, at: now)
            }
        }
    }

    private func advance(
        at now: Timestamp, _ find: @escaping @Sendable (any LedgerWriting) throws -> [AccountID]
    ) async throws -> Swept {
        let (clock, catalogs, damaged) = (engine.clock, engine.catalogs, engine.damagedAccounts)
        return try await engine.store.write { writing in
            let due = try find(writing).filter { !damaged.isSetAside($0, at: now) }
            let scope = try TransactionScope(of: due, clock: clock, cache: catalogs, in: writing)
            var swept = Swept(dueCount: due.count)
            var accounts: [AccountTransaction] = []
            for id in due {
                guard let state = try writing.account(id)?.state else { continue }
                if let time = state.nextEventTime { swept.lag = max(swept.lag, now.microseconds(since: time)) }
                var account = AccountTransaction(state, at: scope.now, catalogs: scope.catalogs)
                do throws(Rejection) {
                    try account.advance()
                } catch {
                    // What a damaged version of the catalog would decide waits until that is mended.
                    swept.dueCount -= 1
                    continue
                }
                if !account.entries.isEmpty { accounts.append(account) }
            }
            try scope.save(accounts)
            swept.updated = accounts.map(\.state.id)
            return swept
        }
    }

    /// Writes down what the version of the catalog in force brings to accounts, unless that was done for it.
    /// - Parameter known: the version for which it is known to have been done.
    /// - Returns: the version for which it is done now.
    package func takeUpCatalog(after known: Int64) async throws -> Int64 {
        try await CatalogChanges(engine: engine).takeUp(after: known)
    }

    /// Sweeps regularly until the task is cancelled. A sweep that fails is logged and tried again next time.
    public func run(everySeconds interval: Int = 15) async {
        var catalog: Int64 = 0
        while !Task.isCancelled {
            do {
                let count = try await sweep()
                if count > 0 { engine.logger.debug("accounts advanced", metadata: ["count": "\(count)"]) }
                catalog = try await takeUpCatalog(after: catalog)
                try await engine.recordKeyUses()
                try await engine.tendSigningKeys()
                try await engine.removeOldTrackingFailures()
                try await engine.recordDenials()
                try await engine.removeOldDenials()
            } catch {
                engine.metrics.sweepFailed()
                engine.logger.error("sweep failed", metadata: ["error": "\(error)"])
            }
            do { try await Task.sleep(for: .seconds(interval)) } catch { return }
        }
    }
}
