import ArgumentParser
import Logging
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip purchases`: purchases of packs.
struct PurchasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purchases", abstract: "List, make, settle and refund purchases of packs.",
        discussion: """
            With a payment service, the buyer pays at the address that 'create' prints. With the provider 'manual', you
            send an invoice, and confirm the payment when the money has come:
              scrip purchases create ada --pack starter --provider manual
              scrip purchases mark-paid pu_… --reference "transfer 7"
            """,
        subcommands: [
            List.self, Show.self, Create.self, MarkPaid.self, Refund.self, Reconcile.self,
        ], defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List purchases, newest first.")
        @Option(help: "Only purchases of this account.") var account: AccountID?
        @Option(help: "Only purchases with this status.") var status: PurchaseStatus?
        @Option(help: "How many at most.") var limit = 50
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if !(1...1_000).contains(limit) { throw ValidationError("--limit must be from 1 to 1000.") }
        }

        func run() async throws {
            try await database.withEngine { engine in
                let statuses = Set([status].compactMap { $0 })
                let (purchases, damaged) = try await engine.purchasePage(
                    PurchaseQuery(account: account, statuses: statuses, limit: limit))
                DamagedRows.say("purchase", damaged)
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.member("data", array: purchases) { $0.purchase($1) }
                            writer.member("next_cursor", String?.none)
                        })
                }
                if purchases.isEmpty { return Console.print("There are no purchases.") }
                var table = Table(
                    .text("PURCHASE"), .text("MADE"), .text("ACCOUNT"), .text("PACK"), .number("CREDITS"),
                    .number("PRICE"), .text("PROVIDER"), .text("STATUS"), .text("PROBLEM"))
                for purchase in purchases {
                    table.add(
                        purchase.id, purchase.createdAt.shortText, purchase.account.rawValue, purchase.pack,
                        purchase.credits.description, purchase.price.shortText, purchase.provider,
                        purchase.status.rawValue, purchase.problem ?? "-")
                }
                Console.print(table.text)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one purchase.")
        @Argument(help: "The purchase, such as pu_….") var purchase: String
        @Flag(help: "Ask the payment provider for its status first.") var refresh = false
        @OptionGroup var payments: PaymentOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await PurchasesCommand.change(purchase, payments, database, output) { desk, purchase in
                refresh ? try await desk.refresh(purchase, origin: .commandLine()) : purchase
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Buy a pack for an account.")
        @Argument(help: "The account.") var account: AccountID
        @Option(help: "The pack, as the catalog names it.") var pack: String
        @Option(help: "Who takes the money: stripe, polar or manual.") var provider: String?
        @Option(help: "A name for this purchase. The same name returns the same purchase.")
        var idempotencyKey: IdempotencyKey?
        @OptionGroup var payments: PaymentOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                var order = PurchaseOrder(pack: pack, provider: provider, origin: .commandLine())
                order.origin.idempotencyKey = idempotencyKey
                let purchase = try await PurchasesCommand.desk(payments, engine).buy(order, for: account)
                PurchasesCommand.show(purchase, output)
            }
        }
    }

    struct MarkPaid: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Confirm that an invoice was paid, or accept a payment that differs from the price.",
            discussion: "The credits are given only once. Each reference belongs to one purchase.")
        @Argument(help: "The purchase, such as pu_….") var purchase: String
        @Option(help: "A reference to the transfer or invoice.") var reference: String?
        @OptionGroup var payments: PaymentOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await PurchasesCommand.change(purchase, payments, database, output) { desk, purchase in
                try await desk.markPaid(purchase, reference: reference, origin: .commandLine())
            }
        }
    }

    struct Refund: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refund a purchase, and take back the credits that it paid for.")
        @Argument(help: "The purchase, such as pu_….") var purchase: String
        @Option(help: "How much, in minor units such as cents. Default: all that is left.") var minorUnits: Int64?
        @Option(help: "A name for this refund. The same name refunds only once.") var idempotencyKey: IdempotencyKey?
        @OptionGroup var payments: PaymentOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await PurchasesCommand.change(purchase, payments, database, output) { desk, purchase in
                try await desk.refund(
                    purchase, minorUnits: minorUnits, key: idempotencyKey, origin: .commandLine())
            }
        }
    }

    struct Reconcile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the last days with the payment providers, and settle what was missed.")
        @Option(help: "How many days back, from 1 to 30.") var days = 3
        @OptionGroup var payments: PaymentOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if !(1...30).contains(days) { throw ValidationError("--days must be from 1 to 30.") }
        }

        func run() async throws {
            try await database.withEngine { engine in
                let report = try await PurchasesCommand.desk(payments, engine).reconcile(days: days)
                if output.json {
                    Console.print(JSONWriter.document { $0.reconciliation(report) })
                } else {
                    Console.print(
                        """
                        \(report.eventCount.counted("message")), \(report.missedEventCount) of them had not arrived
                        \(report.purchaseCount.counted("purchase")), \(report.changedPurchaseCount) of them changed
                        """)
                    for problem in report.problems { Console.say("  \(problem)") }
                }
                if !report.problems.isEmpty { throw ExitCode(Failure.refused) }
            }
        }
    }
}

extension PurchasesCommand {
    static func desk(_ payments: PaymentOptions, _ engine: Engine) throws -> PaymentDesk {
        let logger = Logger(label: "scrip") { SecretiveLogHandler(label: $0) }
        return try payments.desk(engine: engine, logger: logger)
    }

    fileprivate static func change(
        _ id: String, _ payments: PaymentOptions, _ database: DatabaseOptions, _ output: OutputOptions,
        _ body: (PaymentDesk, Purchase) async throws -> Purchase
    ) async throws {
        try await database.withEngine { engine in
            guard let purchase = try await engine.purchase(id) else {
                throw Failure.Problem.refused("There is no purchase '\(id)'.")
            }
            show(try await body(try desk(payments, engine), purchase), output)
        }
    }

    fileprivate static func show(_ purchase: Purchase, _ output: OutputOptions) {
        if output.json { return Console.print(JSONWriter.document { $0.purchase(purchase) }) }
        var table = Table(.text("FIELD"), .text("VALUE"))
        table.add("purchase", purchase.id)
        table.add("account", purchase.account.rawValue)
        table.add("status", purchase.status.rawValue)
        table.add("credits", "\(purchase.credits.text(of: purchase.creditType)) (pack \(purchase.pack))")
        table.add("price", purchase.price.shortText)
        table.add("provider", purchase.provider)
        if let url = purchase.checkoutURL, purchase.facts.stage == .pending { table.add("pay at", url) }
        if let paidAt = purchase.paidAt { table.add("paid", paidAt.shortText) }
        if purchase.refundingMinorUnits > 0 {
            table.add("refunding", MoneyText.of(purchase.refundingMinorUnits, purchase.price.currency))
        }
        if purchase.facts.refundedMinorUnits > 0 {
            table.add("refunded", MoneyText.of(purchase.facts.refundedMinorUnits, purchase.price.currency))
        }
        if purchase.takenBack.isPositive { table.add("taken back", purchase.takenBack.description) }
        if let failure = purchase.facts.failure { table.add("failure", failure) }
        if let problem = purchase.problem { table.add("problem", problem) }
        Console.print(table.text)
    }
}
