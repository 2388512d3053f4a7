import GRDB
import ScripCore
import ScripEngine

extension LedgerWriter {
    /// There is one writer at a time, so a job is never locked by another.
    func job(_ name: String, waits: Bool) throws -> JobRecord? {
        let found = try row("SELECT last_turn, holder, held_until FROM jobs WHERE name = ?", [name])
        guard let found else { return JobRecord(name: name) }
        return JobRecord(
            name: name, lastTurn: try found[0], holder: try found[1],
            heldUntil: try found.optionalTime(2))
    }

    func save(_ job: JobRecord) throws {
        try execute(
            "INSERT OR REPLACE INTO jobs (name, last_turn, holder, held_until) VALUES (?, ?, ?, ?)",
            [job.name, job.lastTurn, job.holder, job.heldUntil?.microseconds]
        )
    }
}
