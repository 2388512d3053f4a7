import ScripEngine

/// The table in which SQL leaves its requests.
final class Inbox: Sendable {
    /// How many requests are taken at a time.
    static let batchSize: Int64 = 200

    private let breaker = CircuitBreaker(patience: .seconds(5))
    private let threads: ConnectionThreads

    init(address: String) {
        threads = ConnectionThreads(
            name: "inbox", count: 1, address: address, breaker: breaker,
            preparation: StatementPreparation(isOn: false))
    }

    /// Takes requests for five seconds, the earliest of each account and of the catalog, so that what was asked for
    /// first happens first. An instance that dies leaves its requests to the others when that time is over.
    func take() async throws -> [InboxRequest] {
        let rows = try await run(
            Statement(
                """
                WITH chosen AS (
                    SELECT number FROM scrip.inbox first
                    WHERE status = 'waiting' AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
                        AND NOT EXISTS (
                            SELECT FROM scrip.inbox earlier WHERE earlier.status = 'waiting'
                                AND earlier.subject = first.subject AND earlier.number < first.number)
                    ORDER BY number LIMIT $1 FOR UPDATE SKIP LOCKED
                )
                UPDATE scrip.inbox SET claimed_until = clock_timestamp() + interval '5 seconds',
                    attempts = attempts + 1
                WHERE number IN (SELECT number FROM chosen)
                RETURNING \(InboxRequest.columns)
                """,
                .integer(Inbox.batchSize)
            ))
        return try rows.indices.map { try InboxRequest(rows, $0) }.sorted { $0.number < $1.number }
    }

    /// Records the result of a request.
    func finish(_ request: InboxRequest, _ answer: InboxRequest.Answer) async throws {
        _ = try await run(
            Statement(
                """
                UPDATE scrip.inbox SET status = $2, outcome = $3, entry = $4, claimed_until = NULL,
                    finished_at = clock_timestamp() WHERE number = $1 AND status = 'waiting'
                """,
                .integer(request.number), .text(answer.isDone ? "done" : "failed"), .text(answer.outcome),
                .text(answer.entry)
            ))
    }

    /// Gives a request back, to be tried again.
    func giveBack(_ request: InboxRequest) async throws {
        _ = try await run(
            Statement(
                "UPDATE scrip.inbox SET claimed_until = clock_timestamp() + interval '2 seconds' WHERE number = $1",
                .integer(request.number)))
    }

    func close() async {
        await threads.close()
    }

    private func run(_ statement: Statement) async throws -> Rows {
        try await threads.run { [breaker] session in
            var attempts = RetryBudget(until: breaker.deadline())
            while true {
                let connection = try session.connected(by: attempts.deadline)
                do {
                    let rows = try connection.run([
                        Statement("BEGIN"), Statement(PostgresMigrations.ownPath), statement, Statement("COMMIT"),
                    ])
                    return try InboxRows([rows[2]])
                } catch let failure as PostgresFailure {
                    try attempts.recover(from: failure, in: session)
                }
            }
        }.rows
    }
}

/// Rows on their way from the thread that read them; nobody else has them.
private struct InboxRows: @unchecked Sendable {
    let rows: Rows

    init(_ all: [Rows]) throws {
        guard let rows = all.first else { throw StoreError(.unreachable, "The statement gave no result.") }
        self.rows = rows
    }
}
