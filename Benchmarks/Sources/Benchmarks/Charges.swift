import ScripCore
import ScripEngine

/// Durable charges, one at a time for each caller, who waits for the answer; random keys.
enum Charges {
    static func measure(callers: Int, accounts: Int) async throws {
        let fixture = try await Fixture(accounts: accounts)
        try await run(
            "engine: \(callers) callers, \(accounts) accounts", on: fixture, callers: callers, accounts: accounts)
        try await fixture.end()
    }

    @discardableResult
    static func run(
        _ name: String, on fixture: Fixture, callers: Int, accounts: Int, count: Int = 100_000
    ) async throws -> Int {
        let engine = fixture.engine
        let each = callers == 1 ? 5_000 : count / callers
        let begin = ContinuousClock.now
        let latencies = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for _ in 0..<callers {
                group.addTask {
                    var latencies: [Duration] = []
                    for _ in 0..<each {
                        let start = ContinuousClock.now
                        _ = try await engine.submit(Fixture.command(Int.random(in: 0..<accounts)))
                        latencies.append(start.duration(to: ContinuousClock.now))
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: [Duration]()) { $0 += $1 }
        }
        let elapsed = begin.duration(to: ContinuousClock.now)
        Benchmarks.report(name, latencies.count, elapsed, latencies: latencies)
        return Benchmarks.perSecond(latencies.count, elapsed)
    }
}

/// Usage events in requests of 1,000, sent by four clients.
enum Batches {
    static func measure() async throws {
        let fixture = try await Fixture(accounts: 10_000)
        try await run("engine: usage in batches of 1,000, 10,000 accounts", on: fixture, requestCount: 200)
        try await fixture.end()
    }

    static func run(_ name: String, on fixture: Fixture, requestCount: Int) async throws {
        let engine = fixture.engine
        let requests = (0..<requestCount).map { _ in
            (0..<1_000).map { _ in Fixture.command(Int.random(in: 0..<10_000), isTracked: true) }
        }
        let begin = ContinuousClock.now
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
        Benchmarks.report(name, requestCount * 1_000, begin.duration(to: ContinuousClock.now))
    }
}

/// How a long history slows the present.
enum Grown {
    static let lines = 5_000_000

    static func measure() async throws {
        let fixture = try await Fixture(accounts: 10_000)
        let empty = try await Charges.run(
            "engine: 512 callers, 10,000 accounts, empty", on: fixture, callers: 512, accounts: 10_000)
        while try await lineCount(of: fixture) < lines {
            try await Batches.run("  filling", on: fixture, requestCount: 500)
        }
        var rates: [Int] = []
        for _ in 0..<3 {
            rates.append(
                try await Charges.run(
                    "engine: 512 callers, 10,000 accounts, 5 million lines", on: fixture, callers: 512,
                    accounts: 10_000))
        }
        print("ratio grown to empty: \(rates.sorted()[1] * 100 / empty) %")
        try await fixture.end()
        try HandWritten.measureGrown(batch: 512, lines: lines)
    }

    private static func lineCount(of fixture: Fixture) async throws -> Int {
        try await fixture.engine.store.read { reading in
            var count: Int64 = 0
            for account in try reading.accounts(after: nil, limit: 10_000) { count += account.state.seq }
            return Int(count)
        }
    }
}
