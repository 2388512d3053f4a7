import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip balance`: what an account can spend, and where it comes from.
struct BalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance", abstract: "Show what an account can spend, now or at another time.")
    @Argument(help: "The account.") var id: AccountID
    @Option(help: "The balance at this moment. In the future: if only time passes.") var at: Timestamp?
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await database.withEngine { engine in
            let snapshot = try await engine.account(id, at: at)
            if output.json { return Console.print(JSONWriter.document { $0.balances(of: snapshot) }) }
            let plan = snapshot.state.subscription.plan?.rawValue ?? "no plan"
            Console.print("\(id) (\(plan)) at \(snapshot.at.shortText)")
            var table = Table(
                .text("CREDITS"), .number("AVAILABLE"), .number("POSTED"), .number("HELD"), .number("DEBT"),
                .text("RESETS"))
            for balance in snapshot.state.balances {
                table.add(
                    balance.creditType.rawValue, balance.availableText, balance.posted.description,
                    balance.held.description, balance.debt.description,
                    balance.allowance?.period.end.shortText ?? "-")
            }
            Console.print(table.text)
            let grants = snapshot.state.balances.flatMap(\.grants)
            if grants.isEmpty { return }
            var open = Table(
                .text("GRANT"), .text("SOURCE"), .number("LEFT"), .number("OF"), .text("EXPIRES"))
            for grant in grants {
                open.add(
                    grant.id.text(in: snapshot.state.tag), grant.terms.source.rawValue, grant.remaining.description,
                    grant.terms.amount.description, grant.terms.expiresAt?.shortText ?? "never")
            }
            Console.print("\nIn the order in which they pay:\n" + open.text)
        }
    }
}
