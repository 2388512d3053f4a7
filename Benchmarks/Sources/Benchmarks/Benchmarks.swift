import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripSQLite

/// Measures the ledger without a network: `swift run -c release Benchmarks`.
@main
struct Benchmarks {
    static let catalog = """
        credit_types: [{id: credits}]
        default_plan: endless
        plans: [{id: endless, allowances: [{credit_type: credits, amount: "1000000000"}]}]
        actions: [{id: chat, credit_type: credits, rate: {fixed: "0.000001"}}]
        """

    static func main() async throws {
        let wanted = Set(CommandLine.arguments.dropFirst())
        func isWanted(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
        if isWanted("decide") { try decide() }
        if isWanted("engine") {
            for accounts in [1, 10_000] {
                for callers in [1, 64, 512] { try await engine(callers: callers, accounts: accounts) }
            }
        }
        if isWanted("batches") { try await batches() }
    }

    /// Decisions per second of the rules alone, digest and canonical bytes included.
    static func decide() throws {
        let history = CatalogHistory([try CatalogDocument.parse(catalog)])
        let context = DecisionContext(now: Timestamp(seconds: 1_800_000_000), catalogs: history)
        var state = AccountState(id: AccountID(unchecked: "a"))
        _ = try state.decide(Command(account: state.id, intent: .putAccount(AccountChange())), context: context)
        let command = Command(account: state.id, intent: .charge(Usage(action: ActionID(unchecked: "chat"))))
        let count = 200_000
        let elapsed = try ContinuousClock().measure {
            for _ in 0..<count { _ = try state.decide(command, context: context) }
        }
        report("core: decide a charge", count, elapsed)
    }

    static func open(accounts: Int) async throws -> (Engine, String) {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString).db").path
        let engine = try await Engine(store: SQLiteLedgerStore(path: path), logger: Logger(label: "bench"))
        _ = try await engine.applyCatalog(document: catalog)
        for start in stride(from: 0, to: accounts, by: 1_000) {
            let opened = await engine.submit(
                (start..<min(start + 1_000, accounts)).map {
                    Command(account: AccountID(unchecked: "u_\($0)"), intent: .putAccount(AccountChange()))
                })
            for result in opened { _ = try result.get() }
        }
        return (engine, path)
    }

    static func command(_ account: Int, isTracked: Bool = false) -> Command {
        let usage = Usage(action: ActionID(unchecked: "chat"))
        let key =
            String(UInt64.random(in: 0...UInt64.max), radix: 36) + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        var origin = Origin()
        origin.idempotencyKey = IdempotencyKey(unchecked: key)
        origin.requestHash = Hash(of: Array(key.utf8))
        return Command(
            account: AccountID(unchecked: "u_\(account)"), intent: isTracked ? .track(usage) : .charge(usage),
            origin: origin
        )
    }

    /// Durable charges per second with so many callers, each waiting for its answer; random keys.
    static func engine(callers: Int, accounts: Int) async throws {
        let (engine, path) = try await open(accounts: accounts)
        let each = callers == 1 ? 2_000 : 60_000 / callers
        let clock = ContinuousClock()
        let begin = clock.now
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for _ in 0..<callers {
                group.addTask {
                    var latencies: [Duration] = []
                    for _ in 0..<each {
                        let start = ContinuousClock().now
                        _ = try await engine.submit(command(Int.random(in: 0..<accounts)))
                        latencies.append(start.duration(to: ContinuousClock().now))
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: [Duration]()) { $0 += $1 }.sorted()
        }
        let name = "engine: \(callers) callers, \(accounts) accounts"
        report(name, latencies.count, begin.duration(to: clock.now), latencies[latencies.count * 99 / 100])
        try await engine.store.close()
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Usage events per second in batches of 1,000, sent by four clients.
    static func batches() async throws {
        let (engine, path) = try await open(accounts: 10_000)
        let requests = (0..<200).map { _ in (0..<1_000).map { _ in command(Int.random(in: 0..<10_000), isTracked: true) } }
        let clock = ContinuousClock()
        let begin = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<4 {
                group.addTask {
                    for index in stride(from: client, to: requests.count, by: 4) {
                        for result in await engine.submit(requests[index]) { _ = try result.get() }
                    }
                }
            }
            try await group.waitForAll()
        }
        report("engine: usage in batches of 1,000, 10,000 accounts", 200_000, begin.duration(to: clock.now))
        try await engine.store.close()
        try? FileManager.default.removeItem(atPath: path)
    }

    static func report(_ name: String, _ count: Int, _ elapsed: Duration, _ p99: Duration? = nil) {
        let milliseconds = elapsed.components.seconds * 1_000 + elapsed.components.attoseconds / 1_000_000_000_000_000
        let tail = p99.map { ", p99 \($0.formatted(.units(allowed: [.milliseconds, .microseconds])))" } ?? ""
        print("\(name): \(Int64(count) * 1_000 / max(1, milliseconds)) per second\(tail)")
    }
}
