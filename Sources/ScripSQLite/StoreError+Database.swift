import Foundation
import GRDB
import GRDBSQLite
import ScripCore
import ScripEngine

extension StoreError {
    /// What callers are told: the database's own errors and what was read amiss become store errors, and anything else
    /// stays what it is.
    static func translating(_ error: any Error) -> any Error {
        switch error {
        case let error as DatabaseError: StoreError(error)
        case let mismatch as ReplayMismatch:
            StoreError(.damaged, "Line \(mismatch.seq) of a journal is damaged: \(mismatch)")
        case let problem as CodingProblem:
            StoreError(.damaged, "What was kept cannot be read: \(problem)")
        default: error
        }
    }

    /// - Parameter systemError: the number of the system's error that led to it; 0 if unknown.
    init(_ error: DatabaseError, systemError: Int32 = 0) {
        // Scrip asks for what its schema has; what is not there has been renamed by damage.
        let isMissing = error.message?.starts(with: "no such") ?? false
        let code: Code =
            isMissing && error.resultCode == .SQLITE_ERROR
            ? .damaged : StoreError.code(of: error.extendedResultCode, systemError: systemError)
        let sentence =
            switch code {
            case .damaged: "The database is damaged"
            case .full: "There is no room for the database"
            case .readOnly: "The database can only be read"
            case .ioFailed: "The database's disk gives errors"
            case .busy: "Others keep the database busy"
            default: "The database does not do what it is asked"
            }
        self.init(code, "\(sentence): \(error)")
    }

    private static func code(of result: ResultCode, systemError: Int32) -> Code {
        switch result.primaryResultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .damaged
        case .SQLITE_FULL: return .full
        case .SQLITE_READONLY, .SQLITE_PERM: return .readOnly
        case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy
        case .SQLITE_IOERR:
            // SQLite calls only one of the system's errors a full disk.
            if [ENOSPC, EDQUOT, EFBIG].contains(systemError) { return .full }
            if systemError == EROFS { return .readOnly }
            // A page that should be there is not.
            return result == .SQLITE_IOERR_SHORT_READ ? .damaged : .ioFailed
        default: return .unreachable
        }
    }

    /// The same with what the connection knows of the system's error.
    static func translating(_ error: any Error, in database: Database) -> any Error {
        guard let error = error as? DatabaseError else { return translating(error) }
        return StoreError(error, systemError: sqlite3_system_errno(database.sqliteConnection))
    }
}
