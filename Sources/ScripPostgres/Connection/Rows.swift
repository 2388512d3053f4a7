import CLibPQ
import ScripCore
import ScripEngine

/// What a statement gave back, in PostgreSQL's binary form.
final class Rows {
    private let result: OpaquePointer

    /// Takes over a result of libpq's.
    init(_ result: OpaquePointer) {
        self.result = result
    }

    deinit {
        PQclear(result)
    }

    /// How many rows there are.
    var count: Int { Int(PQntuples(result)) }

    /// The rows' numbers.
    var indices: Range<Int> { 0..<count }

    /// The word that says what was done, such as `COMMIT`.
    var tag: String { String(cString: PQcmdStatus(result)) }

    func isNull(_ row: Int, _ column: Int) -> Bool { PQgetisnull(result, Int32(row), Int32(column)) == 1 }

    /// A whole number of 2, 4 or 8 bytes.
    func integer(_ row: Int, _ column: Int) throws -> Int64 {
        let bytes = field(row, column)
        switch bytes.count {
        case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 2: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        default: throw StoreError(.damaged, "The database gave no number where one belongs.")
        }
    }

    /// The moment in a column of microseconds.
    func time(_ row: Int, _ column: Int) throws -> Timestamp {
        guard let time = Timestamp(kept: try integer(row, column)) else {
            throw StoreError(.damaged, "A row of the database is damaged: column \(column) holds no moment.")
        }
        return time
    }

    func optionalTime(_ row: Int, _ column: Int) throws -> Timestamp? {
        isNull(row, column) ? nil : try time(row, column)
    }

    func optionalInteger(_ row: Int, _ column: Int) throws -> Int64? {
        isNull(row, column) ? nil : try integer(row, column)
    }

    func text(_ row: Int, _ column: Int) -> String { String(decoding: field(row, column), as: UTF8.self) }

    func optionalText(_ row: Int, _ column: Int) -> String? { isNull(row, column) ? nil : text(row, column) }

    func bytes(_ row: Int, _ column: Int) -> [UInt8] { Array(field(row, column)) }

    /// How many bytes a value takes.
    func size(_ row: Int, _ column: Int) -> Int { Int(PQgetlength(result, Int32(row), Int32(column))) }

    private func field(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: PQgetvalue(result, Int32(row), Int32(column)), count: size(row, column))
    }
}
