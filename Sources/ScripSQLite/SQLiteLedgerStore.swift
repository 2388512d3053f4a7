import GRDB
import ScripCore
import ScripEngine

/// A ``LedgerStore`` in one SQLite file: write-ahead log, durable commits, one writer, many readers.
public final class SQLiteLedgerStore: LedgerStore {
    private let pool: DatabasePool
    private let cache: StateCache

    /// Opens a database file, makes it if it is not there, and brings its schema up to date.
    /// - Throws: ``StoreError``.
    public init(path: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA cache_size = -65536")
            try database.execute(sql: "PRAGMA mmap_size = 268435456")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try Migrations.run(on: pool)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.unreachable, "The database '\(path)' cannot be opened: \(error)")
        }
        cache = StateCache()
    }

    /// Runs a body in one durable transaction on the writer's own thread.
    public func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        let cache = cache
        return try await pool.write { database in
            try cache.refresh(in: database)
            do {
                let result = try body(LedgerWriter(database: database, cache: cache))
                cache.keep()
                return result
            } catch {
                cache.discard()
                throw error
            }
        }
    }

    /// Runs a body over one picture of everything committed.
    public func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        try await pool.read { try body(LedgerReader(database: $0)) }
    }

    /// Lets go of the file.
    public func close() async throws {
        try pool.close()
    }
}
