import ArgumentParser
import ScripCore
import ScripEngine
import ScripWire

/// `scrip grant`: gives credits.
struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Give an account credits.",
        discussion: "Example: scrip grant ada 10 --source purchased --reason \"order 7\""
    )
    @Argument(help: "The account.") var id: AccountID
    @Argument(help: "How many credits, such as 10 or 0.5.") var amount: Credits
    @Option(help: "Where they come from: purchased, bonus, promotional, monthly, rollover, refund or adjustment.")
    var source: GrantSource = .bonus
    @Option(help: "The credit type. Default: the catalog's first one.") var creditType: CreditTypeID?
    @Option(help: "Why.") var reason: String?
    @Option(help: "When the credits become available. Default: now.") var effectiveAt: Timestamp?
    @Option(help: "When the credits expire. Default: never.") var expiresAt: Timestamp?
    @Option(help: "The grant with the lowest number pays first.") var priority: Int32?
    @OptionGroup var origin: OriginOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await database.withEngine { engine in
            var order = GrantOrder(
                creditType: try engine.creditType(creditType), amount: amount, source: source)
            order.priority = priority
            order.effectiveAt = effectiveAt
            order.expiresAt = expiresAt
            order.reason = reason
            let origin = origin.origin(
                "grant", id.rawValue, order.creditType.rawValue, amount.description, source.rawValue, reason,
                effectiveAt?.text, expiresAt?.text, priority.map { "\($0)" })
            let outcome = try await engine.submit(Command(account: id, intent: .grant(order), origin: origin))
            Report(outcome: outcome, output: output)
                .print("Granted \(amount.text(of: order.creditType)) (\(source.rawValue)) to \(id).")
        }
    }
}

extension Engine {
    /// The credit type to use if none is named.
    func creditType(_ named: CreditTypeID?) throws -> CreditTypeID {
        if let creditType = named ?? catalogInForce.defaultCreditType { return creditType }
        throw Failure.Problem.refused(
            "There is no catalog yet. To begin: scrip catalog template sample > catalog.yaml, "
                + "then scrip catalog apply catalog.yaml")
    }
}
