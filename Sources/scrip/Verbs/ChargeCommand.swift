import ArgumentParser
import ScripCore
import ScripEngine

/// `scrip charge`: takes credits for an action.
struct ChargeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "charge", abstract: "Take credits for an action, or refuse if there are not enough.",
        discussion: """
            Examples:
              scrip charge ada --action ai_chat_message
              scrip charge ada --action summarize \\
                --usage input_tokens=1200 --usage output_tokens=300
              scrip charge ada --amount 0.25 --description "a special request"
            """
    )
    @Argument(help: "The account.") var id: AccountID
    @OptionGroup var usage: UsageOptions
    @Flag(help: "Record usage that already happened. It is never refused and may create debt.") var track = false
    @OptionGroup var origin: OriginOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await database.withEngine { engine in
            let described = try usage.described(in: engine.catalogInForce)
            let intent: Intent = track ? .track(described) : .charge(described)
            let origin = origin.origin(track ? "track" : "charge", id.rawValue, usage.canonicalText)
            let outcome = try await engine.submit(Command(account: id, intent: intent, origin: origin))
            let entry = outcome.entry?.entry
            let amount = Credits(nanocredits: Int64(clamping: entry?.amount.nanocredits.magnitude ?? 0))
            let text = entry?.creditType.map { amount.text(of: $0) } ?? "\(amount)"
            Report(outcome: outcome, output: output).print("Charged \(text) to \(id).")
            guard !output.json, let rating = entry?.rating else { return }
            for item in rating.unpriced {
                guard let near = UsageHint.nearest(to: item.dimension, in: rating) else { continue }
                Console.say("Not priced: \(item.count) \(item.dimension). Did you mean '\(near)'?")
            }
        }
    }
}
