import ScripCore
import ScripEngine

/// One transaction on one connection. Statements that give nothing back wait until the next one that does, or until the
/// commit, and go with it in one round trip.
final class Transaction {
    private let connection: Connection
    private var waiting: [Statement]
    private var isBegun = false
    private var hasWork = false
    /// The first failure: whoever hid it from the caller must not have what follows believed.
    private(set) var failure: PostgresFailure?
    /// Whether the server was told to commit.
    private(set) var isCommitSent = false

    init(on connection: Connection, begin: [Statement]) {
        self.connection = connection
        waiting = begin
    }

    /// Runs statements after those that wait, and gives back what these gave.
    func ask(_ statements: [Statement]) throws(PostgresFailure) -> [Rows] {
        if let failure { throw failure }
        let earlier = waiting
        waiting = []
        isBegun = true
        do throws(PostgresFailure) {
            return Array(try connection.run(earlier + statements).dropFirst(earlier.count))
        } catch {
            failure = error
            throw error
        }
    }

    /// Runs one statement.
    func ask(_ sql: String, _ parameters: Parameter...) throws(PostgresFailure) -> Rows {
        let rows = try ask([Statement(sql, parameters)])
        guard let rows = rows.first else { throw PostgresFailure(lost: "the statement gave no result") }
        return rows
    }

    /// Whether nothing was asked or told yet.
    var isFresh: Bool { !isBegun && !hasWork }

    /// The transaction cannot go on, as another one came in between.
    func overtaken() -> PostgresFailure {
        let overtaken = failure ?? PostgresFailure(state: "40001", message: "what was decided from has changed")
        failure = overtaken
        return overtaken
    }

    /// Lets a statement wait.
    func tell(_ statement: Statement) {
        waiting.append(statement)
        hasWork = true
    }

    /// Makes everything durable.
    func commit() throws(PostgresFailure) {
        if let failure { throw failure }
        if isFresh { return }
        isCommitSent = true
        let statements = waiting + [Statement("COMMIT")]
        waiting = []
        do throws(PostgresFailure) {
            let rows = try connection.run(statements)
            if rows.last?.tag != "COMMIT" {
                throw PostgresFailure(state: "25000", message: "the transaction was rolled back")
            }
        } catch {
            if error.completed == statements.count { return }
            failure = error
            throw error
        }
    }
}
