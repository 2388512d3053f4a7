import ArgumentParser
import ScripCore

/// Options that describe usage which happened, or is about to.
struct UsageOptions: ParsableArguments {
    @Option(help: "The action, as the catalog names it; its rate decides the amount.")
    var action: ActionID?

    @Option(help: "A fixed amount instead of the action's rate.")
    var amount: Credits?

    @Option(help: "The credit type of an amount without an action.")
    var creditType: CreditTypeID?

    @Option(help: "How many times.")
    var quantity: Quantity = 1

    @Option(help: "A count, such as input_tokens=1200 or seconds=90; may be repeated.")
    var usage: [Pair] = []

    @OptionGroup var called: ModelOptions

    @Option(help: "What the work cost in US dollars.")
    var costUsd: Dollars?

    @Option(help: "Who acted on behalf of the account.")
    var user: String?

    @Option(help: "The thing that the usage is about, as TYPE=ID.")
    var resource: Pair?

    @Option(help: "A description for people to read.")
    var description: String?

    mutating func validate() throws {
        if action == nil && amount == nil { throw ValidationError("Give --action, or --amount.") }
        _ = try usage.counts()
    }

    /// The usage that the options describe.
    func described(in catalog: Catalog) throws -> Usage {
        var described = Usage(action: action, quantity: quantity)
        described.counts = try usage.counts()
        described.amount = amount
        described.creditType = creditType ?? (action == nil ? catalog.defaultCreditType : nil)
        described.model = called.model
        described.provider = called.provider
        described.serviceTier = called.serviceTier
        described.geography = called.geography
        described.speed = called.speed
        described.cost = costUsd
        described.user = user
        described.resource = resource.map { Usage.Resource(type: $0.name, id: $0.value) }
        described.description = description
        return described
    }

    /// The options as one text, the same for the same request.
    var canonicalText: String {
        let parts = [
            action?.rawValue, amount?.description, creditType?.rawValue, quantity.description, usage.canonicalText,
            called.model,
            costUsd?.description, user, resource.map { "\($0.name)=\($0.value)" }, description,
        ]
        // Newer options are named, so that requests without them keep the text that they always had.
        let later = [
            ("provider", called.provider), ("service_tier", called.serviceTier), ("geography", called.geography),
            ("speed", called.speed),
        ]
        let stated = later.compactMap { name, value in value.map { "\(name)=\($0)" } }
        return (parts.map { $0 ?? "" } + stated).joined(separator: "\u{1F}")
    }
}
