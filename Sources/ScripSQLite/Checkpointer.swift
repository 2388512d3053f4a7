import GRDB
import Synchronization

/// Moves what was committed from the write-ahead log into the database file, beside the writer and not in its way: when
/// much was committed, and otherwise after a while, so that the file is never far behind.
///
/// While the writer goes on, the log is never wholly moved and cannot begin anew; so the writer's own connection still
/// moves the rest once the log is long (`wal_autocheckpoint`), and by then little is left.
final class Checkpointer: Sendable {
    /// After how many statements the log is moved again.
    private static let interval = 8_192
    /// How long a log that was wholly moved may stay, in bytes.
    static let longestLog: Int64 = 8_388_608

    private struct Content {
        var statements = 0
        var isRunning = false
        var isClosed = false
    }

    private let connection: DatabaseQueue
    private let files: DatabaseFiles
    private let content = Mutex(Content())
    private let timer = Mutex<Task<Void, Never>?>(nil)

    /// - Parameter seconds: after how many seconds whatever was committed is moved.
    init(path: String, files: DatabaseFiles, everySeconds seconds: Double) throws {
        var configuration = Configuration()
        // Whoever waits for readers here keeps the writer waiting.
        configuration.busyMode = .timeout(0.05)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        connection = try DatabaseQueue(path: path, configuration: configuration)
        self.files = files
        let task = Task { [weak self] in
            while (try? await Task.sleep(for: .seconds(seconds))) != nil { self?.move(ifAtLeast: 1) }
        }
        timer.withLock { $0 = task }
    }

    deinit { timer.withLock { $0?.cancel() } }

    /// Counts what was committed, and begins to move it when it is much.
    func committed(statements: Int) {
        content.withLock { $0.statements += statements }
        move(ifAtLeast: Checkpointer.interval)
    }

    private func move(ifAtLeast least: Int) {
        let isDue = content.withLock { content in
            if content.isRunning || content.isClosed || content.statements < least { return false }
            (content.statements, content.isRunning) = (0, true)
            return true
        }
        if !isDue { return }
        connection.asyncWriteWithoutTransaction { [self] database in
            defer { content.withLock { $0.isRunning = false } }
            // A log that could not be moved now is moved the next time, or by the writer.
            if content.withLock({ $0.isClosed }) { return }
            move(in: database)
        }
    }

    private func move(in database: Database) {
        // A file that was cut short would look whole again, with a hole in it.
        guard (try? files.requireWhole(in: database)) != nil, let moved = try? database.checkpoint(.passive) else {
            return
        }
        if moved.walFrameCount == moved.checkpointedFrameCount && files.logSize > Checkpointer.longestLog {
            _ = try? database.checkpoint(.truncate)
        }
    }

    /// Moves the log now, as the timer does.
    func moveNow() async throws {
        try await connection.writeWithoutTransaction { [self] in move(in: $0) }
    }

    func close() throws {
        content.withLock { $0.isClosed = true }
        timer.withLock { $0?.cancel() }
        try connection.close()
    }
}
