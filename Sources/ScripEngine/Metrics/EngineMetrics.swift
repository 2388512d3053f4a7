import Metrics
import ScripCore
import Synchronization

/// What the engine counts. No label ever names an account, a model or anything else that callers choose.
///
/// Instruments are made once and kept; a batch of commands is tallied first and costs one addition per kind of result.
public final class EngineMetrics: Sendable {
    /// How many reasons of tracking failures are told apart; any others count as `other`.
    static let maxReasons = 64

    private let factory: any MetricsFactory
    private let batchCommands: Recorder
    private let commitDuration: Timer
    private let laneWaiting: Gauge
    private let unknownModels: [Counter]
    private let unaccountedTokens: Counter
    private let sweeps: Counter
    private let sweptAccounts: Counter
    private let sweepFailures: Counter
    private let sweeperLag: Gauge
    private let lastSweep: Gauge
    private let waitingCount = Mutex(0)
    private let commands = Mutex<[Counter?]>(Array(repeating: nil, count: CommandTally.slotCount))
    private let trackingFailures = Mutex<[String: Counter]>([:])
    private let refusals = Mutex<[String: Counter]>([:])
    private let storeErrors = Mutex<[String: Counter]>([:])

    /// What became of usage that was not charged as it was asked for.
    enum RefusalKind: String {
        /// It was refused.
        case refusal
        /// It had happened, and could not be recorded or priced.
        case trackingFailure = "tracking_failure"
    }

    /// How many pairs of actions and reasons are told apart; any others count as `other`.
    static let maxRefusals = 900

    /// What the store was asked to do.
    enum StoreOperation: String {
        case read, write
    }

    /// The engine's instruments, made by a backend of swift-metrics.
    public init(factory: any MetricsFactory) {
        self.factory = factory
        batchCommands = Recorder(label: "scrip_batch_commands", aggregate: true, factory: factory)
        commitDuration = Timer(label: "scrip_commit_duration_seconds", factory: factory)
        laneWaiting = Gauge(label: "scrip_lane_waiting", factory: factory)
        unknownModels = CommandTally.Policy.allCases.map {
            Counter(label: "scrip_unknown_models_total", dimensions: [("policy", $0.label)], factory: factory)
        }
        unaccountedTokens = Counter(label: "scrip_unaccounted_tokens_total", factory: factory)
        sweeps = Counter(label: "scrip_sweeper_runs_total", factory: factory)
        sweptAccounts = Counter(label: "scrip_sweeper_accounts_total", factory: factory)
        sweepFailures = Counter(label: "scrip_sweeper_failures_total", factory: factory)
        sweeperLag = Gauge(label: "scrip_sweeper_lag_seconds", factory: factory)
        lastSweep = Gauge(label: "scrip_sweeper_last_run_timestamp_seconds", factory: factory)
    }

    /// Counts usage that could not be recorded or priced and is kept as a ``TrackingFailure``.
    /// - Parameters:
    ///   - reason: why, as a stable code of a short list such as ``Rejection/code``; never a caller's own text.
    ///   - count: how many times.
    public func trackingFailure(reason: String, count: Int = 1) {
        let counter = trackingFailures.withLock { counters in
            let isRoom = counters.count < EngineMetrics.maxReasons
            let reason = counters[reason] != nil || isRoom ? reason : "other"
            if let known = counters[reason] { return known }
            let made = Counter(
                label: "scrip_tracking_failures_total", dimensions: [("reason", reason)], factory: factory)
            counters[reason] = made
            return made
        }
        counter.increment(by: count)
    }

    /// Counts usage that was refused or could not be recorded.
    /// - Parameters:
    ///   - action: one of the catalog's, `other` or `none`.
    ///   - reason: why, as a stable code of a short list.
    func refused(_ kind: RefusalKind, action: String, reason: String) {
        let counter = refusals.withLock { counters in
            let place = "\(kind.rawValue) \(reason) \(action)"
            if let known = counters[place] { return known }
            let isRoom = counters.count < EngineMetrics.maxRefusals
            let labels = [
                ("kind", kind.rawValue), ("action", isRoom ? action : "other"),
                ("reason", isRoom ? reason : "other"),
            ]
            let made = Counter(label: "scrip_refused_usage_total", dimensions: labels, factory: factory)
            if isRoom { counters[place] = made }
            return made
        }
        counter.increment()
    }

    /// Counts a transaction that the store could not carry out.
    /// - Parameter code: why; `nil` for an error of the database itself.
    func storeFailed(_ operation: StoreOperation, code: StoreError.Code?) {
        let reason = code?.rawValue ?? "database"
        let counter = storeErrors.withLock { counters in
            let place = "\(operation.rawValue) \(reason)"
            if let known = counters[place] { return known }
            let made = Counter(
                label: "scrip_store_errors_total",
                dimensions: [("operation", operation.rawValue), ("code", reason)], factory: factory)
            counters[place] = made
            return made
        }
        counter.increment()
    }

    /// Counts a batch that was made durable, and what its commands came to.
    func committed(_ commands: [Command], _ results: [Result<Outcome, Rejection>]) {
        batchCommands.record(commands.count)
        var tally = CommandTally()
        for (command, result) in zip(commands, results) { tally.add(command.intent, result) }
        count(tally)
    }

    /// Counts commands without a result, because the store failed or because they were not accepted.
    func failed(_ commands: some Sequence<Command>) {
        var tally = CommandTally()
        for command in commands { tally.addError(command.intent) }
        count(tally)
    }

    /// Records how long it took from handing a batch to the store until it was durable, or until that failed.
    func commitTook(_ duration: Duration) {
        commitDuration.record(duration: duration)
    }

    /// Records that more commands wait for their batch, in all lanes together, or fewer.
    func waiting(more count: Int) {
        // What is shown last must be the last sum.
        waitingCount.withLock { sum in
            sum += count
            laneWaiting.record(sum)
        }
    }

    func swept(accounts: Int) {
        if accounts > 0 { sweptAccounts.increment(by: accounts) }
    }

    /// Records how long the account had waited that was overdue longest when a sweep began.
    func sweepBegan(lagMicroseconds: Int64) {
        sweeperLag.record(Double(lagMicroseconds) / 1e6)
    }

    /// Counts a sweep that went through all accounts that were due.
    func sweepEnded(at moment: Timestamp) {
        sweeps.increment()
        lastSweep.record(Double(moment.microseconds) / 1e6)
    }

    func sweepFailed() {
        sweepFailures.increment()
    }

    private func count(_ tally: CommandTally) {
        let counted = commands.withLock { counters in
            tally.nonzero.map { slot, count in
                if let known = counters[slot] { return (known, count) }
                let labels = CommandTally.labels(of: slot)
                let made = Counter(
                    label: "scrip_commands_total",
                    dimensions: [("intent", labels.intent), ("outcome", labels.outcome)],
                    factory: factory
                )
                counters[slot] = made
                return (made, count)
            }
        }
        for (counter, count) in counted { counter.increment(by: count) }
        for (counter, count) in zip(unknownModels, tally.unknownModels) where count > 0 {
            counter.increment(by: count)
        }
        if tally.unaccountedTokens > 0 { unaccountedTokens.increment(by: tally.unaccountedTokens) }
        if tally.unratedEntryCount > 0 {
            trackingFailure(reason: Rejection.Kind.unknownModel.rawValue, count: tally.unratedEntryCount)
        }
    }
}
