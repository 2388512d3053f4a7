import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip plan`: an account's subscription.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show and change the plan of an account.",
        subcommands: [Set.self, Cancel.self, Show.self]
    )

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change the plan.",
            discussion: "Without --when, a bigger plan starts now, and a smaller one at the end of the period."
        )
        @Argument(help: "The account.") var id: AccountID
        @Argument(help: "The plan.") var plan: PlanID
        @Option(help: "now or period_end.") var when: SubscriptionOrder.When?
        @Option(help: "When the subscription ends.") var endsAt: Timestamp?
        @Option(help: "The plan after the subscription ends.") var fallbackPlan: PlanID?
        @Option(help: "Periods are counted: start (from now), or keep (as before).") var anchor: Subscription.Anchor?
        @Option(help: "When the trial ends.") var trialEndsAt: Timestamp?
        @Option(help: "The number of seats. Default: unchanged on the same plan, else 1.") var quantity: Int64?
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            var order = SubscriptionOrder(
                plan: plan, when: when, endsAt: endsAt, fallbackPlan: fallbackPlan, anchor: anchor)
            order.trialEndsAt = trialEndsAt
            order.quantity = quantity
            let wanted = order
            try await database.withEngine { try await PlanCommand.carryOut(.subscribe(wanted), id, $0, why, output) }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End the plan; its fallback plan follows, or the catalog's default plan.")
        @Argument(help: "The account.") var id: AccountID
        @Option(help: "now or period_end.") var when: SubscriptionOrder.When = .periodEnd
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let verb = SubscriptionVerb.cancel(when: when)
            try await database.withEngine { try await PlanCommand.carryOut(.subscription(verb), id, $0, why, output) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the plan.")
        @Argument(help: "The account.") var id: AccountID
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                PlanCommand.show(try await engine.account(id).state, output)
            }
        }
    }

    private static func carryOut(
        _ intent: Intent, _ id: AccountID, _ engine: Engine, _ why: ReasonOptions, _ output: OutputOptions
    ) async throws {
        let command = Command(account: id, intent: intent, origin: .commandLine(reason: why.reason))
        show(try await engine.submit(command).state, output)
    }

    private static func show(_ state: AccountState, _ output: OutputOptions) {
        if output.json { return Console.print(JSONWriter.document { $0.subscriptionOutcome(state) }) }
        let subscription = state.subscription
        var table = Table(.text("PLAN"), .text("FROM"), .text("UNTIL"))
        let end = subscription.pending?.at ?? subscription.endsAt
        table.add(subscription.plan?.rawValue ?? "none", subscription.startedAt.shortText, end?.shortText ?? "-")
        if let pending = subscription.pending {
            table.add(pending.plan?.rawValue ?? "none", pending.at.shortText, pending.endsAt?.shortText ?? "-")
        }
        Console.print(table.text)
    }
}
