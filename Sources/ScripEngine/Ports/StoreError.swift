import ScripCore

/// Why a store could not do what it was asked.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// The database cannot be reached or opened.
        case unreachable
        /// The database was reached and could not do what it was told, for a reason that none of the others is. Telling
        /// it the same again comes to the same.
        case failed
        /// The database denies this process access, or rights that it needs.
        case denied
        /// The database was made by a newer version of Scrip.
        case tooNew = "too_new"
        /// The database's schema is older than this version of Scrip needs.
        case tooOld = "too_old"
        /// There is no room for what was to be written: the disk is full, or a limit of its owner's is reached.
        case full
        /// The database can only be read, because the disk or the server says so.
        case readOnly = "read_only"
        /// The disk, or what stands for it, gave an error.
        case ioFailed = "io_failed"
        /// The database was busy for too long.
        case busy
        /// Files of the database were removed, replaced or cut short while it was in use. It is not used again.
        case filesLost = "files_lost"
        /// What was read does not make sense; an entry is damaged.
        case damaged
        /// The store is closing.
        case closing

        /// Whether nothing is written while it lasts, although the database answers.
        public var refusesWrites: Bool {
            switch self {
            case .full, .readOnly, .denied, .ioFailed: true
            case .unreachable, .failed, .tooNew, .tooOld, .busy, .filesLost, .damaged, .closing: false
            }
        }
    }

    /// Whether an error says that something that is kept is damaged, rather than out of reach.
    public static func saysDamage(_ error: any Error) -> Bool {
        if let error = error as? StoreError { return error.code == .damaged }
        return error is CodingProblem || error is ReplayMismatch
    }

    /// What kind of failure.
    public var code: Code
    /// A sentence for people.
    public var description: String

    /// Makes a failure of a kind, with words for operators.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
