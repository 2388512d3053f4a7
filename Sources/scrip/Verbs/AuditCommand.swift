import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip audit`: the log of changes made by people and keys.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "List, export and verify the log of changes made by people and keys.",
        discussion: """
            Who changed what, old and new values, why, from where and when: grants, adjustments, voids, refunds, plans,
            settings, catalogs, keys and dismissed failures. Charges are in the journal: scrip entries.
              scrip audit list --account ada
              scrip audit list --action key_created --from 2026-03-01
              scrip audit export --format csv > audit.csv
            """,
        subcommands: [List.self, Export.self, Verify.self], defaultSubcommand: List.self
    )

    /// Options that select audit records.
    struct Selection: ParsableArguments {
        @Option(help: "Only changes to this account.") var account: AccountID?
        @Option(help: "Only changes by this key, operator or user.") var actor: String?
        @Option(help: "Only changes of this kind, such as credits_granted.") var action: AuditAction?
        @Option(help: "Only from this moment or day onwards.") var from: Timestamp?
        @Option(help: "Only before this moment. A day includes the whole day.") var to: RangeEnd?

        func query(limit: Int) -> AuditQuery {
            var query = AuditQuery(account: account, limit: limit)
            query.actor = actor
            query.action = action
            query.from = from
            query.to = to?.moment
            return query
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List changes, newest first.")
        @OptionGroup var selection: Selection
        @Option(help: "How many at most.") var limit = 50
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if !(1...10_000).contains(limit) { throw ValidationError("--limit must be from 1 to 10000.") }
        }

        func run() async throws {
            try await database.withEngine { engine in
                let (lines, damaged) = try await engine.auditPage(selection.query(limit: limit))
                DamagedRows.say("audit record", damaged)
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in writer.member("data", array: lines) { $0.audit($1) } })
                }
                var table = Table(
                    .text("RECORDED"), .text("WHO"), .text("WHAT"), .text("ACCOUNT"), .text("SUBJECT"), .text("WHY"))
                for line in lines {
                    let (record, change) = (line.record, line.record.change)
                    table.add(
                        record.recordedAt.shortText, record.actorID ?? "-", change.action.rawValue,
                        change.account?.rawValue ?? "-", change.subject ?? "-", change.reason ?? "-")
                }
                Console.print(table.text)
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write all matching changes to standard output, newest first.",
            discussion: "In CSV, text that a spreadsheet would read as a formula starts with an apostrophe.")
        @OptionGroup var selection: Selection
        @Option(help: "csv or ndjson.") var format: AuditExport.Format = .csv
        @OptionGroup var database: DatabaseOptions

        func run() async throws {
            try await database.withEngine { engine in
                var query = selection.query(limit: 1_000)
                var isFirst = true
                while case let (lines, damaged) = try await engine.auditPage(query), isFirst || !lines.isEmpty {
                    DamagedRows.say("audit record", damaged)
                    Console.write(AuditExport.write(lines, as: format, withTitles: isFirst))
                    isFirst = false
                    if lines.count < query.limit { return }
                    query.before = lines.last?.record.place
                }
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute the digests of all records and report any that was edited, removed or moved.",
            discussion: "The exit code is 0 if everything agrees, and 1 if not.")
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let isClean = try await database.withEngine { engine in
                let verification = try await engine.verifyAudit { soFar in
                    Console.progress("\(soFar.chainCount.counted("chain")), \(soFar.recordCount.counted("record"))")
                }
                Console.progress("")
                if output.json {
                    Console.print(JSONWriter.document { $0.auditVerificationMembers(verification) })
                } else {
                    for difference in verification.differences { Console.print(difference.sentence) }
                    let result =
                        verification.isClean ? "all agree" : verification.differences.count.counted("difference")
                    Console.print(
                        "\(verification.chainCount.counted("chain")), \(verification.recordCount.counted("record")): \(result)."
                    )
                }
                return verification.isClean
            }
            if !isClean { throw ExitCode(Failure.refused) }
        }
    }
}
