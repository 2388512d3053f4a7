import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Synchronization
import Testing

@Suite struct NoticeTests {
    /// What a store told.
    private final class Heard: Sendable {
        private let changes = Mutex<[StoreChange]>([])

        func add(_ change: StoreChange) { changes.withLock { $0.append(change) } }

        /// Whether something was told in time.
        func contains(within seconds: Double = 20, _ isIt: (StoreChange) -> Bool) async -> Bool {
            let deadline = Date(timeIntervalSinceNow: seconds)
            while Date() < deadline {
                if changes.withLock({ $0.contains(where: isIt) }) { return true }
                await Task.yield()
            }
            return false
        }
    }

    private static func tells(of account: String) -> (StoreChange) -> Bool {
        { change in
            if case .accounts(let ids) = change { return ids.contains(AccountID(unchecked: account)) }
            return false
        }
    }

    @Test func `what one instance or the command line writes is told to the others, even after the line was cut`()
        async throws
    {
        let address = try await PostgresDatabases.shared.address()
        let writer = try await Fixture(try await PostgresLedgerStore(address: address, laneCount: 3))
        let verb = try await PostgresLedgerStore(address: address, laneCount: 1)
        let reader = try await PostgresLedgerStore(address: address, laneCount: 3)
        let heard = Heard()
        reader.observe { heard.add($0) }
        writer.engine.store.observe { _ in }
        // Both listen as soon as each hears of the other.
        var turn = 0
        while await !heard.contains(within: 0.2, NoticeTests.tells(of: "a")) {
            turn += 1
            try #require(turn < 100)
            if turn == 1 { try await writer.open("a") }
            _ = try await writer.engine.put(account: AccountID(unchecked: "a"), change: AccountChange()) {
                $0.name = UUID().uuidString
            }
        }
        _ = try await writer.engine.applyCatalog(document: Fixture.catalog.replacing("\"5\"", with: "\"6\""))
        #expect(await heard.contains { $0 == .catalog })
        let engine = try await Engine(store: verb, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await engine.put(account: AccountID(unchecked: "by hand"), change: AccountChange())
        #expect(await heard.contains(NoticeTests.tells(of: "by hand")))

        let again = Heard()
        reader.observe { again.add($0) }
        try PostgresCluster.shared.get().run(
            sql:
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_notify%' AND pid <> pg_backend_pid()",
            in: "postgres")
        turn = 0
        while await !again.contains(within: 0.2, NoticeTests.tells(of: "b")) {
            turn += 1
            try #require(turn < 100)
            _ = try await engine.put(account: AccountID(unchecked: "b"), change: AccountChange()) {
                $0.name = UUID().uuidString
            }
        }
        for store in [reader, verb] { try await store.close() }
        try await writer.engine.store.close()
    }

    @Test func `who does not listen is told that anything may have changed`() async throws {
        let store = try await PostgresLedgerStore(
            address: try await PostgresDatabases.shared.address(), laneCount: 2, listens: false)
        let heard = Heard()
        store.observe { heard.add($0) }
        #expect(await heard.contains { $0 == .unknown })
        try await store.close()
    }
}
