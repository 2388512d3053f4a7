import GRDB
import ScripCore
import ScripEngine

extension StoreError {
    /// What callers are told: the database's own errors and what was read amiss become store errors, and anything else
    /// stays what it is.
    static func translating(_ error: any Error) -> any Error {
        switch error {
        case let error as DatabaseError where error.resultCode.isDamage:
            StoreError(.damaged, "The database is damaged: \(error)")
        case let error as DatabaseError:
            StoreError(.unreachable, "The database does not do what it is asked: \(error)")
        case let mismatch as ReplayMismatch:
            StoreError(.damaged, "Line \(mismatch.seq) of a journal is damaged: \(mismatch)")
        case let problem as CodingProblem:
            StoreError(.damaged, "What was kept cannot be read: \(problem)")
        default: error
        }
    }
}

extension ResultCode {
    /// Whether the file itself is broken, rather than busy, full or out of reach.
    fileprivate var isDamage: Bool {
        [ResultCode.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(primaryResultCode)
    }
}
