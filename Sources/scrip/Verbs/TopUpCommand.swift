import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip top-up`: packs that are bought automatically.
struct TopUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top-up", abstract: "Buy a pack automatically when an account's balance falls below a threshold.",
        discussion: """
            The server charges the buyer's saved payment method, once each time the balance falls below the threshold:
              scrip top-up set ada --threshold 100 --pack starter --monthly-cap 5000
              scrip top-up show ada
            """,
        subcommands: [Show.self, Set.self, Stop.self], defaultSubcommand: Show.self
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an account's top-up and its last results.")
        @Argument(help: "The account.") var account: AccountID
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                _ = try await engine.account(account)
                TopUpCommand.show(try await engine.billingProfile(of: account), engine, output)
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Switch a top-up on, or change it.")
        @Argument(help: "The account.") var account: AccountID
        @Option(help: "Buy when fewer credits than this are available.") var threshold: Credits
        @Option(help: "The pack, as the catalog names it.") var pack: String
        @Option(help: "The most to spend in a month (UTC), in minor units such as cents.") var monthlyCap: Int64
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if threshold.isNegative { throw ValidationError("--threshold must not be negative.") }
            if monthlyCap < 0 { throw ValidationError("--monthly-cap must not be negative.") }
        }

        func run() async throws {
            try await database.withEngine { engine in
                let setting = BillingProfile.TopUp(
                    threshold: threshold, pack: pack, monthlyCapMinorUnits: monthlyCap)
                let profile = try await engine.setTopUp(setting, of: account, origin: .commandLine())
                TopUpCommand.show(profile, engine, output)
            }
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Switch a top-up off.")
        @Argument(help: "The account.") var account: AccountID
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let profile = try await engine.setTopUp(nil, of: account, origin: .commandLine())
                TopUpCommand.show(profile, engine, output)
            }
        }
    }

    private static func show(_ profile: BillingProfile, _ engine: Engine, _ output: OutputOptions) {
        if output.json { return Console.print(JSONWriter.document { $0.billingProfile(profile) }) }
        guard let topUp = profile.topUp, topUp.isEnabled else {
            return Console.print("\(profile.account) has no top-up.")
        }
        let pack = engine.catalogInForce.packs.first { $0.id == topUp.pack }
        let threshold = pack.map { topUp.threshold.text(of: $0.creditType) } ?? "\(topUp.threshold)"
        let cap = MoneyText.of(topUp.monthlyCapMinorUnits, pack?.price.currency)
        Console.print(
            """
            \(profile.account) buys the pack \(topUp.pack) when below \(threshold), for at most \(cap) a month.
              state: \(topUp.state.rawValue)
              spent this month: \(MoneyText.of(topUp.spentMinorUnits, pack?.price.currency))
              last purchase: \(topUp.lastPurchase ?? "none")
              payment method: \(profile.paymentMethod == nil ? "none saved" : "saved")
            """)
        if let problem = topUp.problem { Console.print("  problem: \(problem)") }
    }
}
