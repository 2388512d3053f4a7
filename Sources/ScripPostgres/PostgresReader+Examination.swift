import ScripCore
import ScripEngine

/// What only this store knows of its database: columns beside the journals' entries, indexes, and PostgreSQL's own
/// checks.
extension PostgresReader {
    typealias Report = (Verification.Finding) -> Void

    private static var parts: [(PostgresReader) -> (Report) throws -> Void] {
        [
            PostgresReader.checkAccountRows, PostgresReader.checkEntryRows, PostgresReader.checkStrays,
            PostgresReader.checkCatalogActions, PostgresReader.checkObjects, PostgresReader.checkIndexes,
            PostgresReader.checkDoubles,
            PostgresReader.checkSums, PostgresReader.checkTrees,
        ]
    }

    private static let pageSize: Int64 = 1_000

    var examinationCount: Int { PostgresReader.parts.count }

    func examine(_ part: Int, _ report: Report) throws { try PostgresReader.parts[part](self)(report) }

    static func finding(
        _ table: String?, _ record: String?, _ description: String,
        remedy: String = "restore the row from a backup; see docs/verify.md"
    ) -> Verification.Finding {
        Verification.Finding(table: table, record: record, description: description, remedy: remedy)
    }

    private func checkAccountRows(_ report: Report) throws {
        var last = ""
        while true {
            let rows = try transaction.ask(
                """
                SELECT account_id, seq, due_at, state FROM scrip.accounts WHERE account_id > $1
                ORDER BY account_id LIMIT $2
                """,
                .text(last), .integer(PostgresReader.pageSize))
            for row in rows.indices {
                last = rows.text(row, 0)
                guard let state = try? StateCoding.decode(rows.bytes(row, 3), id: AccountID(unchecked: last)) else {
                    report(PostgresReader.finding("accounts", last, "the account cannot be read"))
                    continue
                }
                if try rows.integer(row, 1) != state.seq {
                    report(PostgresReader.finding("accounts", last, "the number of its last line is wrong"))
                }
                if try rows.optionalInteger(row, 2) != state.nextEventTime?.microseconds {
                    report(PostgresReader.finding("accounts", last, "'due_at' is not when time changes it next"))
                }
            }
            if rows.count < PostgresReader.pageSize { return }
        }
    }

    private func checkEntryRows(_ report: Report) throws {
        var (last, seq) = ("", Int64.min)
        while true {
            let rows = try transaction.ask(
                """
                SELECT account_id, seq, kind, credit_type, amount, action, subject, effective_at, recorded_at,
                    idempotency_key, key_owner, body
                FROM scrip.entries WHERE (account_id, seq) > ($1, $2) ORDER BY account_id, seq LIMIT $3
                """,
                .text(last), .integer(seq), .integer(PostgresReader.pageSize))
            for row in rows.indices {
                (last, seq) = (rows.text(row, 0), try rows.integer(row, 1))
                let place = "\(last) line \(seq)"
                guard let entry = try? EntryCoding.decode(rows.bytes(row, 11)) else {
                    report(PostgresReader.finding("entries", place, "the line cannot be read"))
                    continue
                }
                if try !PostgresReader.isFound(entry, in: rows, row) {
                    report(
                        PostgresReader.finding("entries", place, "what the line is found by differs from what it says"))
                }
            }
            if rows.count < PostgresReader.pageSize { return }
        }
    }

    private static func isFound(_ entry: Entry, in rows: Rows, _ row: Int) throws -> Bool {
        try entry.seq == rows.integer(row, 1) && entry.kind.rawValue == rows.text(row, 2)
            && entry.creditType?.rawValue == rows.optionalText(row, 3)
            && entry.amount.nanocredits == rows.integer(row, 4)
            && entry.usage?.action?.rawValue == rows.optionalText(row, 5)
            && entry.subject == rows.optionalInteger(row, 6)
            && entry.effectiveAt.microseconds == rows.integer(row, 7)
            && entry.recordedAt.microseconds == rows.integer(row, 8)
            && entry.isFound(key: rows.optionalText(row, 9), owner: rows.text(row, 10))
    }

    private func checkStrays(_ report: Report) throws {
        for (table, name) in [
            ("snapshots", "snapshot"), ("usage_totals", "usage total"), ("usage_hours", "usage total"),
        ] {
            let rows = try transaction.ask(
                """
                SELECT DISTINCT account_id FROM scrip.\(table) s
                WHERE NOT EXISTS (SELECT FROM scrip.accounts a WHERE a.account_id = s.account_id)
                """)
            for row in rows.indices {
                report(
                    PostgresReader.finding(table, rows.text(row, 0), "there is a \(name) of an account that is missing")
                )
            }
        }
        let jobs = try transaction.ask(
            "SELECT name FROM scrip.jobs WHERE last_turn < 0 OR (holder IS NULL) <> (held_until IS NULL)")
        for row in jobs.indices {
            report(
                PostgresReader.finding("jobs", jobs.text(row, 0), "it does not say who does it and until when"))
        }
    }

    /// What SQL reads of each version's actions must be what the version's document says.
    private func checkCatalogActions(_ report: Report) throws {
        let remedy = "delete the version's rows, and run: scrip migrate"
        for version in try versions() {
            guard let stored = try catalog(version: version),
                let statement = try? CatalogActions.difference(for: stored)
            else { continue }
            if try transaction.ask([statement])[0].integer(0, 0) == 0 { continue }
            report(
                PostgresReader.finding(
                    "catalog_actions", "version \(version)", "the rows differ from the catalog's document",
                    remedy: remedy))
        }
        let strays = try transaction.ask(
            """
            SELECT DISTINCT version FROM scrip.catalog_actions a
            WHERE NOT EXISTS (SELECT FROM scrip.catalogs c WHERE c.version = a.version)
            """)
        for row in strays.indices {
            report(
                PostgresReader.finding(
                    "catalog_actions", "version \(try strays.integer(row, 0))", "there is no such version",
                    remedy: remedy))
        }
    }

    private func versions() throws -> [Int64] {
        let rows = try transaction.ask("SELECT version FROM scrip.catalogs ORDER BY version")
        return try rows.indices.map { try rows.integer($0, 0) }
    }
}
