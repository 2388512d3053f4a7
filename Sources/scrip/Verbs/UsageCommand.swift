import ArgumentParser
import ScripAPI
import ScripCore
import ScripEngine
import ScripJSON
import ScripServer

/// `scrip usage`: totals by day and action.
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Total usage by day and action, of one account or of all.")
    @Argument(help: "The account; all accounts if absent.") var id: AccountID?
    @Option(help: "The first day, or a moment in it.") var from: Timestamp?
    @Option(help: "The last day, or the moment before which the range ends.") var to: RangeEnd?
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let from, let to, to.moment <= from {
            throw ArgumentParser.ValidationError("--to must be after --from.")
        }
    }

    func run() async throws {
        try await database.withEngine { engine in
            let (first, last) = (from?.day ?? 0, to?.lastDay ?? Int32(Timestamp.latest.day))
            let rows: [UsageSum]
            var leaders: [UsageReport.TopAccount] = []
            if let id {
                rows = try await engine.usage(of: id, from: first, through: last).map { UsageSum($0) }
            } else {
                let report = try await engine.usageTotals(from: first, through: last)
                (rows, leaders) = (report.rows, report.topAccounts)
            }
            if output.json { return Console.print(json(rows, leaders)) }
            var table = Table(
                .text("DAY"), .text("ACTION"), .text("CREDITS"), .number("CHARGED"), .number("REFUNDED"),
                .number("COUNT"), .number("INPUT TOKENS"), .number("OUTPUT TOKENS"))
            for row in rows {
                table.add(
                    RFC3339.print(day: row.day), row.action.isEmpty ? "-" : row.action, row.creditType.rawValue,
                    row.charged.description, row.refunded.description, String(row.count), String(row.inputTokens),
                    String(row.outputTokens))
            }
            Console.print(table.text)
            if leaders.isEmpty { return }
            var top = Table(.text("MOST CHARGED"), .text("CREDITS"), .number("CHARGED"))
            for leader in leaders {
                top.add(leader.account.rawValue, leader.creditType.rawValue, leader.charged.description)
            }
            Console.print("\n" + top.text)
        }
    }

    private func json(_ rows: [UsageSum], _ leaders: [UsageReport.TopAccount]) -> [UInt8] {
        JSONWriter.document { writer in
            writer.member("data", array: rows) { $0.usageTotals($1) }
            if id == nil { writer.member("top_accounts", array: leaders) { $0.topAccount($1) } }
        }
    }
}
