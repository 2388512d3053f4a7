import GRDB
import ScripCore
import ScripEngine

/// A ``LedgerStore`` in one SQLite file: write-ahead log, durable commits, one writer, many readers.
public final class SQLiteLedgerStore: LedgerStore {
    /// How many lines the account rows and the index of keys may be behind the journals.
    public static let defaultWindow = 32_768

    private let pool: DatabasePool
    private let memory: WriterMemory
    private let checkpointer: Checkpointer

    /// Opens a database file, makes it if it is not there, and brings its schema up to date.
    /// - Parameter window: how many lines the account rows and the index of keys may be behind the journals. Any number
    ///   gives the same answers; a greater one writes less, and takes longer to open after a crash.
    /// - Throws: ``StoreError``.
    public convenience init(path: String, window: Int = SQLiteLedgerStore.defaultWindow) throws {
        try self.init(path: path, window: window, trace: nil)
    }

    /// - Parameter trace: is told every statement, with its values, when it is carried out.
    package init(
        path: String, window: Int = SQLiteLedgerStore.defaultWindow, trace: (@Sendable (String) -> Void)?
    ) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA cache_size = -65536")
            try database.execute(sql: "PRAGMA mmap_size = 268435456")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 16384")
            if let trace { database.trace { trace($0.expandedDescription) } }
        }
        memory = WriterMemory(window: Int64(window))
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try Migrations.run(on: pool)
            checkpointer = try Checkpointer(path: path)
            try pool.write { [memory] in try memory.refresh(in: $0) }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.unreachable, "The database '\(path)' cannot be opened: \(error)")
        }
    }

    /// Runs a body in one durable transaction on the writer's own thread.
    public func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        try await transaction { writer in
            let result = try body(writer)
            try writer.settle()
            return result
        }
    }

    private func transaction<R: Sendable>(_ body: @escaping @Sendable (LedgerWriter) throws -> R) async throws -> R {
        let (memory, checkpointer) = (memory, checkpointer)
        return try await translatingErrors {
            try await pool.writeWithoutTransaction { database in
                let writer = LedgerWriter(database: database, memory: memory)
                var result: R?
                do {
                    try database.inTransaction(.immediate) {
                        try memory.refresh(in: database)
                        do {
                            result = try body(writer)
                        } catch {
                            // Before the lock is let go: another process may write other lines in the same places.
                            if writer.statementCount > 0 { memory.discard() }
                            throw error
                        }
                        return .commit
                    }
                } catch {
                    if writer.statementCount > 0 { memory.discard() }
                    throw error
                }
                checkpointer.committed(statements: writer.statementCount)
                guard let result else { throw StoreError(.closing, "The transaction did not run.") }
                return result
            }
        }
    }

    private func translatingErrors<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch {
            throw StoreError.translating(error)
        }
    }

    /// Runs a body over one picture of everything committed.
    public func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        let recent = memory.recent
        return try await translatingErrors {
            try await pool.read { try body(LedgerReader(database: $0, recent: recent)) }
        }
    }

    /// Brings all tables up to date, and lets go of the file.
    public func close() async throws {
        try await transaction { try $0.settleAll() }
        try await translatingErrors {
            try checkpointer.close()
            try pool.close()
        }
    }
}
