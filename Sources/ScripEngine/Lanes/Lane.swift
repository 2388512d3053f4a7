import DequeModule
import ScripCore
import Synchronization

/// Takes commands and commits them in batches: while one batch is being made durable, the next one gathers.
final class Lane: Sendable {
    /// How many commands one batch takes at most.
    static let largestBatch = 1_024
    /// How many commands may wait; beyond it callers are told to come again.
    static let longestQueue = 65_536

    private struct Waiting {
        var command: Command
        var edit: ProfileEdit?
        var answer: @Sendable (Result<Outcome, any Error>) -> Void
    }

    private struct State {
        var waiting: Deque<Waiting> = []
        var isRunning = false
        var isDraining = false
        var drained: [CheckedContinuation<Void, Never>] = []
    }

    private let store: any LedgerStore
    private let clock: any Clock
    private let catalogs: CatalogCache
    private let metrics: EngineMetrics
    private let feed: LedgerFeed
    private let damaged: DamagedAccounts
    private let state = Mutex(State())

    init(
        store: any LedgerStore, clock: any Clock, catalogs: CatalogCache, metrics: EngineMetrics, feed: LedgerFeed,
        damaged: DamagedAccounts
    ) {
        self.store = store
        self.clock = clock
        self.catalogs = catalogs
        self.metrics = metrics
        self.feed = feed
        self.damaged = damaged
    }

    /// - Parameter edit: what becomes of the account's profile in the same transaction, when the command is carried
    ///   out.
    func submit(_ command: Command, profile edit: ProfileEdit? = nil) async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            enqueue([Waiting(command: command, edit: edit) { continuation.resume(with: $0) }])
        }
    }

    func submit(_ commands: [Command]) async -> [Result<Outcome, any Error>] {
        if commands.isEmpty { return [] }
        let gathered = Gathered(count: commands.count)
        return await withCheckedContinuation { continuation in
            gathered.whenComplete { continuation.resume(returning: $0) }
            enqueue(
                commands.enumerated().map { index, command in
                    Waiting(command: command) { gathered.put($0, at: index) }
                }
            )
        }
    }

    private func enqueue(_ arrivals: [Waiting]) {
        let (starts, refusal) = state.withLock { state -> (Bool, EngineError?) in
            if state.isDraining { return (false, .shuttingDown) }
            if state.waiting.count + arrivals.count > Lane.longestQueue { return (false, .overloaded) }
            state.waiting += arrivals
            metrics.waiting(more: arrivals.count)
            if state.isRunning { return (false, nil) }
            state.isRunning = true
            return (true, nil)
        }
        if let refusal {
            metrics.failed(arrivals.lazy.map(\.command))
            for arrival in arrivals { arrival.answer(.failure(refusal)) }
        } else if starts {
            Task { await run() }
        }
    }

    /// Works until nothing waits. While callers are told what their batch came to, the next one is made durable.
    private func run() async {
        var answers: Task<Void, Never>?
        while true {
            if !hasWaiting { await answers?.value }
            guard let batch = nextBatch().map({ soundOnes(of: $0) }) else { return }
            if batch.isEmpty { continue }
            let commands = batch.map(\.command)
            let edits = batch.map(\.edit)
            let (clock, catalogs, metrics) = (clock, catalogs, metrics)
            let began = ContinuousClock.now
            do {
                let results = try await store.write { writing in
                    try AccountBatch.run(commands, edits: edits, clock: clock, catalogs: catalogs, in: writing)
                }
                metrics.commitTook(ContinuousClock.now - began)
                feed.changed(commands.lazy.map(\.account))
                damaged.works(commands.lazy.map(\.account))
                await answers?.value
                let tell: @Sendable () -> Void = {
                    metrics.committed(commands, results)
                    for (waiting, result) in zip(batch, results) { waiting.answer(result.mapError { $0 }) }
                }
                // Only where there is something to do meanwhile is it worth while to wake another thread.
                if hasWaiting { answers = Task { tell() } } else { tell() }
            } catch {
                metrics.commitTook(ContinuousClock.now - began)
                if DamagedAccounts.isDamage(error) {
                    await separate(batch, after: error)
                } else {
                    metrics.failed(commands)
                    for waiting in batch { waiting.answer(.failure(error)) }
                }
            }
        }
    }

    /// Answers the commands of accounts that are set aside, and returns the others.
    private func soundOnes(of batch: [Waiting]) -> [Waiting] {
        if damaged.isEmpty { return batch }
        let now = clock.now()
        return batch.filter { waiting in
            let account = waiting.command.account
            if !damaged.isSetAside(account, at: now) { return true }
            metrics.failed(CollectionOfOne(waiting.command))
            waiting.answer(.failure(EngineError.accountDamaged(account)))
            return false
        }
    }

    /// Carries a batch out account by account, since something that one of them needs is damaged.
    private func separate(_ batch: [Waiting], after error: any Error) async {
        let (clock, catalogs) = (clock, catalogs)
        var order: [AccountID] = []
        var groups: [AccountID: [Waiting]] = [:]
        for waiting in batch {
            if groups[waiting.command.account] == nil { order.append(waiting.command.account) }
            groups[waiting.command.account, default: []].append(waiting)
        }
        for account in order {
            let group = groups[account] ?? []
            let (commands, edits) = (group.map(\.command), group.map(\.edit))
            do {
                let results = try await store.write { writing in
                    try AccountBatch.run(commands, edits: edits, clock: clock, catalogs: catalogs, in: writing)
                }
                feed.changed(CollectionOfOne(account))
                damaged.works(CollectionOfOne(account))
                metrics.committed(commands, results)
                for (waiting, result) in zip(group, results) { waiting.answer(result.mapError { $0 }) }
            } catch {
                metrics.failed(commands)
                let answer = await isAccountsOwn(error) ? EngineError.accountDamaged(account) : error
                if answer is EngineError { damaged.note(account, error, at: clock.now()) }
                for waiting in group { waiting.answer(.failure(answer)) }
            }
        }
    }

    /// Whether damage is an account's own, and not that of a catalog, which concerns all accounts.
    private func isAccountsOwn(_ error: any Error) async -> Bool {
        guard DamagedAccounts.isDamage(error) else { return false }
        let (catalogs, now) = (catalogs, clock.now())
        let isCatalogSound: Void? = try? await store.write { writing in
            _ = try catalogs.history(knownIn: writing, at: now)
        }
        return isCatalogSound != nil
    }

    private var hasWaiting: Bool { state.withLock { !$0.waiting.isEmpty } }

    private func nextBatch() -> [Waiting]? {
        let (batch, drained) = state.withLock { state -> ([Waiting]?, [CheckedContinuation<Void, Never>]) in
            if state.waiting.isEmpty {
                state.isRunning = false
                defer { state.drained = [] }
                return (nil, state.drained)
            }
            let batch = Array(state.waiting.prefix(Lane.largestBatch))
            state.waiting.removeFirst(batch.count)
            metrics.waiting(more: -batch.count)
            return (batch, [])
        }
        for waiter in drained { waiter.resume() }
        return batch
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    func drain() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isIdle = state.withLock { state in
                state.isDraining = true
                if state.isRunning { state.drained.append(continuation) }
                return !state.isRunning
            }
            if isIdle { continuation.resume() }
        }
    }
}

/// The results of several commands, until all are there.
private final class Gathered: Sendable {
    private struct State {
        var results: [Result<Outcome, any Error>?]
        var missing: Int
        var complete: (@Sendable ([Result<Outcome, any Error>]) -> Void)?
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(results: Array(repeating: nil, count: count), missing: count, complete: nil))
    }

    func whenComplete(_ body: @escaping @Sendable ([Result<Outcome, any Error>]) -> Void) {
        state.withLock { $0.complete = body }
    }

    func put(_ result: Result<Outcome, any Error>, at index: Int) {
        let finished = state.withLock { state -> (@Sendable () -> Void)? in
            state.results[index] = result
            state.missing -= 1
            guard state.missing == 0, let complete = state.complete else { return nil }
            let results = state.results.compactMap { $0 }
            return { complete(results) }
        }
        finished?()
    }
}
