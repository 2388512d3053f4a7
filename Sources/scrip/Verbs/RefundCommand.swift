import ArgumentParser
import ScripCore
import ScripEngine

/// `scrip refund`: refunds a charge.
struct RefundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund", abstract: "Refund all or part of a charge.")
    @Argument(help: "The account.") var id: AccountID
    @Argument(help: "The charge: the id of its entry, or the entry's number in the journal.") var entry: String
    @Option(help: "How much. Default: all that is left of the charge.") var amount: Credits?
    @Option(help: "Why.") var reason: String?
    @OptionGroup var origin: OriginOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let number = Int64(entry).flatMap { $0 > 0 ? EntryID(seq: $0) : nil }
        guard let entryID = EntryID(entry, in: AccountTag(id)) ?? number else { throw Rejection.entryNotFound }
        try await database.withEngine { engine in
            let origin = origin.origin("refund", id.rawValue, "\(entryID.seq)", amount?.description, reason)
            let intent = Intent.refund(entryID, amount: amount, reason: reason)
            let outcome = try await engine.submit(Command(account: id, intent: intent, origin: origin))
            let entry = outcome.entry?.entry
            let refunded = entry?.amount ?? .zero
            let text = entry?.creditType.map { refunded.text(of: $0) } ?? "\(refunded)"
            Report(outcome: outcome, output: output).print("Refunded \(text) to \(id).")
        }
    }
}
