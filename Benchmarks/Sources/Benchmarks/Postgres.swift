import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripMetrics
import ScripPostgres
import ScripTesting

/// Scrip on PostgreSQL beside what others do, on the same cluster one after the other; see ``HandWrittenPostgres``.
struct Postgres {
    private static let seconds = 5
    private static let accounts = 10_000

    static func measure() async throws {
        let cluster = try PostgresCluster(isDurable: true, settings: ["shared_buffers=512MB", "max_wal_size=8GB"])
        let hand = try HandWrittenPostgres(cluster: cluster, accounts: accounts)
        let name = try cluster.makeDatabase()
        _ = try await PostgresMigrations(address: cluster.address(of: name)).apply()
        let stores = try await (0..<3).map { _ in cluster.address(of: name) }.asyncMap {
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
                let byHand = try hand.transactions(callers: callers, accounts: count, seconds: seconds)
                Benchmarks.say("PostgreSQL by hand, \(callers) callers, \(count) accounts: \(byHand) per second")
                if let transfers = try hand.transfers(callers: callers, accounts: count, seconds: seconds) {
                    Benchmarks.say("  pgledger: \(transfers) per second")
                }
                for instances in [1, 3] where instances == 1 || callers == 64 {
                    try await run(Array(engines.prefix(instances)), callers: callers, accounts: count, byHand: byHand)
                }
            }
            // Three instances have three times as many callers where they are of use.
            try await run(engines, callers: 192, accounts: count, byHand: nil)
        }
        for store in stores { try await store.close() }
    }

    private static func run(_ engines: [Engine], callers: Int, accounts: Int, byHand: Int?) async throws {
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
        if let byHand, byHand > 0 {
            Benchmarks.say("  ratio to by hand: \(rate / byHand).\(rate * 10 / byHand % 10)")
        }
    }
}

extension Array {
    fileprivate func asyncMap<Mapped>(_ map: (Element) async throws -> Mapped) async throws -> [Mapped] {
        var mapped: [Mapped] = []
        for element in self { mapped.append(try await map(element)) }
        return mapped
    }
}
