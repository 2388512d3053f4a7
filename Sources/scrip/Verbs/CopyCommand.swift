import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip copy`: moves everything to another database.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy", abstract: "Copy everything to another database, and verify the copy.",
        discussion: """
            Copies journals entry by entry with their digests, and all accounts, catalogs, price books, keys,
            audit records, tracking failures and purchases. You may interrupt it and run it again: it goes on
            where it stopped. A later run copies only what is new. So make the long first copy while the source is in
            use, then stop the server and make a short second one. A target that holds other data is refused.
            The exit code is 0 if both databases hold the same.
              scrip copy --from sqlite:./scrip.db --to postgres://scrip@db.internal/scrip
            """
    )
    @Option(help: "The source: sqlite:PATH, a path, or postgres://USER@HOST/NAME.") var from: String
    @Option(help: "The target. A SQLite file is created; prepare a PostgreSQL database with scrip migrate.")
    var to: String
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let source = try await DatabaseOptions.openStore(from)
        let result: Result<LedgerCopy.Progress, any Error>
        do {
            let target = try await DatabaseOptions.openStore(to, mayCreate: true)
            do {
                let made = try await LedgerCopy(from: source, to: target).run { soFar in
                    Console.progress("\(soFar.stage): \(CopyCommand.counts(soFar))")
                }
                result = .success(made)
            } catch {
                result = .failure(error)
            }
            try await target.close()
        } catch {
            try await source.close()
            throw error
        }
        try await source.close()
        Console.progress("")
        show(try result.get())
    }

    private static func counts(_ made: LedgerCopy.Progress) -> String {
        "\(made.accountCount.counted("account")), \(made.entryCount.counted("line")), "
            + "\(made.auditRecordCount.counted("audit record")), \(made.otherCount.counted("other"))"
    }

    private func show(_ made: LedgerCopy.Progress) {
        if output.json {
            return Console.print(
                JSONWriter.document { writer in
                    writer.member("accounts", made.accountCount)
                    writer.member("entries", made.entryCount)
                    writer.member("audit_records", made.auditRecordCount)
                    writer.member("others", made.otherCount)
                })
        }
        Console.print("Copied \(CopyCommand.counts(made)); both hold the same.")
    }
}
