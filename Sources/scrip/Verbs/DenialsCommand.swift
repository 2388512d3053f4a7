import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip denials`: requests that limits or plans refused.
struct DenialsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "denials", abstract: "List refused requests, counted by the hour, newest first.",
        discussion: """
            Charges, holds and checks that the balance or the plan did not allow. They are kept for 30 days.
              scrip denials
              scrip denials --account ada --reason insufficient_credits
            """
    )
    @Option(help: "Only denials of this account.") var account: AccountID?
    @Option(help: "Only denials of this action.") var action: ActionID?
    @Option(help: "Only for this reason, such as insufficient_credits.") var reason: String?
    @Option(help: "The first day or moment.") var from: Timestamp?
    @Option(help: "The last day, or the moment at which the range ends.") var to: RangeEnd?
    @Option(help: "How many at most.") var limit = 50
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        if !(1...10_000).contains(limit) { throw ValidationError("--limit must be from 1 to 10000.") }
        if let from, let to, to.moment <= from { throw ValidationError("--to must be after --from.") }
    }

    func run() async throws {
        try await database.withEngine { engine in
            var query = DenialQuery(account: account, limit: limit)
            (query.action, query.reason, query.from, query.to) = (action, reason, from, to?.moment)
            let (denials, damaged) = try await engine.denialPage(query)
            DamagedRows.say("denial", damaged)
            if output.json {
                return Console.print(
                    JSONWriter.document { writer in writer.member("data", array: denials) { $0.denial($1) } })
            }
            if denials.isEmpty { return Console.print("No requests were refused.") }
            var table = Table(
                .text("FIRST"), .text("LAST"), .text("ACCOUNT"), .text("USER"), .text("ACTION"),
                .text("ASKED FOR"),
                .text("REASON"), .number("TIMES"), .number("NEEDED"), .number("AVAILABLE"))
            for denial in denials {
                let subject = denial.subject
                table.add(
                    denial.firstAt.shortText, denial.lastAt.shortText, subject.account.rawValue,
                    subject.user ?? "-",
                    subject.action?.rawValue ?? "-", subject.operation.rawValue, subject.reason,
                    String(denial.count),
                    denial.required?.description ?? "-", denial.available?.description ?? "-")
            }
            Console.print(table.text)
        }
    }
}
