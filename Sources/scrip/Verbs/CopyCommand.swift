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
            Journals are copied line by line with their digests, and with them all accounts, catalogs, price books, keys,
            audit records, tracking failures and purchases. It may be interrupted at any moment and run again: it goes on
            where it was. Run again later, it copies only what is new, so a long copy can be made while the source is in
            use, and a short one after the server was stopped. A target that holds something else is refused.
            Exits with 0 when both hold the same.
              scrip copy --from sqlite:./scrip.db --to postgres://scrip@db.internal/scrip
            """
    )
    @Option(help: "Where from: sqlite:PATH, a path, or postgres://USER@HOST/NAME.") var from: String
    @Option(help: "Where to; a SQLite file is made, a PostgreSQL database was prepared by scrip migrate.")
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
