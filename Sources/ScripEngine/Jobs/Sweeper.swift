import Logging
import ScripCore

/// Writes down what time has already changed, so that mail goes out and reports are fresh.
///
/// A sweep that comes late or never makes no balance wrong: every read and every command advances the account itself.
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
            let catalogs = engine.catalogs
            let (updated, lag) = try await engine.store.write { writing in
                let due = try writing.accountsDue(by: now, limit: Sweeper.batchSize)
                if writing.isRemote && !due.isEmpty { try writing.prepare(due, keys: []) }
                let history = try catalogs.history(knownIn: writing)
                var lag: Int64 = 0
                let updates = try due.compactMap { id -> AccountUpdate? in
                    guard var state = try writing.account(id)?.state else { return nil }
                    if let time = state.nextEventTime { lag = max(lag, now.microseconds - time.microseconds) }
                    // A command may have been written later than this sweep looked at the clock.
                    let entries = state.advance(to: max(now, state.lastRecordedAt), catalogs: history)
                    return entries.isEmpty ? nil : AccountUpdate(state: state, entries: entries)
                }
                if !updates.isEmpty { try writing.save(updates) }
                return (updates.map(\.state.id), lag)
            }
            engine.feed.changed(updated)
            let advanced = updated.count
            if isFirst { engine.metrics.sweepBegan(lagMicroseconds: lag) }
            isFirst = false
            engine.metrics.swept(accounts: advanced)
            count += advanced
            if advanced < Sweeper.batchSize {
                engine.metrics.sweepEnded(at: now)
                return count
            }
        }
    }

    /// Sweeps again and again until the task is cancelled. A sweep that fails is logged and tried again next time.
    public func run(everySeconds interval: Int = 15) async {
        while !Task.isCancelled {
            do {
                let count = try await sweep()
                if count > 0 { engine.logger.debug("accounts advanced", metadata: ["count": "\(count)"]) }
                try await engine.recordKeyUses()
                try await engine.tendSigningKeys()
            } catch {
                engine.metrics.sweepFailed()
                engine.logger.error("sweep failed", metadata: ["error": "\(error)"])
            }
            do { try await Task.sleep(for: .seconds(interval)) } catch { return }
        }
    }
}
