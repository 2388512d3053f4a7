import GRDB
import ScripCore
import ScripEngine

/// A row of the database. A broken file may hold anything anywhere: a value of another kind than belongs there is
/// damage, and nothing that stops the process.
struct LedgerRow {
    private let row: Row

    init(_ row: Row) {
        self.row = row
    }

    /// The value in a column, by the column's place.
    /// - Throws: ``StoreError`` with ``StoreError/Code/damaged``.
    subscript<Value: DatabaseValueConvertible>(_ column: Int) -> Value {
        get throws {
            guard column < row.count else { throw LedgerRow.damaged("column \(column)") }
            return try LedgerRow.value(row[column], in: "column \(column)")
        }
    }

    /// The value in a column, by the column's name.
    /// - Throws: ``StoreError`` with ``StoreError/Code/damaged``.
    subscript<Value: DatabaseValueConvertible>(_ column: String) -> Value {
        get throws {
            guard row.hasColumn(column) else { throw LedgerRow.damaged("'\(column)'") }
            return try LedgerRow.value(row[column], in: "'\(column)'")
        }
    }

    /// The moment in a column, which holds microseconds.
    /// - Throws: ``StoreError`` with ``StoreError/Code/damaged``.
    func time(_ column: Int) throws -> Timestamp { try LedgerRow.time(self[column], in: "column \(column)") }

    /// The moment in a column, which holds microseconds.
    /// - Throws: ``StoreError`` with ``StoreError/Code/damaged``.
    func time(_ column: String) throws -> Timestamp { try LedgerRow.time(self[column], in: "'\(column)'") }

    /// The moment in a column that may hold none.
    /// - Throws: ``StoreError`` with ``StoreError/Code/damaged``.
    func optionalTime(_ column: Int) throws -> Timestamp? {
        try (self[column] as Int64?).map { try LedgerRow.time($0, in: "column \(column)") }
    }

    private static func time(_ microseconds: Int64, in place: String) throws -> Timestamp {
        guard let time = Timestamp(kept: microseconds) else { throw damaged(place) }
        return time
    }

    private static func value<Value: DatabaseValueConvertible>(
        _ value: DatabaseValue, in place: String
    ) throws -> Value {
        guard let value = Value.fromDatabaseValue(value) else { throw damaged(place) }
        return value
    }

    private static func damaged(_ place: String) -> StoreError {
        StoreError(.damaged, "A row of the database is damaged: \(place) holds no value of its kind.")
    }
}

extension Cursor<Row> {
    /// The next row; `nil` after the last.
    func nextLedgerRow() throws -> LedgerRow? { try next().map { LedgerRow($0) } }
}
