import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip subscription`: the steps in the life of an account's plan.
struct SubscriptionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscription", abstract: "Start, upgrade, downgrade, renew and end the plan of an account.",
        discussion: """
            You may repeat every verb: if nothing is to change, nothing changes.
              scrip subscription initialize ada
              scrip subscription upgrade ada pro \\
                --ends-at 2026-04-01 --fallback-plan free
              scrip subscription renew ada --ends-at 2026-05-01
              scrip subscription bonus ada 5 \\
                --idempotency-key welcome --reason "welcome"
              scrip subscription status ada
            """,
        subcommands: [
            Status.self, Initialize.self, Upgrade.self, Downgrade.self, Renew.self, Bonus.self, Expire.self,
            PastDue.self,
        ]
    )

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the plan, its state and its periods.")
        @Argument(help: "The account.") var id: AccountID
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let snapshot = try await engine.account(id)
                SubscriptionCommand.show(snapshot.state, at: snapshot.at, in: engine, output)
            }
        }
    }

    struct Initialize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open the account with its first credits, unless it exists already.")
        @Argument(help: "The account.") var id: AccountID
        @Option(help: "The plan; the catalog's default plan if absent.") var plan: PlanID?
        @Option(help: "The time zone in which periods start, such as Europe/Vienna.") var timezone: TimeZoneRules?
        @OptionGroup var command: Common

        func run() async throws {
            var change = AccountChange()
            change.plan = plan
            change.timeZone = timezone
            try await command.carryOut(.initialize(change), id, "initialize", plan?.rawValue, timezone?.id)
        }
    }

    struct Upgrade: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change to a plan that gives more, now.")
        @Argument(help: "The account.") var id: AccountID
        @Argument(help: "The plan.") var plan: PlanID
        @OptionGroup var terms: Terms
        @OptionGroup var command: Common

        func run() async throws {
            let order = SubscriptionOrder(
                plan: plan, endsAt: terms.endsAt, fallbackPlan: terms.fallbackPlan, anchor: terms.anchor)
            try await command.carryOut(
                .upgrade(order), id, "upgrade", plan.rawValue, terms.endsAt?.text, terms.whatFollows)
        }
    }

    struct Downgrade: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change to a plan that gives less, when the paid time ends.")
        @Argument(help: "The account.") var id: AccountID
        @Argument(help: "The plan.") var plan: PlanID
        @Option(help: "now or period_end.") var when: SubscriptionOrder.When = .periodEnd
        @OptionGroup var terms: Terms
        @OptionGroup var command: Common

        func run() async throws {
            let order = SubscriptionOrder(
                plan: plan, when: when, endsAt: terms.endsAt, fallbackPlan: terms.fallbackPlan, anchor: terms.anchor)
            try await command.carryOut(
                .downgrade(order), id, "downgrade", plan.rawValue, when.rawValue, terms.endsAt?.text,
                terms.whatFollows)
        }
    }

    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record that the plan is paid for until a moment; or, with an idempotency key, one period more.")
        @Argument(help: "The account.") var id: AccountID
        @Option(help: "Until when it is paid for. Default: one more period.") var endsAt: Timestamp?
        @OptionGroup var command: Common

        func run() async throws {
            try await command.carryOut(.renew(endsAt: endsAt), id, "renew", endsAt?.text)
        }
    }

    struct Bonus: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give bonus credits once for each idempotency key.")
        @Argument(help: "The account.") var id: AccountID
        @Argument(help: "How many credits.") var amount: Credits
        @Option(help: "The credit type. Default: the catalog's first one.") var creditType: CreditTypeID?
        @Option(help: "When the bonus expires. Default: never.") var expiresAt: Timestamp?
        @OptionGroup var command: Common

        mutating func validate() throws {
            if command.origin.idempotencyKey == nil {
                throw ValidationError("A bonus needs an --idempotency-key, so that it is given only once.")
            }
        }

        func run() async throws {
            try await command.database.withEngine { engine in
                let creditType = try engine.creditType(creditType)
                var order = GrantOrder(creditType: creditType, amount: amount, source: .bonus)
                order.expiresAt = expiresAt
                order.reason = command.why.reason
                let origin = command.origin.origin(
                    "bonus", id.rawValue, creditType.rawValue, amount.description, expiresAt?.text)
                let outcome = try await engine.submit(Command(account: id, intent: .grant(order), origin: origin))
                Report(outcome: outcome, output: command.output).print("Gave \(id) \(amount) \(creditType) as a bonus.")
            }
        }
    }

    struct Expire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End the plan now, without grace. The fallback or default plan follows.")
        @Argument(help: "The account.") var id: AccountID
        @OptionGroup var command: Common

        func run() async throws { try await command.carryOut(.expire, id, "expire") }
    }

    struct PastDue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Record a missed payment. The plan's days of grace start when the paid time ends.")
        @Argument(help: "The account.") var id: AccountID
        @OptionGroup var command: Common

        func run() async throws { try await command.carryOut(.missPayment, id, "past-due") }
    }

    /// Options that say how long a plan is paid for, and what follows.
    struct Terms: ParsableArguments {
        @Option(help: "Until when it is paid for.") var endsAt: Timestamp?
        @Option(help: "The plan after that. Default: the catalog's default plan.") var fallbackPlan: PlanID?
        @Option(help: "Periods are counted: start (from now), or keep (as before).") var anchor: Subscription.Anchor?

        /// The other options as a part of the request's digest. Without an anchor, it is as in versions that had none.
        var whatFollows: String? {
            guard let anchor else { return fallbackPlan?.rawValue }
            return "\(fallbackPlan?.rawValue ?? "-")\n\(anchor.rawValue)"
        }
    }

    /// The options of all verbs.
    struct Common: ParsableArguments {
        @OptionGroup var origin: OriginOptions
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func carryOut(_ verb: SubscriptionVerb, _ id: AccountID, _ parts: String?...) async throws {
            let request = ([id.rawValue] + parts).map { $0 ?? "-" }.joined(separator: "\n")
            try await database.withEngine { engine in
                var origin = origin.origin(request)
                origin.reason = why.reason
                let command = Command(account: id, intent: .subscription(verb), origin: origin)
                let outcome = try await engine.submit(command)
                SubscriptionCommand.show(outcome.state, at: outcome.decidedAt, in: engine, output)
            }
        }
    }

    private static func show(_ state: AccountState, at now: Timestamp, in engine: Engine, _ output: OutputOptions) {
        let catalog = engine.catalogs.history.inForce(at: now)
        if output.json {
            return Console.print(
                JSONWriter.document { $0.subscriptionStatus(of: state, at: now, catalog: catalog) })
        }
        let status = state.subscriptionStatus(at: now, catalog: catalog)
        var table = Table(.text("FIELD"), .text("VALUE"))
        table.add("account", state.id.rawValue)
        table.add("plan", status.plan?.rawValue ?? "none")
        table.add("state", status.state.rawValue)
        table.add("period", "\(status.period.start.shortText) to \(status.period.end.shortText)")
        if let resetsAt = status.resetsAt { table.add("resets at", resetsAt.shortText) }
        if let endsAt = status.endsAt { table.add("paid until", endsAt.shortText) }
        if let since = status.pastDueSince { table.add("past due since", since.shortText) }
        if let end = status.graceEndsAt { table.add("grace until", end.shortText) }
        if let fallback = status.fallbackPlan { table.add("fallback", fallback.rawValue) }
        if let pending = status.pending {
            table.add("then", "\(pending.plan?.rawValue ?? "none") at \(pending.at.shortText)")
        }
        if let ended = status.ended { table.add("ended", "\(ended.plan) at \(ended.at.shortText)") }
        for balance in state.balances { table.add("available", balance.availableWithType) }
        Console.print(table.text)
    }
}
