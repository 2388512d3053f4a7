import GRDB
import Synchronization

/// Moves what was committed from the write-ahead log into the database file, beside the writer and not in its way.
///
/// While the writer goes on, the log is never wholly moved and cannot begin anew; so the writer's own connection still
/// moves the rest once the log is long (`wal_autocheckpoint`), and by then little is left.
final class Checkpointer: Sendable {
    /// After how many statements the log is moved again.
    private static let interval = 8_192

    private struct Content {
        var statements = 0
        var isRunning = false
    }

    private let connection: DatabaseQueue
    private let content = Mutex(Content())

    init(path: String) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Counts what was committed, and begins to move it when it is much.
    func committed(statements: Int) {
        let isDue = content.withLock { content in
            content.statements += statements
            if content.isRunning || content.statements < Checkpointer.interval { return false }
            (content.statements, content.isRunning) = (0, true)
            return true
        }
        if !isDue { return }
        connection.asyncWriteWithoutTransaction { [self] database in
            // A log that could not be moved now is moved the next time, or by the writer.
            _ = try? database.checkpoint(.passive)
            content.withLock { $0.isRunning = false }
        }
    }

    func close() throws {
        try connection.close()
    }
}
