import GRDB
import GRDBSQLite
import ScripEngine

/// A statement that runs for every line: its values are bound without being wrapped first.
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

    func bind(_ value: Int64, at index: Int32) {
        sqlite3_bind_int64(raw, index, value)
    }

    func bind(_ text: String, at index: Int32) {
        var text = text
        text.withUTF8 { bytes in
            let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
            _ = sqlite3_bind_text(raw, index, start, Int32(bytes.count), HotStatement.copied)
        }
    }

    func bind(_ blob: [UInt8], at index: Int32) {
        if blob.isEmpty {
            sqlite3_bind_zeroblob(raw, index, 0)
            return
        }
        blob.withUnsafeBytes { bytes in
            _ = sqlite3_bind_blob(raw, index, bytes.baseAddress, Int32(bytes.count), HotStatement.copied)
        }
    }

    /// Goes to the next row; `false` when there is none.
    func step() throws -> Bool {
        switch sqlite3_step(raw) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(raw)
            return false
        case let code:
            let message = sqlite3_errmsg(sqlite3_db_handle(raw)).map { String(cString: $0) }
            sqlite3_reset(raw)
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
        }
    }

    /// A column of the present row.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(raw, column) }

    /// Tells SQLite to copy what is bound (`SQLITE_TRANSIENT`).
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
