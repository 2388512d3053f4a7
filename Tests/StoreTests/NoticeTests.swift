import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Synchronization
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct NoticeTests {
    /// What a store told.
    private final class Heard: Sendable {
        private let changes = Mutex<[StoreChange]>([])
        private let news = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

        func add(_ change: StoreChange) {
            changes.withLock { $0.append(change) }
            news.continuation.yield()
        }

        /// Whether something was told by now.
        func contains(_ isIt: (StoreChange) -> Bool) -> Bool { changes.withLock { $0.contains(where: isIt) } }

        /// Waits until something is told. One at a time may wait.
        func wait(for isIt: @Sendable (StoreChange) -> Bool) async {
            if contains(isIt) { return }
            for await _ in news.stream where contains(isIt) { return }
        }

        /// Writes again and again until something is told, as instances do not listen from the first moment on.
        func wait(
            for isIt: @escaping @Sendable (StoreChange) -> Bool, writing: @escaping @Sendable () async throws -> Void
        ) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { while !Task.isCancelled { try await writing() } }
                group.addTask { await self.wait(for: isIt) }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private static func write(_ account: String, _ engine: Engine) async throws {
        _ = try await engine.put(account: AccountID(unchecked: account), change: AccountChange()) {
            $0.name = UUID().uuidString
        }
    }

    private static func tells(of account: String) -> @Sendable (StoreChange) -> Bool {
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
        try await writer.open("a")
        try await heard.wait(for: NoticeTests.tells(of: "a")) { try await NoticeTests.write("a", writer.engine) }
        _ = try await writer.engine.applyCatalog(document: Fixture.catalog.replacing("\"5\"", with: "\"6\""))
        await heard.wait(for: { $0 == .catalog })
        let engine = try await Engine(store: verb, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await engine.put(account: AccountID(unchecked: "by hand"), change: AccountChange())
        await heard.wait(for: NoticeTests.tells(of: "by hand"))

        let again = Heard()
        reader.observe { again.add($0) }
        try PostgresCluster.shared.get().run(
            sql:
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_notify%' AND pid <> pg_backend_pid()",
            in: "postgres")
        try await again.wait(for: NoticeTests.tells(of: "b")) { try await NoticeTests.write("b", engine) }
        for store in [reader, verb] { try await store.close() }
        try await writer.engine.store.close()
    }

    @Test func `a role that listens learns nothing of accounts, and what others send tells nothing`() async throws {
        let name = try await PostgresDatabases.shared.make()
        let cluster = try PostgresCluster.shared.get()
        let address = cluster.address(of: name)
        let verb = try await PostgresLedgerStore(address: address, laneCount: 1)
        let engine = try await Engine(store: verb, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let folder = TemporaryFolder.newFile(ending: "folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // psql prints what it was told of after each statement; it is given another when the account is written.
        let (input, output) = (Pipe(), Pipe())
        let listener = try ChildProcess(
            "\(PostgresCluster.programs())/psql",
            ["-X", "-q", "-A", "-t", "-d", address, "-c", "SET ROLE anon", "-c", "LISTEN scrip", "-f", "-"],
            input: .pipe(input), output: .pipe(output))
        try input.fileHandleForWriting.write(contentsOf: Data("SELECT 'listens';\n".utf8))
        var heard = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        #expect(heard.contains("listens"))
        _ = try await engine.put(account: AccountID(unchecked: "secret-account"), change: AccountChange())
        try input.fileHandleForWriting.write(contentsOf: Data("SELECT 'done';\n".utf8))
        try input.fileHandleForWriting.close()
        heard += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        listener.wait()
        #expect(heard.contains("Asynchronous notification \"scrip\""), "\(heard)")
        #expect(!heard.contains("secret-account") && !heard.contains("accounts"), "\(heard)")

        let store = try await PostgresLedgerStore(address: address, laneCount: 2)
        let told = Heard()
        store.observe { told.add($0) }
        await told.wait(for: { $0 == .unknown })
        try cluster.run(sql: "NOTIFY scrip, 'catalog'; NOTIFY scrip, E'accounts\nforged'", in: name)
        try await told.wait(for: NoticeTests.tells(of: "b")) { try await NoticeTests.write("b", engine) }
        #expect(!told.contains(NoticeTests.tells(of: "forged")))
        #expect(!told.contains { $0 == .catalog })
        for store in [verb, store] { try await store.close() }
    }

    @Test func `who does not listen is told that anything may have changed`() async throws {
        let store = try await PostgresLedgerStore(
            address: try await PostgresDatabases.shared.address(), laneCount: 2, listens: false)
        let heard = Heard()
        store.observe { heard.add($0) }
        await heard.wait(for: { $0 == .unknown })
        try await store.close()
    }
}
