import Dispatch
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Synchronization
import Testing

@Suite("Sweeps of several instances over one database", .heavy, .timeLimit(.minutes(15)))
struct SweepTurnTests {
    private static func instance(_ store: any LedgerStore) async throws -> Fixture {
        let fixture = try await Fixture(store)
        fixture.clock.advance(seconds: 40 * 86_400)
        return fixture
    }

    private final class Counts: Sendable {
        let counts = Mutex<[Result<Int, any Error>]>([])

        var numbers: [Int] { get throws { try counts.withLock { try $0.map { try $0.get() } } } }
    }

    /// Sweeps from a thread that may wait, and notes how many accounts were advanced.
    private static func sweep(_ fixture: Fixture, into counts: Counts) throws {
        let done = DispatchSemaphore(value: 0)
        Task {
            do {
                let count = try await Sweeper(engine: fixture.engine).sweep()
                counts.counts.withLock { $0.append(.success(count)) }
            } catch {
                counts.counts.withLock { $0.append(.failure(error)) }
            }
            done.signal()
        }
        done.wait()
    }

    @Test func `accounts that are due are swept by one of three instances each`() async throws {
        let address = try await PostgresDatabases.shared.address()
        let opener = try await Fixture(PostgresLedgerStore(address: address))
        for number in 0..<60 { try await opener.open("a\(number)", plan: "pro") }
        let lines = try await opener.engine.account(AccountID(unchecked: "a0")).state.seq
        var instances: [Fixture] = []
        for _ in 0..<3 {
            instances.append(try await SweepTurnTests.instance(try await PostgresLedgerStore(address: address)))
        }
        let shared = instances
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for fixture in shared {
                group.addTask { try await Sweeper(engine: fixture.engine).sweep() }
            }
            return try await group.reduce(0, +)
        }
        #expect(count == 60)
        let versions = try await shared[0].engine.store.read { reading in
            try reading.versions(of: (0..<60).map { AccountID(unchecked: "a\($0)") })
        }
        #expect(Set(versions.values).count == 1 && versions[AccountID(unchecked: "a0")].map { $0 > lines } == true)
        #expect(try await shared[1].engine.verify().isClean)
    }

    @Test func `what an instance that is cut off had in hand is swept by another one, once`() async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try await PostgresDatabases.shared.make()
        let address = cluster.address(of: name)
        let opener = try await Fixture(PostgresLedgerStore(address: address))
        for number in 0..<30 { try await opener.open("a\(number)", plan: "pro") }
        let store = InterruptedStore(try await PostgresLedgerStore(address: address, listens: false))
        let first = try await SweepTurnTests.instance(store)
        let second = try await SweepTurnTests.instance(try await PostgresLedgerStore(address: address, listens: false))
        let swept = Counts()
        store.interrupt(.decided) {
            try SweepTurnTests.sweep(second, into: swept)
            try cluster.run(
                sql: """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = '\(name)' AND state LIKE 'idle in%'
                    """, in: "postgres")
            // The server lets go of what was locked as soon as it notices.
            while try swept.numbers.reduce(0, +) < 30 { try SweepTurnTests.sweep(second, into: swept) }
        }
        #expect(try await Sweeper(engine: first.engine).sweep() == 0)
        #expect(try swept.numbers.first == 0 && swept.numbers.reduce(0, +) == 30)
        #expect(try await second.engine.verify().isClean)
    }
}
