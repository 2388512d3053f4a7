import ArgumentParser
import ScripCore
import ScripEngine

/// `scrip adjust`: adds or takes credits by hand.
struct AdjustCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adjust", abstract: "Add or take credits by hand, with a reason.",
        discussion: """
            Examples:
              scrip adjust ada 5 --reason "goodwill"
              scrip adjust ada -1.5 --reason "given twice"
            """
    )
    @Argument(help: "The account.") var id: AccountID
    @Argument(help: "How many credits to add. A negative number takes credits.") var amount: Credits
    @Option(help: "Why.") var reason: String
    @Option(help: "The credit type. Default: the catalog's first one.") var creditType: CreditTypeID?
    @OptionGroup var origin: OriginOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await database.withEngine { engine in
            let creditType = try engine.creditType(creditType)
            let origin = origin.origin("adjust", id.rawValue, creditType.rawValue, amount.description, reason)
            let intent = Intent.adjust(creditType, amount: amount, reason: reason)
            let outcome = try await engine.submit(Command(account: id, intent: intent, origin: origin))
            Report(outcome: outcome, output: output).print("Adjusted \(id) by \(amount.text(of: creditType)).")
        }
    }
}
