import Logging
import Metrics
import ScripCore
import Synchronization

/// Accounts that cannot be read. They are set aside, so that all others keep working.
///
/// An account is set aside for some seconds; then it is tried once more, in case somebody has mended it. Each is logged
/// when it is first found, and again when it is found after it had worked.
public final class DamagedAccounts: Sendable {
    /// How many are remembered at most. Beyond them an account is found again with each of its commands.
    static let limit = 10_000
    /// For how many seconds one is left alone.
    static let patienceSeconds: Int64 = 10

    private struct Finding {
        var detail: String
        var triedAt: Timestamp
    }

    private let findings = Mutex<[AccountID: Finding]>([:])
    private let gauge: Gauge
    private let logger: Logger

    init(factory: any MetricsFactory, logger: Logger) {
        gauge = Gauge(label: "scrip_damaged_accounts", factory: factory)
        gauge.record(0)
        self.logger = logger
    }

    /// Whether an error says that something kept is damaged.
    static func isDamage(_ error: any Error) -> Bool { StoreError.saysDamage(error) }

    /// Notes that an account cannot be read.
    func note(_ account: AccountID, _ error: any Error, at now: Timestamp) {
        let (isNew, count) = findings.withLock { findings in
            let isNew = findings[account] == nil
            if !isNew || findings.count < DamagedAccounts.limit {
                findings[account] = Finding(detail: "\(error)", triedAt: now)
            }
            return (isNew, findings.count)
        }
        gauge.record(count)
        if isNew {
            logger.error(
                "account set aside: its stored data is damaged; see 'scrip verify'",
                metadata: ["account": "\(account)", "error": "\(error)"])
        }
    }

    /// Notes that accounts work.
    func works(_ accounts: some Sequence<AccountID>) {
        let count = findings.withLock { findings -> Int? in
            if findings.isEmpty { return nil }
            let before = findings.count
            for account in accounts { findings[account] = nil }
            return findings.count == before ? nil : findings.count
        }
        if let count { gauge.record(count) }
    }

    /// Whether an account is to be left alone now.
    func isSetAside(_ account: AccountID, at now: Timestamp) -> Bool {
        findings.withLock { findings in
            guard let finding = findings[account] else { return false }
            let patience = DamagedAccounts.patienceSeconds * Timestamp.microsecondsPerSecond
            return now.microseconds(since: finding.triedAt).magnitude < UInt64(patience)
        }
    }

    /// Whether none is known.
    var isEmpty: Bool { findings.withLock { $0.isEmpty } }

    /// How many are known.
    public var count: Int { findings.withLock { $0.count } }

    /// The first of them in order of their ids.
    public func sample(limit: Int) -> [AccountID] {
        findings.withLock { Array($0.keys.sorted().prefix(limit)) }
    }
}
