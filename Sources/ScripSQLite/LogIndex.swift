import GRDB
import GRDBSQLite

/// What the index of the write-ahead log says of the log and the database file.
///
/// Source of the layout: <https://sqlite.org/walformat.html>, section 2. It is read where SQLite itself has mapped it.
struct LogIndex: Equatable {
    /// The size of the first part of the index; a smaller one was cut.
    static let leastSize: Int64 = 32_768
    private static let headerSize: Int64 = 32
    private static let frameHeaderSize: Int64 = 24

    /// How many frames of the log count.
    let frames: UInt32
    /// How many pages the database has.
    let pages: UInt32
    /// How many of the frames stand in the database file, too.
    private let movedFrames: UInt32

    /// `nil` when there is no index, as before the first transaction.
    init?(_ database: Database) {
        guard let file = LogIndex.file(of: database), let methods = file.pointee.pMethods,
            let map = methods.pointee.xShmMap
        else { return nil }
        var region: UnsafeMutableRawPointer?
        let result = map(file, 0, Int32(LogIndex.leastSize), 0, &region)
        guard result == SQLITE_OK, let region else { return nil }
        frames = region.load(fromByteOffset: 16, as: UInt32.self)
        pages = region.load(fromByteOffset: 20, as: UInt32.self)
        movedFrames = region.load(fromByteOffset: 96, as: UInt32.self)
    }

    /// Whether the database file alone has everything.
    var isMoved: Bool { movedFrames >= frames }

    /// How long the log must be at least, in bytes.
    func leastLogSize(pageSize: Int64) -> Int64 {
        frames == 0 ? 0 : LogIndex.headerSize + Int64(frames) * (LogIndex.frameHeaderSize + pageSize)
    }

    /// Where the database file is, after links were followed.
    static func fileName(of database: Database) -> String? {
        database.sqliteConnection.flatMap { sqlite3_db_filename($0, "main") }.map { String(cString: $0) }
    }

    /// Whether the file that the connection has open has another name now, or none.
    static func hasMoved(_ database: Database) -> Bool {
        guard let connection = database.sqliteConnection else { return false }
        var moved: Int32 = 0
        let result = sqlite3_file_control(connection, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return result == SQLITE_OK && moved != 0
    }

    private static func file(of database: Database) -> UnsafeMutablePointer<sqlite3_file>? {
        guard let connection = database.sqliteConnection else { return nil }
        var file: UnsafeMutablePointer<sqlite3_file>?
        let result = withUnsafeMutablePointer(to: &file) {
            sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, $0)
        }
        return result == SQLITE_OK ? file : nil
    }
}
