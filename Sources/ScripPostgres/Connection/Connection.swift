import CLibPQ
import Foundation

/// One connection through libpq. Its calls block; only the thread that owns it uses it.
///
/// Nothing is kept in the session but prepared statements, and these only as long as no pooler in between gives every
/// transaction another connection to the server; see ``StatementPreparation``.
final class Connection {
    let handle: OpaquePointer
    private let preparation: StatementPreparation
    /// The names of statements that are prepared, or about to be by what was sent last.
    private var names: [String: String] = [:]

    /// What libpq gives a result for.
    private enum Step {
        case preparation(sql: String)
        case statement
    }

    /// Connects.
    /// - Parameter address: a URI or a list of keywords, given to libpq as it is; what it leaves out comes from the
    ///   environment, the service file and the password file as for every program that uses libpq.
    init(_ address: String, preparation: StatementPreparation) throws(PostgresFailure) {
        self.preparation = preparation
        let environment = ProcessInfo.processInfo.environment
        // What stands before the address is overridden by it.
        var settings = [("fallback_application_name", "scrip")]
        let defaults = [
            ("connect_timeout", "5", "PGCONNECT_TIMEOUT"),
            ("target_session_attrs", "read-write", "PGTARGETSESSIONATTRS"),
            ("keepalives_idle", "10", ""), ("keepalives_interval", "5", ""), ("keepalives_count", "3", ""),
            ("tcp_user_timeout", "15000", ""),
        ]
        for (name, value, variable) in defaults where environment[variable] == nil { settings.append((name, value)) }
        settings += [("dbname", address), ("client_encoding", "UTF8")]
        let names = settings.map { strdup($0.0) }
        let values = settings.map { strdup($0.1) }
        defer { for text in names + values { free(text) } }
        let found = PQconnectdbParams(
            names.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
        guard let found else { throw PostgresFailure(lost: "out of memory") }
        guard PQstatus(found) == CONNECTION_OK else {
            let message = DatabaseAddress.scrub(Connection.message(of: found), address: address)
            let isDenied = PQconnectionNeedsPassword(found) == 1 || PostgresFailure.saysDenied(message)
            PQfinish(found)
            throw PostgresFailure(unconnected: message, isDenied: isDenied)
        }
        handle = found
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
    }

    deinit {
        PQfinish(handle)
    }

    /// Whether a transaction is open, and whether it can go on.
    var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }

    /// Runs statements one after the other in one round trip; after one that fails the rest is skipped.
    /// - Throws: ``PostgresFailure`` of the first that failed.
    func run(_ statements: [Statement]) throws(PostgresFailure) -> [Rows] {
        guard PQpipelineStatus(handle) == PQ_PIPELINE_ON || PQenterPipelineMode(handle) == 1 else { throw lost() }
        var steps: [Step] = []
        for statement in statements where !send(statement, &steps) { throw lost() }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        var rows: [Rows] = []
        rows.reserveCapacity(statements.count)
        var failure: PostgresFailure?
        for step in steps {
            guard let result = PQgetResult(handle) else { throw failure ?? lost(after: rows.count) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                if case .statement = step { rows.append(Rows(result)) } else { PQclear(result) }
            case let status:
                if case .preparation(let sql) = step { names[sql] = nil }
                if failure == nil && status != PGRES_PIPELINE_ABORTED {
                    failure = Connection.failure(of: result, after: rows.count)
                }
                PQclear(result)
            }
            try finishResult(failure, after: rows.count)
        }
        if let synced = PQgetResult(handle) { PQclear(synced) }
        if let failure {
            if failure.isAboutPreparation { preparation.end() }
            throw failure
        }
        return rows
    }

    /// The socket, to wait on.
    var socket: Int32 { PQsocket(handle) }

    /// What other sessions, or this one, have told by NOTIFY since the last call.
    func notices() throws(PostgresFailure) -> [(text: String, isOwn: Bool)] {
        guard PQconsumeInput(handle) == 1 else { throw lost() }
        var notices: [(String, Bool)] = []
        while let notice = PQnotifies(handle) {
            let isOwn = notice.pointee.be_pid == PQbackendPID(handle)
            notices.append((String(cString: notice.pointee.extra), isOwn))
            PQfreemem(notice)
        }
        return notices
    }

    /// Lets go of what was told by NOTIFY. Behind a pooler a session may be told what another one has listened for, and
    /// libpq would keep it for ever.
    func dropNotices() {
        while let notice = PQnotifies(handle) { PQfreemem(notice) }
    }

    /// Runs a script of several statements without values.
    func run(script: String) throws(PostgresFailure) {
        if PQpipelineStatus(handle) == PQ_PIPELINE_ON && PQexitPipelineMode(handle) != 1 { throw lost() }
        guard let result = PQexec(handle, script) else { throw lost() }
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        if status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK { throw Connection.failure(of: result, after: 0) }
    }

    private func send(_ statement: Statement, _ steps: inout [Step]) -> Bool {
        let types = statement.parameters.map(\.type)
        var name: String?
        if preparation.isInUse {
            name = names[statement.sql]
            if name == nil && names.count < StatementPreparation.maxStatements {
                let new = StatementPreparation.name(of: statement.sql)
                guard PQsendPrepare(handle, new, statement.sql, Int32(types.count), types) == 1 else { return false }
                steps.append(.preparation(sql: statement.sql))
                names[statement.sql] = new
                name = new
            }
        }
        steps.append(.statement)
        var buffer: [UInt8] = []
        var places: [Range<Int>?] = []
        for parameter in statement.parameters {
            let start = buffer.count
            places.append(parameter.write(into: &buffer) ? start..<buffer.count : nil)
        }
        // An empty value is no missing one, and needs an address too.
        buffer.append(0)
        let lengths = places.map { Int32($0?.count ?? 0) }
        let formats = places.map { _ in Int32(1) }
        return buffer.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = places.map { place in place.flatMap { start?.advanced(by: $0.lowerBound) } }
            let count = Int32(places.count)
            if let name { return PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1) == 1 }
            return PQsendQueryParams(handle, statement.sql, count, types, values, lengths, formats, 1) == 1
        }
    }

    /// Takes the end mark after a statement's result.
    private func finishResult(_ failure: PostgresFailure?, after completed: Int) throws(PostgresFailure) {
        while let more = PQgetResult(handle) {
            PQclear(more)
            if PQstatus(handle) == CONNECTION_BAD { break }
        }
        if PQstatus(handle) == CONNECTION_BAD {
            var gone = failure ?? lost(after: completed)
            gone.kind = .lost
            throw gone
        }
    }

    private func lost(after completed: Int = 0) -> PostgresFailure {
        var failure = PostgresFailure(lost: Connection.message(of: handle))
        failure.completed = completed
        return failure
    }

    private static func failure(of result: OpaquePointer, after completed: Int) -> PostgresFailure {
        // PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY are characters, which are not imported.
        let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) } ?? ""
        let primary = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) }
        let whole = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
        var failure = PostgresFailure(state: state, message: primary ?? trimmed(whole))
        failure.completed = completed
        return failure
    }

    private static func message(of handle: OpaquePointer) -> String {
        PQerrorMessage(handle).map { trimmed(String(cString: $0)) } ?? "the connection is gone"
    }

    private static func trimmed(_ text: String) -> String {
        let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        return lines.joined(separator: "; ")
    }
}
