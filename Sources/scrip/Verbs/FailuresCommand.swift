import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip failures`: usage that could not be recorded or priced.
struct FailuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures", abstract: "List usage that could not be recorded or priced, and try again.",
        discussion: """
            No usage is lost: an event with an unknown account, action or model is kept here.
              scrip failures                          list open failures, newest first
              scrip failures replay --reason unknown_action
              scrip failures replay tf_… --event mended.json
            """,
        subcommands: [List.self, Show.self, Replay.self, Dismiss.self], defaultSubcommand: List.self
    )

    /// Options that select failures.
    struct Selection: ParsableArguments {
        @Option(help: "Only for this reason, such as unknown_model.") var reason: String?
        @Option(help: "Only failures of this account.") var account: String?
        @Option(help: "How many at most.") var limit = 50

        mutating func validate() throws {
            if !(1...1_000).contains(limit) { throw ValidationError("--limit must be from 1 to 1000.") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List failures, newest first.")
        @OptionGroup var selection: Selection
        @Flag(help: "Include resolved and dismissed failures.") var all = false
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let (failures, damaged) = try await engine.trackingFailurePage(
                    TrackingFailureQuery(
                        status: all ? nil : .open, reason: selection.reason, account: selection.account,
                        limit: selection.limit))
                DamagedRows.say("tracking failure", damaged)
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.member("data", array: failures) { $0.trackingFailure($1) }
                            writer.member("next_cursor", String?.none)
                        })
                }
                if failures.isEmpty { return Console.print("Nothing waits.") }
                var table = Table(
                    .text("FAILURE"), .text("RECEIVED"), .text("ACCOUNT"), .text("EVENT"), .text("REASON"),
                    .text("DETAIL"))
                for failure in failures {
                    table.add(
                        failure.id, failure.receivedAt.shortText, failure.account ?? "-", failure.eventID ?? "-",
                        failure.reason, failure.detail)
                }
                Console.print(table.text)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one failure with the stored part of its event.")
        @Argument(help: "The failure, such as tf_….") var failure: String
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let failure = try await FailuresCommand.failure(failure, in: engine)
                if output.json { return Console.print(JSONWriter.document { $0.trackingFailure(failure) }) }
                Console.print(
                    """
                    \(failure.id): \(failure.status.rawValue), \(failure.reason)
                    \(failure.detail)
                    received \(failure.receivedAt.shortText), tried \(failure.attempts.counted("time"))
                    \(failure.event)
                    """)
                if let whole = failure.whole {
                    Console.print("The event had \(whole.byteCount.counted("byte")); its SHA-256 is \(whole.digest).")
                }
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try one failure again, or all that match.",
            discussion: "Usage that was recorded in the meantime is recognised, so nothing is charged twice.")
        @Argument(help: "The failure. Default: all that match.") var failure: String?
        @Option(help: "A file with a corrected event to record instead.") var event: String?
        @OptionGroup var selection: Selection
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let mended = try event.map { try InputFile.json(of: $0) }
            if mended != nil && failure == nil { throw ArgumentParser.ValidationError("--event needs a failure.") }
            try await database.withEngine { engine in
                let failures: [TrackingFailure]
                if let failure {
                    failures = [try await FailuresCommand.failure(failure, in: engine)]
                } else {
                    let page = try await engine.trackingFailurePage(
                        TrackingFailureQuery(
                            reason: selection.reason, account: selection.account, limit: selection.limit))
                    DamagedRows.say("tracking failure", page.damaged)
                    failures = page.failures.reversed()
                }
                var results: [EventTracking.Result] = []
                for failure in failures {
                    do {
                        results.append(
                            try await FailureRetry.replay(
                                failure, mended: mended, in: engine, origin: .commandLine()))
                    } catch let error where self.failure == nil {
                        results.append(
                            EventTracking.Result(
                                id: failure.eventID, status: .failed, error: error, failure: failure.id))
                    }
                }
                show(results)
                if results.contains(where: { $0.status == .failed }) { throw ExitCode(Failure.refused) }
            }
        }

        private func show(_ results: [EventTracking.Result]) {
            if output.json {
                return Console.print(
                    JSONWriter.document { writer in writer.member("results", array: results) { $0.trackingResult($1) } }
                )
            }
            if results.isEmpty { return Console.print("Nothing waits.") }
            var table = Table(.text("EVENT"), .text("RESULT"), .number("AMOUNT"), .text("DETAIL"))
            for result in results {
                table.add(
                    result.id ?? "-", result.status.rawValue, result.outcome?.entry?.entry.amount.description ?? "-",
                    result.problemDetail ?? "")
            }
            Console.print(table.text)
        }
    }

    struct Dismiss: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Close a failure without recording its event.")
        @Argument(help: "The failure, such as tf_….") var failure: String
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let found = try await FailuresCommand.failure(failure, in: engine)
                let origin = Origin.commandLine(reason: why.reason)
                let changed = try await engine.changeTrackingFailure(found.id, origin: origin) { failure in
                    if failure.status == .open { failure.status = .dismissed }
                }
                let failure = changed ?? found
                if output.json { return Console.print(JSONWriter.document { $0.trackingFailure(failure) }) }
                Console.print("\(failure.id) is \(failure.status.rawValue).")
            }
        }
    }

    private static func failure(_ id: String, in engine: Engine) async throws -> TrackingFailure {
        guard let failure = try await engine.trackingFailure(id) else {
            throw Failure.Problem.refused("There is no tracking failure '\(id)'.")
        }
        return failure
    }
}
