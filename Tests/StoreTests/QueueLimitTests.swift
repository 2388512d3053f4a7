import Foundation
import ScripEngine
import ScripTesting
import Testing

@testable import ScripPostgres
@testable import ScripSQLite

/// What waits for a store is counted, and whoever comes when too much waits is told to come again.
@Suite(.timeLimit(.minutes(15))) struct QueueLimitTests {
    @Test func `work for PostgreSQL that cannot be begun is taken up to a number, and then refused`() async throws {
        let breaker = CircuitBreaker(patience: .zero)
        let threads = ConnectionThreads(
            name: "test", count: 1, address: "host=/nowhere", breaker: breaker,
            preparation: StatementPreparation(isOn: false))
        let (begun, begins) = AsyncStream<Void>.makeStream()
        let gate = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await threads.run { _ in
                    begins.yield()
                    gate.wait()
                    return true
                }
            }
            for await _ in begun.prefix(1) {}
            for _ in 0..<(ConnectionThreads.longestQueue + 3) {
                group.addTask {
                    do {
                        return try await threads.run { _ in true }
                    } catch EngineError.overloaded {
                        return false
                    }
                }
            }
            var refusedCount = 0
            // Nothing is done while the only thread waits, so that the first to answer are those that were refused.
            while refusedCount < 3, let wasDone = try await group.next() {
                #expect(!wasDone)
                refusedCount += 1
            }
            gate.signal()
            var doneCount = 0
            while let wasDone = try await group.next() { if wasDone { doneCount += 1 } }
            #expect(doneCount == ConnectionThreads.longestQueue + 1)
        }
        await threads.close()
    }

    @Test func `calls of SQLite are taken up to a number, and again when some have ended`() async throws {
        let limit = CallLimit(2)
        let value = try await limit.within {
            try await limit.within {
                await #expect(throws: EngineError.overloaded) { try await limit.within {} }
                return 1
            }
        }
        #expect(value == 1)
        #expect(try await limit.within { 2 } == 2)
    }
}
