import Foundation
import GRDB
import ScripEngine
import Synchronization

/// The files of an open database: whether they are still those that were opened, and nobody else's to read.
///
/// SQLite goes on writing to a file that was removed or replaced, and nobody finds again what it writes there. So their
/// names are looked up before and after each transaction, which costs a few microseconds.
final class DatabaseFiles: Sendable {
    /// What a name leads to.
    private struct Found: Hashable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
    }

    /// A file, and what its name led to when the database was opened.
    private struct Opened {
        var name: String
        var device: UInt64
        var inode: UInt64
    }

    /// The database file's name as it was given, and where it leads to.
    let path: String
    private let database: String
    private let opened: [Opened]
    private let pageSize: Int64
    private let greatestSize: Mutex<Int64>

    var logPath: String { database + "-wal" }
    private var indexPath: String { database + "-shm" }

    /// The files of a database in which a transaction has begun, so that all of them are there.
    /// - Throws: ``StoreError`` when they are not those that the connection has opened.
    init(path: String, in connection: Database) throws {
        self.path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        database = LogIndex.fileName(of: connection) ?? self.path
        pageSize = try Int64.fetchOne(connection, sql: "PRAGMA page_size") ?? 4_096
        var opened: [Opened] = []
        var size: Int64 = 0
        for name in Set([self.path, database]).sorted() + [database + "-wal", database + "-shm"] {
            let found = try DatabaseFiles.find(name)
            opened.append(Opened(name: name, device: found.device, inode: found.inode))
            if name == database { size = found.size }
        }
        self.opened = opened
        greatestSize = Mutex(size)
        if LogIndex.hasMoved(connection) { throw DatabaseFiles.lost(self.path, "was replaced") }
    }

    /// Checks that each name leads to what it led to. Without this, what SQLite maps into memory could end the process.
    /// - Throws: ``StoreError``.
    func requireSame() throws {
        for file in opened {
            let found = try DatabaseFiles.find(file.name)
            if found.device != file.device || found.inode != file.inode {
                throw DatabaseFiles.lost(file.name, "was replaced")
            }
            if file.name == indexPath && found.size < LogIndex.leastSize {
                throw DatabaseFiles.lost(file.name, "was cut short")
            }
        }
    }

    /// The same, but where nothing can be said of the files they are taken for the same.
    /// - Throws: ``StoreError`` with ``StoreError/Code/filesLost``.
    func requireNotLost() throws {
        do {
            try requireSame()
        } catch let error as StoreError where error.code != .filesLost {
            return
        }
    }

    /// Checks that nothing is missing at the end of the files either.
    /// - Throws: ``StoreError``.
    func requireWhole(in connection: Database) throws {
        try requireSame()
        guard var index = LogIndex(connection) else { return }
        while true {
            let log = try DatabaseFiles.find(logPath).size
            // Sizes are compared in the order in which they were seen, whoever looks.
            let verdict = try greatestSize.withLock { greatest in
                let size = try DatabaseFiles.find(database).size
                guard let now = LogIndex(connection) else { return Verdict.unknown }
                // Another process may be moving the log into the database at this moment.
                if now != index {
                    index = now
                    return .changing
                }
                // Only VACUUM makes the file smaller, and leaves it whole.
                let isShort = index.isMoved ? size < Int64(index.pages) * pageSize : size < greatest
                if isShort { return .short }
                greatest = size
                return .whole
            }
            switch verdict {
            case .unknown: return
            case .changing: continue
            case .short: throw DatabaseFiles.lost(database, "was cut short")
            case .whole: break
            }
            if log < index.leastLogSize(pageSize: pageSize) { throw DatabaseFiles.lost(logPath, "was cut short") }
            return
        }
    }

    /// What a look at the database file's end found.
    private enum Verdict {
        case unknown, changing, short, whole
    }

    /// Whether only the log's name is gone, so that what it holds can still be moved into the database.
    var hasOnlyLostLog: Bool {
        opened.allSatisfy { file in
            let found = try? DatabaseFiles.find(file.name)
            return file.name == logPath ? found == nil : found?.inode == file.inode && found?.device == file.device
        }
    }

    /// How long the log is, in bytes.
    var logSize: Int64 { (try? DatabaseFiles.find(logPath).size) ?? 0 }

    /// Why a file cannot be opened, or made where it is not there, as far as the system says.
    static func obstacle(_ path: String) -> StoreError.Code {
        if access(path, R_OK | W_OK) == 0 { return .unreachable }
        var number = errno
        if number == ENOENT {
            let folder = (path as NSString).deletingLastPathComponent
            number = access(folder.isEmpty ? "." : folder, W_OK | X_OK) == 0 ? 0 : errno
        }
        switch number {
        case EACCES, EPERM: return .denied
        case EROFS: return .readOnly
        default: return .unreachable
        }
    }

    private static func find(_ name: String) throws -> Found {
        var status = stat()
        if stat(name, &status) != 0 {
            if errno == ENOENT || errno == ENOTDIR { throw lost(name, "was removed") }
            throw StoreError(.ioFailed, "The file '\(name)' cannot be looked at: \(String(cString: strerror(errno)))")
        }
        return Found(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino),
            size: Int64(status.st_size))
    }

    private static func lost(_ name: String, _ what: String) -> StoreError {
        StoreError(
            .filesLost,
            "The file '\(name)' \(what) while the database was in use, so nothing more is written. "
                + "See to it that the right files are there, then start again.")
    }

    /// How many bytes can still be written beside the database; `nil` when the system does not say.
    var room: UInt64? {
        var status = statvfs()
        if statvfs(database, &status) != 0 { return nil }
        let blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail
        return UInt64(blocks) * UInt64(status.f_frsize)
    }
}
