import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip check`: asks whether a charge would be allowed.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Ask whether a charge would be allowed. Changes nothing.",
        discussion: "The exit code is 0 if it would be allowed, and 1 if it would be refused."
    )
    @Argument(help: "The account.") var id: AccountID
    @OptionGroup var usage: UsageOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let isAllowed = try await database.withEngine { engine in
            let described = try usage.described(in: engine.catalogInForce)
            let check = try await engine.check(described, account: id, origin: .commandLine())
            if output.json {
                Console.print(JSONWriter.document { $0.check(check) })
            } else if check.isAllowed {
                let left = check.remaining?.description ?? "no limit"
                Console.print("Allowed: needs \(check.rating.amount), leaves \(left).")
            } else {
                Console.print("Refused: " + (check.refusal.map { "\($0) (\($0.code))" } ?? ""))
            }
            return check.isAllowed
        }
        if !isAllowed { throw ExitCode(Failure.refused) }
    }
}
