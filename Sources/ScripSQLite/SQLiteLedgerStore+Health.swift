import GRDB
import ScripCore
import ScripEngine
import Synchronization

extension SQLiteLedgerStore {
    /// With how little room beside the database it is called full, in bytes: a batch of commands may need as much.
    private static let leastRoom: UInt64 = 1_048_576
    /// How often somebody looks whether the files are still there, in seconds.
    private static let lookSeconds = 1
    /// Connections to files that are lost. SQLite would write to them when it closes them.
    private static let abandoned = Mutex<[any AnyObject & Sendable]>([])

    public var health: StoreHealth { condition.health }

    /// One: there is one writer.
    public var laneCount: Int { 1 }

    /// Calls nobody: what another process writes is seen when it is read.
    public func observe(_ body: @escaping @Sendable (StoreChange) -> Void) {}

    /// Looks at the files and at the room beside them; tries a write if the last one failed.
    public func probe() async -> StoreHealth {
        do {
            try await look()
            if health != .available {
                if condition.loss == nil && condition.mayTry() { try await tryWriting() }
                if health != .available { return health }
            }
            if let room = files.room, room < SQLiteLedgerStore.leastRoom {
                return .unavailable(
                    StoreError(.full, "There is no room for the database: \(room.counted("byte")) left on its disk."))
            }
            return .available
        } catch {
            return .unavailable(error as? StoreError ?? StoreError(.unreachable, "\(error)"))
        }
    }

    private func look() async throws {
        if let loss = condition.loss { throw loss }
        let files = files
        do {
            try await pool.writeWithoutTransaction { try files.requireWhole(in: $0) }
            _ = try await read { try $0.newestCatalogVersion() }
        } catch {
            if let error = error as? StoreError { condition.failed(error, writing: false) }
            throw StoreError.translating(error)
        }
    }

    /// Takes some room, gives it back, and writes what is there once more.
    private func tryWriting() async throws {
        try await transaction { writer in
            try writer.database.execute(sql: "SAVEPOINT room")
            try writer.database.execute(sql: "CREATE TABLE room (content BLOB)")
            try writer.database.execute(sql: "INSERT INTO room VALUES (zeroblob(262144))")
            try writer.database.execute(sql: "ROLLBACK TO room; RELEASE room")
            try writer.execute("UPDATE settled SET position = position", [])
        }
    }

    /// Moves the log into the database file, as is done by time.
    package func moveLog() async throws { try await checkpointer.moveNow() }

    /// Lets the database file get only so large, as a full disk does.
    /// - Parameter pages: how many pages more than it has; `nil` for no limit.
    package func limitGrowth(toPages pages: Int64?) async throws {
        try await pool.writeWithoutTransaction { database in
            let count = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            _ = try Int64.fetchOne(
                database, sql: "PRAGMA max_page_count = \(pages.map { count + $0 } ?? 4_294_967_294)")
        }
    }

    public func loss() async -> StoreError? {
        while !Task.isCancelled {
            if let loss = condition.loss { return loss }
            try? await look()
            if let loss = condition.loss { return loss }
            try? await Task.sleep(for: .seconds(SQLiteLedgerStore.lookSeconds))
        }
        return nil
    }

    /// Brings all tables up to date, moves everything into the database file, and lets go of it.
    public func close() async throws {
        do {
            try await transaction { try $0.settleAll() }
        } catch let error as StoreError where error.code == .filesLost {
            await abandon()
            throw error
        }
        do {
            try checkpointer.close()
            // Readers may not move the log, so the writer must be the last to go.
            pool.invalidateReadOnlyConnections()
            try await pool.writeWithoutTransaction { database in
                // Other processes that use the database move it when they end.
                try database.execute(sql: "PRAGMA busy_timeout = 200")
                _ = try? database.checkpoint(.truncate)
            }
            try pool.close()
        } catch {
            throw StoreError.translating(error)
        }
    }

    /// Leaves the files as they are, but for what a log that has lost its name still holds.
    private func abandon() async {
        if files.hasOnlyLostLog {
            _ = try? await pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
        }
        SQLiteLedgerStore.abandoned.withLock { $0 += [pool, checkpointer] }
    }
}
