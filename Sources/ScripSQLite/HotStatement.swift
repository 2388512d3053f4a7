import GRDB
import GRDBSQLite
import ScripEngine

/// A statement that runs for every entry: its values are bound without being wrapped first.
struct HotStatement {
    private let statement: Statement
    private let raw: OpaquePointer

    init(_ sql: String, in database: Database) throws {
        statement = try database.cachedStatement(sql: sql)
        raw = statement.sqliteStatement
    }

    /// Begins again, with no value bound.
    func begin() {
        sqlite3_reset(raw)
        sqlite3_clear_bindings(raw)
    }

    func bind(_ value: Int64, at index: Int32) throws {
        try require(sqlite3_bind_int64(raw, index, value))
    }

    func bind(_ text: String, at index: Int32) throws {
        var text = text
        let code = text.withUTF8 { bytes in
            // Without an address SQLite would bind NULL.
            guard let start = bytes.baseAddress else {
                return sqlite3_bind_text(raw, index, "", 0, HotStatement.copied)
            }
            let characters = UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
            return sqlite3_bind_text64(
                raw, index, characters, sqlite3_uint64(bytes.count), HotStatement.copied, UInt8(SQLITE_UTF8))
        }
        try require(code)
    }

    func bind(_ blob: [UInt8], at index: Int32) throws {
        if blob.isEmpty { return try require(sqlite3_bind_zeroblob(raw, index, 0)) }
        let code = blob.withUnsafeBytes { bytes in
            sqlite3_bind_blob64(raw, index, bytes.baseAddress, sqlite3_uint64(bytes.count), HotStatement.copied)
        }
        try require(code)
    }

    /// A value that was not bound would be written as NULL.
    private func require(_ code: Int32) throws {
        if code == SQLITE_OK { return }
        throw failure(code)
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let message = sqlite3_errmsg(sqlite3_db_handle(raw)).map { String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
    }

    /// Goes to the next row; `false` when there is none.
    func step() throws -> Bool {
        switch sqlite3_step(raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(raw)
            return false
        case let code:
            let failure = failure(code)
            sqlite3_reset(raw)
            throw failure
        }
    }

    /// A column of the present row.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(raw, column) }

    /// Tells SQLite to copy what is bound (`SQLITE_TRANSIENT`).
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
