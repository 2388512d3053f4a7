import ArgumentParser
import Foundation
import ScripCore
import ScripEngine

/// `scrip replay`: charges the usage in a log.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Charge the usage in a log (CSV). A second run charges nothing twice.",
        discussion: """
            Columns named time, account, action, user, provider, model, or ending in _tokens are used under their own
            names. Use --map for other names. Usage that happened is always recorded in full, with debt if necessary.

            A log with neither accounts nor actions:
              scrip replay usage.csv --action summarize --accounts ada,grace,acme \\
                --map input_tokens=ContextTokens,output_tokens=GeneratedTokens,time=TIMESTAMP

            A row is recognised by its place and its content, not by the name of the file.
            """
    )
    @Argument(help: "The log; - for standard input.") var file: String
    @Option(help: "The names of columns, as NAME=COLUMN,NAME=COLUMN.") var map: String?
    @Option(help: "The action of all rows.") var action: ActionID?
    @Option(help: "The provider of all rows.") var provider: String?
    @Option(help: "The model of all rows.") var model: String?
    @Option(help: "The account of all rows.") var account: AccountID?
    @Option(help: "Accounts that take turns with the rows, as ID,ID,ID.") var accounts: String?
    @Option(help: "Let this many accounts take turns with the rows: PREFIX1, PREFIX2, … (see --prefix).")
    var accountsRoundRobin: Int?
    @Option(help: "What the ids of --accounts-round-robin begin with.") var prefix = "account-"
    @Flag(help: "Open missing accounts on the default plan.") var openAccounts = false
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        let ways = [account != nil, accounts != nil, accountsRoundRobin != nil].filter { $0 }.count
        if ways > 1 { throw ValidationError("Give only one of --account, --accounts and --accounts-round-robin.") }
        if let count = accountsRoundRobin, !(1...1_000_000).contains(count) {
            throw ValidationError("--accounts-round-robin must be from 1 to 1000000.")
        }
        _ = try names()
        _ = try dealt()
    }

    func run() async throws {
        let handle = try file == "-" ? FileHandle.standardInput : open(file)
        var log = try UsageLog(
            handle: handle, names: try names(), action: action, provider: provider, model: model, accounts: try dealt())
        let totals = try await database.withEngine { engine in
            var totals = ReplayTotals()
            var opened: Set<AccountID> = []
            while case let rows = try ReplayCommand.take(500, from: &log), !rows.isEmpty {
                for row in rows where openAccounts && opened.insert(row.account).inserted {
                    var change = AccountChange()
                    change.anchor = row.usage.occurredAt
                    if (try? await engine.account(row.account)) == nil {
                        _ = try await engine.put(
                            account: row.account, change: change, origin: .commandLine(actor: "replay"))
                    }
                }
                let results = await engine.submit(rows.map(\.command))
                for (result, row) in zip(results, rows) { try totals.add(result, row: row) }
                Console.progress(totals.rowCount.counted("row"))
            }
            Console.progress("")
            return totals
        }
        if output.json { Console.print(totals.json) } else { totals.print() }
        if totals.failedCount > 0 { throw ExitCode(Failure.refused) }
    }

    private static func take(_ count: Int, from log: inout UsageLog) throws -> [UsageLog.Row] {
        var rows: [UsageLog.Row] = []
        while rows.count < count, let row = try log.next() { rows.append(row) }
        return rows
    }

    private func open(_ file: String) throws -> FileHandle {
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw Failure.Problem.unreachable("The file '\(file)' cannot be read.")
        }
        return handle
    }

    private func names() throws -> [String: String] {
        var names: [String: String] = [:]
        for part in map?.split(separator: ",") ?? [] {
            guard let pair = Pair(argument: String(part)) else {
                throw ValidationError("--map must be NAME=COLUMN,NAME=COLUMN; '\(part)' is not.")
            }
            names[pair.name] = pair.value
        }
        return names
    }

    private func dealt() throws -> [AccountID] {
        let texts: [String]
        if let account { return [account] }
        if let accounts {
            texts = accounts.split(separator: ",").map(String.init)
        } else if let accountsRoundRobin {
            texts = (1...accountsRoundRobin).map { "\(prefix)\($0)" }
        } else {
            return []
        }
        return try texts.map {
            guard let id = AccountID($0) else { throw ValidationError("'\($0)' is not an account id.") }
            return id
        }
    }
}
