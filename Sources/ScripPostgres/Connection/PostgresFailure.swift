import ScripEngine

/// Why the database did not carry out a request.
struct PostgresFailure: Error, CustomStringConvertible {
    /// What can be done about it.
    enum Kind {
        /// The connection is gone, or leads to a server that cannot write: connect anew.
        case lost
        /// Another transaction came in between: do everything again.
        case conflict
        /// Repeating it does not help.
        case refused
    }

    var kind: Kind
    /// The five characters that PostgreSQL gives each error; empty when the server said nothing.
    var state: String
    /// The error in the words of the server or of libpq.
    var description: String
    /// How many statements were known to be done before it happened.
    var completed = 0
    /// Whether the server was reached and let this user not in.
    var isDenied = false

    /// An error that the server reported.
    /// Source of the codes: PostgreSQL's documentation, appendix A.
    init(state: String, message: String) {
        self.state = state
        description = message
        kind =
            switch state {
            // Serialization failure, deadlock, lock not available in time, and a row that another transaction made.
            case "40001", "40P01", "55P03", "23505": .conflict
            // A prepared statement that is missing, is there already, or was prepared for another schema.
            case "26000", "42P05", "0A000": .conflict
            // The server shuts down, crashed, starts up, ended an idle transaction, or may only read.
            case "57P01", "57P02", "57P03", "57P05", "25P03", "25006", "40003": .lost
            default: state.hasPrefix("08") || state.isEmpty ? .lost : .refused
            }
    }

    /// The connection is gone.
    init(lost message: String) {
        self.init(state: "", message: message)
    }

    /// No connection came about.
    /// - Parameter isDenied: whether the server was reached, and lets this user not in.
    init(unconnected message: String, isDenied: Bool) {
        self.init(state: "", message: message)
        self.isDenied = isDenied
    }

    /// What servers say to those whom they do not let in, in English, as libpq passes on no SQLSTATE of a connection
    /// that did not come about. In another language such a refusal counts as one more way not to be reached.
    static func saysDenied(_ message: String) -> Bool {
        let phrases = [
            "authentication failed", "no pg_hba.conf entry", "pg_hba.conf rejects", "is not permitted to log in",
            "permission denied", "no password supplied",
        ]
        let isRoleMissing = message.contains(/role ".*" does not exist/)
        return isRoleMissing || phrases.contains { message.contains($0) }
    }

    /// Whether prepared statements are missing or differ from what was expected.
    var isAboutPreparation: Bool { ["26000", "42P05", "0A000"].contains(state) }

    /// What callers are told.
    var storeError: StoreError {
        let code: StoreError.Code =
            switch state {
            // An undefined schema, table or column.
            case "3F000", "42P01", "42703": .tooOld
            // A full disk, and a limit of a role's, a server's or a program's.
            case "53100", "53000", "53400", "54000": .full
            case "25006": .readOnly
            // A right that is missing, and a user who is not let in.
            case "42501", "28000", "28P01", "0LP01": .denied
            // An error of the disk, and an index or a page that is damaged.
            case "58030", "58P01", "58P02": .ioFailed
            case "XX001", "XX002": .damaged
            // Too many connections, no memory left, and a lock that somebody keeps.
            case "53300", "53200", "55P03", "40001", "40P01", "23505": .busy
            default: isDenied ? .denied : kind == .lost ? .unreachable : .failed
            }
        let name = state.isEmpty ? "" : " (SQLSTATE \(state))"
        return StoreError(code, "PostgreSQL: \(description)\(name)")
    }
}
