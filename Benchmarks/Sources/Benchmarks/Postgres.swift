import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripMetrics
import ScripPostgres
import ScripTesting

/// Scrip on PostgreSQL beside what a careful team writes by hand, on the same cluster one after the other: a transaction
/// with a conditional update of the balance and an event with a unique random key, run by `pgbench`.
struct Postgres {
    private static let seconds = 6
    private static let accounts = 10_000

    private let cluster: PostgresCluster
    private let name: String

    private init() async throws {
        cluster = try PostgresCluster(isDurable: true, settings: ["shared_buffers=512MB", "max_wal_size=8GB"])
        name = try cluster.makeDatabase()
        _ = try await PostgresMigrations(address: cluster.address(of: name)).apply()
        try cluster.run(
            sql: """
                CREATE TABLE hand_accounts (id bigint PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50);
                INSERT INTO hand_accounts SELECT n, 1000000000000 FROM generate_series(1, \(Postgres.accounts)) AS n;
                CREATE TABLE hand_events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account bigint,
                    amount bigint, key uuid UNIQUE, body text, at timestamptz DEFAULT now());
                VACUUM ANALYZE;
                """, in: name)
    }

    static func measure() async throws {
        let postgres = try await Postgres()
        let stores = try await (0..<3).map { _ in postgres.cluster.address(of: postgres.name) }.asyncMap {
            try await PostgresLedgerStore(address: $0)
        }
        let engines = try await stores.asyncMap {
            try await Engine(store: $0, logger: Logger(label: "bench"), metrics: MetricsRegistry())
        }
        _ = try await engines[0].applyCatalog(document: Fixture.catalog)
        for start in stride(from: 0, to: accounts, by: 1_000) {
            let opened = await engines[0].submit(
                (start..<start + 1_000).map {
                    Command(account: AccountID(unchecked: "u_\($0)"), intent: .putAccount(AccountChange()))
                })
            for result in opened { _ = try result.get() }
        }
        for count in [accounts, 1] {
            for callers in [8, 32, 64] {
                let hand = try postgres.byHand(callers: callers, accounts: count)
                for instances in [1, 3] where instances == 1 || callers == 64 {
                    try await run(
                        Array(engines.prefix(instances)), callers: callers, accounts: count, hand: hand)
                }
            }
        }
        for store in stores { try await store.close() }
    }

    private static func run(_ engines: [Engine], callers: Int, accounts: Int, hand: Int) async throws {
        let begin = ContinuousClock.now
        let end = begin + .seconds(seconds)
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var latencies: [Duration] = []
                    while case let start = ContinuousClock.now, start < end {
                        _ = try await engines[caller % engines.count].submit(
                            Fixture.command(Int.random(in: 0..<accounts)))
                        latencies.append(start.duration(to: ContinuousClock.now))
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: [Duration]()) { $0 += $1 }
        }
        let elapsed = begin.duration(to: ContinuousClock.now)
        let rate = Benchmarks.perSecond(latencies.count, elapsed)
        let name = "PostgreSQL, \(engines.count) instances, \(callers) callers, \(accounts) accounts"
        Benchmarks.report(name, latencies.count, elapsed, latencies: latencies)
        Benchmarks.say("  by hand \(hand) per second, ratio \(rate / max(1, hand)).\(rate * 10 / max(1, hand) % 10)")
    }

    /// Transactions per second of `pgbench`.
    private func byHand(callers: Int, accounts: Int) throws -> Int {
        let script = "\(cluster.folder)/hand.sql"
        try """
        \\set account random(1, \(accounts))
        BEGIN;
        UPDATE hand_accounts SET balance = balance - 1 WHERE id = :account AND balance >= 1;
        INSERT INTO hand_events (account, amount, key, body)
            VALUES (:account, 1, gen_random_uuid(), '{"action":"chat"}');
        COMMIT;
        """.write(toFile: script, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(try PostgresCluster.programs())/pgbench")
        process.arguments = [
            "-n", "-M", "prepared", "-h", cluster.folder, "-U", "scrip", "-c", "\(callers)", "-j", "4",
            "-T", "\(Postgres.seconds)", "-f", script, name,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        // Threads of the pool block signals, a child inherits that, and `pgbench` ends by an alarm.
        var (none, blocked) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &blocked)
        defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        try process.run()
        let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return printed.firstMatch(of: /tps = (\d+)/).flatMap { Int($0.1) } ?? 0
    }
}

extension Array {
    fileprivate func asyncMap<Mapped>(_ map: (Element) async throws -> Mapped) async throws -> [Mapped] {
        var mapped: [Mapped] = []
        for element in self { mapped.append(try await map(element)) }
        return mapped
    }
}
