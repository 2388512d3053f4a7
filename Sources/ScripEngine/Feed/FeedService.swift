import Logging
import ScripCore

/// Tells an engine's ``LedgerFeed`` what others wrote and what time has changed.
public struct FeedService: Sendable {
    /// How often the clock is looked at.
    static let tick = Duration.milliseconds(250)
    /// At every how many ticks the journal is looked at.
    static let ticksBetweenLooks = 2
    /// How many accounts are looked up in one transaction.
    static let batchSize = 500

    private let engine: Engine
    private let silence: Duration

    /// A service for an engine.
    /// - Parameter silenceSeconds: after how long without a notice watchers are woken for a sign of life.
    public init(engine: Engine, silenceSeconds: Int64) {
        self.engine = engine
        silence = .seconds(silenceSeconds)
    }

    /// Works until the task is cancelled.
    public func run() async {
        let feed = engine.feed
        engine.store.observe { change in
            if case .accounts(let accounts) = change { feed.changed(accounts) }
        }
        await watch()
    }

    private func watch() async {
        var mark: Int64?
        var tick = 0
        while !Task.isCancelled {
            engine.feed.timePassed(to: engine.clock.now())
            engine.feed.beat(after: silence)
            if tick.isMultiple(of: FeedService.ticksBetweenLooks), engine.feed.watchCount > 0 {
                do {
                    try await look(&mark)
                } catch {
                    engine.logger.warning("the feed cannot read the journal", metadata: ["error": "\(error)"])
                }
            }
            tick &+= 1
            do { try await Task.sleep(for: FeedService.tick) } catch { return }
        }
    }

    /// Looks for accounts that others have changed, if anything was written since the last look.
    private func look(_ known: inout Int64?) async throws {
        let mark = try await engine.store.read { try $0.journalMark() }
        if let mark, mark == known { return }
        let accounts = engine.feed.watchedAccounts
        for start in stride(from: 0, to: accounts.count, by: FeedService.batchSize) {
            let part = Array(accounts[start..<min(start + FeedService.batchSize, accounts.count)])
            engine.feed.compare(try await engine.store.read { try $0.versions(of: part) })
        }
        known = mark
    }
}
