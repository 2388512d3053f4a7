import Foundation
import ScripCore

/// Measures Scrip: `swift run -c release --package-path Benchmarks Benchmarks [NAME …]`, with the
/// names `decide`, `rate`, `engine`, `batches`, `track`, `what-if`, `grown`, `http` and `postgres`.
///
/// Without a name it runs everything but `grown`, which fills a database with five million lines first.
@main
struct Benchmarks {
    static func main() async throws {
        let wanted = Set(CommandLine.arguments.dropFirst())
        func isWanted(_ name: String) -> Bool { wanted.isEmpty ? name != "grown" : wanted.contains(name) }
        if isWanted("decide") { try Rules.decide() }
        if isWanted("rate") { try Ratings.measure() }
        if isWanted("engine") {
            for accounts in [1, 10_000] {
                for callers in [1, 64, 512] { try await Charges.measure(callers: callers, accounts: accounts) }
            }
            for size in [1, 32, 256, 512] { try HandWritten.measure(batch: size) }
        }
        if isWanted("batches") { try await Batches.measure() }
        if isWanted("track") { try await Tracking.measure() }
        if isWanted("what-if") { try await WhatIfs.measure() }
        if isWanted("grown") { try await Grown.measure() }
        if isWanted("http") { try await Web.measure() }
        if isWanted("postgres") { try await Postgres.measure() }
    }

    static func report(_ name: String, _ count: Int, _ elapsed: Duration, latencies: [Duration] = []) {
        let sorted = latencies.sorted()
        let tail =
            sorted.isEmpty
            ? ""
            : ", p50 \(milliseconds(sorted[sorted.count / 2])) ms, p99 \(milliseconds(sorted[sorted.count * 99 / 100])) ms"
        say("\(name): \(perSecond(count, elapsed)) per second\(tail)")
    }

    /// Prints a line at once, even into a pipe: a run takes minutes.
    static func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    static func perSecond(_ count: Int, _ elapsed: Duration) -> Int {
        let (seconds, attoseconds) = elapsed.components
        return Int(Double(count) / (Double(seconds) + Double(attoseconds) / 1e18))
    }

    private static func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let tenths = (Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// The rules alone.
enum Rules {
    /// Decisions per second, digest and canonical bytes included.
    static func decide() throws {
        let history = CatalogHistory([try Fixture.parsedCatalog()])
        let context = DecisionContext(now: Timestamp(seconds: 1_800_000_000), catalogs: history)
        var state = AccountState(id: AccountID(unchecked: "a"))
        _ = try state.decide(Command(account: state.id, intent: .putAccount(AccountChange())), context: context)
        let command = Command(account: state.id, intent: .charge(Usage(action: ActionID(unchecked: "chat"))))
        let count = 200_000
        let elapsed = try ContinuousClock().measure {
            for _ in 0..<count { _ = try state.decide(command, context: context) }
        }
        Benchmarks.report("core: decide a charge", count, elapsed)
    }
}
