import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip account`: opens, changes and lists accounts.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Open, change, show, list and erase accounts.",
        subcommands: [Create.self, Set.self, Show.self, List.self, Erase.self]
    )

    /// Options that set an account's properties.
    struct Fields: ParsableArguments {
        @Option(help: "The plan. Default for a new account: the catalog's default plan.") var plan: PlanID?
        @Option(help: "user or organization.") var kind: AccountSettings.Kind?
        @Option(help: "A name to show.") var name: String?
        @Option(help: "An email address to show.") var email: String?
        @Flag(inversion: .prefixedNo, help: "A demo account is never charged.") var demo: Bool?
        @Option(help: "The time zone in which periods start, such as Europe/Vienna.") var timezone: TimeZoneRules?
        @Option(help: "The moment from which periods are counted.") var anchor: Timestamp?
        @Option(help: "enforce, or observe: refuse nothing, but record what would have been refused.")
        var enforcement: AccountSettings.Enforcement?
        @Flag(inversion: .prefixedNo, help: "A suspended account is refused charges and holds.") var suspended: Bool?
        @OptionGroup var why: ReasonOptions

        func put(_ id: AccountID, in engine: Engine) async throws -> PutAccountOutcome {
            var change = AccountChange()
            change.plan = plan
            change.kind = kind
            change.isDemo = demo
            change.timeZone = timezone
            change.anchor = anchor
            change.enforcement = enforcement
            change.isSuspended = suspended
            let (name, email) = (name, email)
            return try await engine.put(account: id, change: change, origin: .commandLine(reason: why.reason)) {
                if let name { $0.name = name }
                if let email { $0.email = email }
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Open an account.")
        @Argument(help: "Your own id for the account.") var id: AccountID
        @OptionGroup var fields: Fields
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine(mayCreate: true) { engine in
                let outcome = try await fields.put(id, in: engine)
                if output.json { return Console.print(JSONWriter.document { $0.account(outcome.snapshot) }) }
                Console.print("\(outcome.wasOpened ? "Opened" : "Already there:") \(id)")
                Console.print(outcome.snapshot.table)
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change an account; all other settings stay.")
        @Argument(help: "The account.") var id: AccountID
        @OptionGroup var fields: Fields
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                _ = try await engine.account(id)
                let outcome = try await fields.put(id, in: engine)
                if output.json { return Console.print(JSONWriter.document { $0.account(outcome.snapshot) }) }
                Console.print(outcome.snapshot.table)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an account.")
        @Argument(help: "The account.") var id: AccountID
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let snapshot = try await engine.account(id)
                if output.json {
                    let topUp = try await engine.billingProfile(of: id).topUp
                    return Console.print(JSONWriter.document { $0.account(snapshot, topUp: topUp) })
                }
                Console.print(snapshot.table)
            }
        }
    }

    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase all personal data of an account for good.",
            discussion: """
                Removes name, address and metadata, the texts in the journal and the audit log, the events of usage that
                could not be recorded, and the ties to a payment provider. Amounts stay. After that, the account accepts
                no names or texts, and no credits can be taken. Refused while holds, debts, payments, subscriptions
                or tracking failures are open, unless --force is given.
                """)
        @Argument(help: "The account.") var id: AccountID
        @Flag(help: "Erase even if something is still open.") var force = false
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let snapshot = try await engine.erase(
                    account: id, isForced: force, origin: .commandLine(reason: why.reason))
                if output.json { return Console.print(JSONWriter.document { $0.account(snapshot) }) }
                Console.print("Erased: \(id)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List accounts by id.")
        @Option(help: "Only accounts after this id.") var after: AccountID?
        @Option(help: "How many at most.") var limit = 50
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if !(1...10_000).contains(limit) { throw ValidationError("--limit must be from 1 to 10000.") }
        }

        func run() async throws {
            try await database.withEngine { engine in
                let (snapshots, damaged) = try await engine.accountPage(after: after, limit: limit)
                DamagedRows.say("account", damaged)
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.member("data", array: snapshots) { $0.account($1) }
                        }
                    )
                }
                var table = Table(.text("ACCOUNT"), .text("PLAN"), .text("CREDITS"), .number("AVAILABLE"))
                for snapshot in snapshots {
                    let (id, plan) = (snapshot.state.id.rawValue, snapshot.state.subscription.plan?.rawValue ?? "-")
                    if snapshot.state.balances.isEmpty { table.add(id, plan, "-", "-") }
                    for balance in snapshot.state.balances {
                        table.add(id, plan, balance.creditType.rawValue, balance.availableText)
                    }
                }
                Console.print(table.text)
            }
        }
    }
}
