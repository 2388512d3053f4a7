import GRDB
import ScripCore
import ScripEngine

/// A ``LedgerStore`` in one SQLite file: write-ahead log, durable commits, one writer, many readers.
public final class SQLiteLedgerStore: LedgerStore {
    /// How many entries the account rows and the index of keys may be behind the journals.
    public static let defaultWindow = 32_768

    /// Files of the database that others than their owner may use, because this process may not change that.
    public let looseFiles: [String]
    let pool: DatabasePool
    let memory: WriterMemory
    let checkpointer: Checkpointer
    let files: DatabaseFiles
    let condition = StoreCondition()
    private let reads = CallLimit()
    private let writes = CallLimit()

    /// Opens a database file, makes it if it is not there, and brings its schema up to date.
    /// - Parameters:
    ///   - window: how many entries the account rows and the index of keys may be behind the journals. Any number gives
    ///     the same answers; a greater one writes less, and takes longer to open after a crash.
    ///   - checkpointSeconds: after how many seconds what was committed is moved into the file at the latest.
    /// - Throws: ``StoreError``.
    public convenience init(
        path: String, window: Int = SQLiteLedgerStore.defaultWindow, checkpointSeconds: Double = 15
    ) throws {
        try self.init(path: path, window: window, checkpointSeconds: checkpointSeconds, trace: nil)
    }

    /// - Parameter trace: is told every statement, with its values, when it is carried out.
    package init(
        path: String, window: Int = SQLiteLedgerStore.defaultWindow, checkpointSeconds: Double = 15,
        trace: (@Sendable (String) -> Void)?
    ) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA cache_size = -65536")
            // An error of the disk under memory that is mapped ends the process; read otherwise, it is an error.
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 16384")
            if let trace { database.trace { trace($0.expandedDescription) } }
        }
        memory = WriterMemory(window: Int64(window))
        do {
            FileModes.prepare(path)
            pool = try DatabasePool(path: path, configuration: configuration)
            try Migrations.run(on: pool)
            files = try pool.write { [memory] database in
                try memory.refresh(in: database)
                return try DatabaseFiles(path: path, in: database)
            }
            looseFiles = FileModes.tighten(path)
            checkpointer = try Checkpointer(path: path, files: files, everySeconds: checkpointSeconds)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(
                SQLiteLedgerStore.reason(error, path: path), "The database '\(path)' cannot be opened: \(error)")
        }
    }

    /// Why a file cannot be opened. One that is something else is no damaged database.
    private static func reason(_ error: any Error, path: String) -> StoreError.Code {
        guard let error = error as? DatabaseError else { return .unreachable }
        switch error.resultCode {
        case .SQLITE_NOTADB: return .unreachable
        // GRDB has closed the connection, and with it the system's word for it is gone.
        case .SQLITE_CANTOPEN: return DatabaseFiles.obstacle(path)
        default: return StoreError(error).code
        }
    }

    /// Runs a body in one durable transaction on the writer's own thread.
    public func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        try await writes.within {
            try await transaction { writer in
                let result = try body(writer)
                try writer.flush()
                return result
            }
        }
    }

    func transaction<R: Sendable>(_ body: @escaping @Sendable (LedgerWriter) throws -> R) async throws -> R {
        let (memory, checkpointer, files, condition) = (memory, checkpointer, files, condition)
        return try await translatingErrors(writing: true) {
            try await pool.writeWithoutTransaction { database in
                if let loss = condition.loss { throw loss }
                try files.requireSame()
                let writer = LedgerWriter(database: database, memory: memory)
                var result: R?
                do {
                    try database.inTransaction(.immediate) {
                        try files.requireWhole(in: database)
                        try memory.refresh(in: database)
                        do {
                            result = try body(writer)
                        } catch {
                            // Before the lock is let go: another process may write other entries in the same places.
                            if writer.statementCount > 0 { memory.discard() }
                            throw StoreError.translating(error, in: database)
                        }
                        return .commit
                    }
                } catch {
                    if writer.statementCount > 0 { memory.discard() }
                    throw StoreError.translating(error, in: database)
                }
                // What was written to files that nobody finds again was not written. Nothing else that happens from
                // here on takes it back.
                try files.requireNotLost()
                if writer.statementCount > 0 { condition.wrote() }
                checkpointer.committed(statements: writer.statementCount)
                guard let result else { throw StoreError(.closing, "The transaction did not run.") }
                return result
            }
        }
    }

    private func translatingErrors<R>(writing: Bool, _ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch {
            let error = StoreError.translating(error)
            if let error = error as? StoreError { condition.failed(error, writing: writing) }
            throw error
        }
    }

    /// Runs a body over one picture of everything committed.
    public func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        let (recent, files) = (memory.recent, files)
        if let loss = condition.loss { throw loss }
        return try await reads.within {
            try await translatingErrors(writing: false) {
                try files.requireSame()
                return try await pool.read { try body(LedgerReader(database: $0, recent: recent)) }
            }
        }
    }
}
