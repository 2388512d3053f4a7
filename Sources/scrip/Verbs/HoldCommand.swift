import ArgumentParser
import Foundation
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip hold`: reserves credits for work in flight and closes them.
struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Reserve credits for work in flight, then capture or release them.",
        subcommands: [Place.self, Capture.self, Release.self, Extend.self, Show.self]
    )

    /// The account and the hold.
    struct Target: ParsableArguments {
        @Argument(help: "The account.") var id: AccountID
        @Argument(help: "The hold's id.") var hold: String

        func holdID() throws -> HoldID {
            guard let holdID = HoldID(hold, in: AccountTag(id)) else { throw Rejection.holdNotFound }
            return holdID
        }
    }

    struct Place: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Reserve credits.")
        @Argument(help: "The account.") var id: AccountID
        @OptionGroup var usage: UsageOptions
        @Option(help: "How many seconds the hold lasts.") var expiresInSeconds = Limits.defaultHoldSeconds
        @OptionGroup var origin: OriginOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let described = try usage.described(in: engine.catalogInForce)
                let origin = origin.origin("hold", id.rawValue, usage.canonicalText, "\(expiresInSeconds)")
                let intent = Intent.hold(described, seconds: expiresInSeconds)
                let outcome = try await engine.submit(Command(account: id, intent: intent, origin: origin))
                let hold = outcome.hold
                Report(outcome: outcome, output: output, isAboutHold: true).print(
                    "Holding \(hold.map { $0.amount.text(of: $0.creditType) } ?? "0") of \(id) until \(hold?.expiresAt.shortText ?? "-"): "
                        + (hold?.id.text(in: outcome.state.tag) ?? "-"))
            }
        }
    }

    struct Capture: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Charge what was really used of a hold. Without an amount or usage, charge all of it.")
        @OptionGroup var target: Target
        @Option(help: "The amount that was really used.") var amount: Credits?
        @Option(help: "A count really used, such as output_tokens=300; may be repeated.") var usage: [Pair] = []
        @OptionGroup var origin: OriginOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws { _ = try usage.counts() }

        func run() async throws {
            let counts = try usage.counts()
            let order = CaptureOrder(amount: amount, usage: counts.isEmpty ? nil : Usage(counts: counts))
            let origin = origin.origin("capture", target.hold, amount?.description, usage.canonicalText)
            try await HoldCommand.close(target, .captured, origin, database, output) { .capture($0, order) }
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Release a hold without charging anything.")
        @OptionGroup var target: Target
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let origin = Origin.commandLine()
            try await HoldCommand.close(target, .released, origin, database, output) { .release($0) }
        }
    }

    struct Extend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Set how many seconds from now a hold ends.")
        @OptionGroup var target: Target
        @Argument(help: "Seconds from now.") var seconds: Int64
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let (origin, seconds) = (Origin.commandLine(), seconds)
            try await HoldCommand.close(target, .open, origin, database, output) { .extend($0, seconds: seconds) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a hold.")
        @OptionGroup var target: Target
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                if let demo = try await DemoHold.account(target.id, hold: target.hold, in: engine) {
                    return HoldCommand.show(demo, .open, output)
                }
                let hold = try await engine.hold(try target.holdID(), account: target.id)
                if output.json {
                    return Console.print(
                        JSONWriter.document { $0.member("hold") { $0.hold(hold, tag: AccountTag(target.id)) } })
                }
                var table = Table(
                    .text("HOLD"), .text("STATUS"), .number("AMOUNT"), .number("CAPTURED"), .text("UNTIL"))
                let captured = hold.captured?.description ?? "-"
                table.add(
                    target.hold, hold.status.rawValue, hold.amount.description, captured, hold.expiresAt.shortText)
                Console.print(table.text)
            }
        }
    }

    /// Closes or extends a hold. On a demo account this has no effect.
    private static func close(
        _ target: Target, _ status: HoldStatus, _ origin: Origin, _ database: DatabaseOptions, _ output: OutputOptions,
        _ intent: @Sendable (HoldID) -> Intent
    ) async throws {
        try await database.withEngine { engine in
            if let demo = try await DemoHold.account(target.id, hold: target.hold, in: engine) {
                return show(demo, status, output)
            }
            let command = Command(account: target.id, intent: intent(try target.holdID()), origin: origin)
            let outcome = try await engine.submit(command)
            let verb = status == .open ? "Extended" : status.rawValue.capitalized
            Report(outcome: outcome, output: output, isAboutHold: true).print("\(verb) \(target.hold).")
        }
    }

    private static func show(_ demo: AccountState, _ status: HoldStatus, _ output: OutputOptions) {
        if output.json { return Console.print(JSONWriter.document { $0.demoHold(status, of: demo) }) }
        Console.print("\(demo.id) is a demo account: its hold reserves nothing.")
    }
}
