import ScripCore
import ScripEngine

extension PostgresWriter {
    func job(_ name: String, waits: Bool) throws -> JobRecord? {
        let found = try transaction.ask([
            Statement("INSERT INTO scrip.jobs (name) VALUES ($1) ON CONFLICT DO NOTHING", .text(name)),
            Statement(
                """
                SELECT last_turn, holder, held_until FROM scrip.jobs WHERE name = $1
                FOR UPDATE \(waits ? "" : "SKIP LOCKED")
                """,
                .text(name)),
        ])
        guard let rows = found.last else { return nil }
        return try rows.indices.first.map { row in
            JobRecord(
                name: name, lastTurn: try rows.optionalInteger(row, 0), holder: rows.optionalText(row, 1),
                heldUntil: try rows.optionalTime(row, 2))
        }
    }

    func save(_ job: JobRecord) throws {
        transaction.tell(
            Statement(
                "UPDATE scrip.jobs SET last_turn = $2, holder = $3, held_until = $4 WHERE name = $1",
                .text(job.name), .integer(job.lastTurn), .text(job.holder), .integer(job.heldUntil?.microseconds)
            )
        )
    }
}
