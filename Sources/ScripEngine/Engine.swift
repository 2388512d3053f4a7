import Logging
import Metrics
import ScripCore
import Synchronization

/// The one way to the ledger: takes commands, answers queries, and keeps what time has changed up to date.
///
/// Commands of all callers gather in a ``Lane`` and are committed together; a success is returned only after it is
/// durable. Queries see the account as of now without writing anything.
public final class Engine: Sendable {
    /// Where everything is kept.
    public let store: any LedgerStore
    /// What time it is.
    public let clock: any Clock
    /// The catalog's versions in memory.
    public let catalogs: CatalogCache
    /// What it counts.
    public let metrics: EngineMetrics
    /// What tells of changes to accounts.
    public let feed = LedgerFeed()
    let lanes: Lanes
    let keyRing = KeyRing()
    let keyUses = KeyUses()
    let signingKeys = SigningKeyRing()
    let masterKeys: MasterKeys
    let failureQuota = FailureQuota()
    let failureTurn = HourlyTurn()
    let denialTurn = HourlyTurn()
    let refusalLog: RefusalLog
    /// How many tracking failures are kept, and for how long.
    public let failureLimits: FailureLimits
    /// Accounts that cannot be read, which are set aside.
    public let damagedAccounts: DamagedAccounts
    let logger: Logger
    /// Reads the price book that comes with this version of Scrip.
    let shippedBook: (@Sendable () throws -> PriceBookDocument)?

    /// An engine over a store. Loads the catalog first.
    /// - Parameter shippedBook: reads the price book that goes with the first catalog; only called when it is needed.
    /// - Parameter metrics: who keeps what the engine counts; the process's own backend of swift-metrics if not stated.
    /// - Parameter masterKeys: what secrets in the database are encrypted with.
    /// - Parameter failureLimits: how many tracking failures are kept, and for how long.
    /// - Parameter enforcement: whether refusals for entitlement or balance are carried out at all.
    /// - Parameter priceBooks: when the prices of models are read; whatever needs them waits until they are.
    public init(
        store: any LedgerStore, clock: any Clock = SystemClock(), logger: Logger,
        shippedBook: (@Sendable () throws -> PriceBookDocument)? = nil,
        metrics factory: any MetricsFactory = MetricsSystem.factory, priceBooks: PriceBookReading = .atOnce,
        masterKeys: MasterKeys = MasterKeys(), failureLimits: FailureLimits = FailureLimits(),
        enforcement: AccountSettings.Enforcement = .enforce
    ) async throws {
        let metrics = EngineMetrics(factory: factory)
        let store = CountedStore(store, metrics: metrics)
        self.store = store
        self.shippedBook = shippedBook
        self.masterKeys = masterKeys
        self.failureLimits = failureLimits
        refusalLog = RefusalLog(logger: logger)
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
        catalogs = CatalogCache(priceBooks: priceBooks, enforcement: enforcement)
        damagedAccounts = DamagedAccounts(factory: factory, logger: logger)
        lanes = Lanes(
            store: store, clock: clock, catalogs: catalogs, metrics: metrics, feed: feed, damaged: damagedAccounts)
        try await refreshCatalogs()
    }

    /// The version of the catalog that is in force now.
    public var catalogInForce: Catalog { catalogs.history.inForce(at: clock.now()) }

    /// Carries out one command.
    /// - Throws: a ``Rejection`` when it is refused, a ``StoreError`` when it failed.
    public func submit(_ command: Command) async throws -> Outcome {
        try await readPriceBooks(for: CollectionOfOne(command.intent))
        do {
            let outcome = try await lanes.submit(command.withMeaning(in: catalogInForce))
            unrated(outcome, requestID: command.origin.caller.requestID)
            return outcome
        } catch let rejection as Rejection {
            refused(command, rejection)
            throw rejection
        }
    }

    /// Carries out several commands; each has its own result and none undoes another.
    public func submit(_ commands: [Command]) async -> [Result<Outcome, any Error>] {
        do {
            try await readPriceBooks(for: commands.lazy.map(\.intent))
        } catch {
            return commands.map { _ in .failure(error) }
        }
        let catalog = catalogInForce
        let results = await lanes.submit(commands.map { $0.withMeaning(in: catalog) })
        for (command, result) in zip(commands, results) {
            switch result {
            case .success(let outcome): unrated(outcome, requestID: command.origin.caller.requestID)
            case .failure(let rejection as Rejection): refused(command, rejection)
            case .failure: break
            }
        }
        return results
    }

    /// Says in the log that something that was done is answered in part, since what belongs to the answer cannot be
    /// read.
    package func warn(_ what: String, _ error: any Error) {
        logger.warning("\(what)", metadata: ["error": "\(error)"])
    }

    /// Whether new commands are refused because the process is about to end.
    public var isDraining: Bool { lanes.isDraining }

    /// Whether the store can serve now.
    public func isStoreReachable() async -> Bool { await store.probe() == .available }

    /// Refuses new commands, and returns when those taken have been answered.
    public func drain() async {
        await lanes.drain()
    }
}
