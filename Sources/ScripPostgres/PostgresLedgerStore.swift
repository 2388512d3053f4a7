import ScripCore
import ScripEngine

/// A ``LedgerStore`` in a PostgreSQL database that any number of instances share.
///
/// A transaction takes two round trips: one begins it, locks its accounts and reads what they need, one writes and
/// commits. Nothing that matters is kept in a session, so poolers that share connections between transactions do no
/// harm.
public final class PostgresLedgerStore: LedgerStore {
    /// How many lanes an engine has over this store unless told otherwise.
    public static let defaultLaneCount = 4

    public let laneCount: Int
    private let breaker: CircuitBreaker
    private let writers: ConnectionThreads
    private let readers: ConnectionThreads
    private let notices: Notices
    private let seal: NoticeSeal
    private let accountCache = AccountCache()
    private let refusal = WriteRefusal()
    /// Whether whoever listens is told of accounts by the transaction itself: a store with one lane belongs to a
    /// program that may end right after it.
    private let tellsAtOnce: Bool

    /// Connects, and checks that the schema is the one that this version needs.
    /// - Parameters:
    ///   - address: a URI or keywords, given to libpq as they are: several hosts, TLS modes, password files and the
    ///     environment work as for every program that uses it.
    ///   - laneCount: how many batches may be under way at once; each has a connection, and one is left for the rest.
    ///   - readerCount: how many connections answer queries.
    ///   - preparesStatements: whether the server may plan each statement once for each connection. Behind a pooler
    ///     that shares connections between transactions this ends by itself; without it not even the first attempt is
    ///     made.
    ///   - listens: whether observers are told at once of what other instances write, over one more connection.
    ///   - patience: for how long a call waits when the database goes away, before it fails.
    /// - Throws: ``StoreError``.
    public init(
        address: String, laneCount: Int = PostgresLedgerStore.defaultLaneCount, readerCount: Int = 4,
        preparesStatements: Bool = true, listens: Bool = true, patience: Duration = .seconds(10)
    ) async throws {
        self.laneCount = laneCount
        breaker = CircuitBreaker(patience: patience)
        tellsAtOnce = laneCount == 1
        let preparation = StatementPreparation(isOn: preparesStatements)
        writers = ConnectionThreads(
            name: "write", count: laneCount + 1, address: address, breaker: breaker, preparation: preparation)
        readers = ConnectionThreads(
            name: "read", count: readerCount, address: address, breaker: breaker, preparation: preparation)
        seal = try await readers.run { session in
            do {
                let connection = try session.connected(by: .now)
                try PostgresMigrations.require(in: connection)
                return try NoticeSeal(of: connection)
            } catch let failure as PostgresFailure {
                throw failure.storeError
            }
        }
        notices = Notices(address: address, isOn: listens, seal: seal)
    }

    public var health: StoreHealth {
        if case .unavailable = breaker.health { return breaker.health }
        return refusal.health
    }

    /// Asks the server, but for one that is known to be away: that is asked without waiting for it.
    public func probe() async -> StoreHealth {
        if case .unavailable = breaker.health {
            Task { try? await read { _ = try $0.newestCatalogVersion() } }
            return breaker.health
        }
        do {
            _ = try await read { try $0.newestCatalogVersion() }
            if refusal.health != .available && refusal.mayTry() { try await tryWriting() }
            return health
        } catch {
            return .unavailable(error as? StoreError ?? StoreError(.unreachable, "\(error)"))
        }
    }

    /// Takes some room, and gives it back.
    private func tryWriting() async throws {
        let refusal = refusal
        try await writers.run { session in
            let connection = try session.connected(by: .now)
            defer { session.endTransaction() }
            do {
                try connection.run(
                    script: """
                        BEGIN;
                        CREATE TABLE scrip.room (content text);
                        INSERT INTO scrip.room SELECT pg_catalog.repeat(number::pg_catalog.text, 500)
                            FROM pg_catalog.generate_series(1000, 1099) number;
                        ROLLBACK;
                        """)
                refusal.wrote()
            } catch let failure as PostgresFailure {
                throw failure.storeError
            }
        }
    }

    /// Runs a body in one durable transaction on a thread of the store's own. When another transaction came in between,
    /// or the connection was lost, the body runs again.
    public func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        let (breaker, notices, tellsAtOnce) = (breaker, notices, tellsAtOnce)
        let (accountCache, refusal, seal) = (accountCache, refusal, seal)
        return try await refusal.noting {
            try await writers.run { session in
                var attempts = RetryBudget(until: breaker.deadline())
                var unresolved: [(mark: BatchMark, result: R)] = []
                var isOptimistic = true
                while true {
                    let connection = try session.connected(by: attempts.deadline, isOutcomeOpen: !unresolved.isEmpty)
                    let transaction = Transaction(on: connection, begin: PostgresLedgerStore.beginWriting)
                    let writer = PostgresWriter(
                        transaction, accountCache: accountCache, seal: seal, isOptimistic: isOptimistic)
                    isOptimistic = false
                    var result: R?
                    do {
                        for earlier in unresolved where try writer.wasCommitted(earlier.mark) {
                            // This commit waits for a standby, if there is one, which that one may not have done.
                            try transaction.commit()
                            return earlier.result
                        }
                        let outcome = try body(writer)
                        result = outcome
                        if tellsAtOnce { writer.tellOfAccounts() }
                        writer.verifyUnlocked()
                        try transaction.commit()
                        writer.rememberAccounts()
                        if transaction.isCommitSent { refusal.wrote() }
                        if !tellsAtOnce { notices.committed(writer.changedAccounts) }
                        return outcome
                    } catch {
                        let failure = transaction.failure
                        // What was decided from memory is decided again before anybody hears that it cannot be done.
                        if writer.hasUnlocked && (failure == nil || failure?.kind == .conflict) {
                            session.endTransaction()
                            continue
                        }
                        guard let failure else { throw error }
                        if transaction.isCommitSent && failure.kind == .lost, let result {
                            unresolved.append((writer.mark, result))
                        }
                        try attempts.recover(from: failure, in: session, isOutcomeOpen: !unresolved.isEmpty)
                    }
                }
            }
        }
    }

    /// Runs a body over one picture of everything committed, again if the connection was lost.
    public func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        let breaker = breaker
        return try await readers.run { session in
            var attempts = RetryBudget(until: breaker.deadline())
            while true {
                let connection = try session.connected(by: attempts.deadline)
                let transaction = Transaction(on: connection, begin: PostgresLedgerStore.beginReading)
                let result = Result { try body(PostgresReader(transaction)) }
                guard let failure = transaction.failure else { return try result.get() }
                try attempts.recover(from: failure, in: session)
            }
        }
    }

    /// Returns when the task is cancelled: a server that is away may come back at any time.
    public func loss() async -> StoreError? {
        for await _ in AsyncStream(Never.self, { _ in }) {}
        return nil
    }

    /// Calls a body with what other instances write, as soon as it is known.
    public func observe(_ body: @escaping @Sendable (StoreChange) -> Void) {
        notices.observe(body)
    }

    /// Finishes what was taken, and lets go of all connections.
    public func close() async throws {
        notices.close()
        await writers.close()
        await readers.close()
    }

    /// An instance that is stopped in the middle of a transaction must not hold its accounts for ever, a commit is
    /// durable whatever the database's default is, and the hot statements find their rows by their indexes even while
    /// tables are too new to have statistics.
    private static let beginWriting = [
        Statement("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
        Statement(PostgresMigrations.ownPath),
        Statement(
            """
            SELECT set_config('idle_in_transaction_session_timeout', '15s', true),
                set_config('lock_timeout', '10s', true), set_config('enable_seqscan', 'off', true),
                set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
                set_config('plan_cache_mode', 'force_generic_plan', true),
                CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true)
                END
            """
        ),
    ]
    private static let beginReading = [
        Statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), Statement(PostgresMigrations.ownPath),
    ]
}
