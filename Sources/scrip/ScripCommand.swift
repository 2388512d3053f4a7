import ArgumentParser
import Foundation

/// The command line of Scrip: one subcommand for each verb.
@main
struct ScripCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrip",
        abstract: "Keeps credit balances, prices AI usage, and explains every entry.",
        discussion: """
            Scrip keeps everything in one database: sqlite:./scrip.db, unless --database,
            $SCRIP_DATABASE or $DATABASE_URL names another. That may also be
            postgres://USER@HOST/NAME. Every verb prints a table for people, or JSON
            with --json.

            Times are RFC 3339, or a day (UTC). A range ends before --to. If --to is a
            day, that whole day is in the range.

            A first minute:
              scrip catalog template sample > catalog.yaml
              scrip catalog apply catalog.yaml
              scrip account create ada --plan free
              scrip charge ada --action ai_chat_message
              scrip balance ada
              scrip entries ada

            Exit codes: 0 done; 1 refused, or differences found; 2 wrong usage;
            3 something that the command needs could not be reached.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, AccountCommand.self, PlanCommand.self, SubscriptionCommand.self,
            GrantCommand.self,
            ChargeCommand.self, CheckCommand.self, HoldCommand.self, RefundCommand.self,
            AdjustCommand.self,
            BalanceCommand.self, EntriesCommand.self, HistoryCommand.self, UsageCommand.self,
            FailuresCommand.self,
            DenialsCommand.self,
            CatalogCommand.self, PriceCommand.self, PricesCommand.self, PurchasesCommand.self,
            TopUpCommand.self,
            KeyCommand.self, AuditCommand.self, VerifyCommand.self, MigrateCommand.self, CopyCommand.self,
            ReplayCommand.self, VersionCommand.self,
        ]
    )

    /// The version of this program.
    static let version = "0.1.0"

    static func main() async {
        // A file that has reached its size limit is a database error. It must not end the process.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try parseAsRoot(NegativeNumbers.readable(Array(CommandLine.arguments.dropFirst())))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.end(with: error)
        }
    }
}
