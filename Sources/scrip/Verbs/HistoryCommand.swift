import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip history`: the changes of an account's credits, and where they came from.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show the changes of an account's credits and their sources, newest first.",
        discussion: """
            This is what users see in GET /api/credits/history. In CSV, text that a spreadsheet would read as a
            formula starts with an apostrophe.
              scrip history ada --limit 20
              scrip history ada --csv > ada.csv
            """)
    /// How many entries an export reads at a time.
    private static let pageSize = 1_000

    @Argument(help: "The account.") var id: AccountID
    @Option(help: "Only changes of this credit type.") var creditType: CreditTypeID?
    @Option(help: "Only changes from this moment or day onwards.") var from: Timestamp?
    @Option(help: "Only changes before this moment. A day includes the whole day.") var to: RangeEnd?
    @Option(help: "How many at most.") var limit = 50
    @Flag(help: "Write all matching changes as CSV.") var csv = false
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit must be from 1 to 100000.") }
        if let from, let to, to.moment <= from { throw ValidationError("--to must be after --from.") }
        if csv && output.json { throw ValidationError("Give either --csv or --json.") }
    }

    func run() async throws {
        try await database.withEngine { engine in
            var query = EntryQuery(account: id, limit: csv ? HistoryCommand.pageSize : limit)
            query.kinds = CreditChanges.kinds
            query.creditType = creditType
            query.from = from
            query.to = to?.moment
            _ = try await engine.account(id)
            if csv { return try await HistoryCommand.export(query, of: engine) }
            let entries = try await engine.entries(query)
            let tag = AccountTag(id)
            if output.json {
                return Console.print(
                    JSONWriter.document { writer in
                        writer.member("data", array: entries) { $0.creditChange($1.entry, tag: tag) }
                    })
            }
            let hasSeveralTypes = Set(entries.compactMap(\.entry.creditType)).count > 1
            var columns: [Table.Column] = [.text("AT"), .text("KIND")]
            if hasSeveralTypes { columns.append(.text("CREDITS")) }
            columns += [.number("AMOUNT"), .number("AVAILABLE"), .text("SOURCES"), .text("WHY")]
            var table = Table(columns)
            for line in entries {
                let entry = line.entry
                var cells = [entry.effectiveAt.shortText, entry.kind.rawValue]
                if hasSeveralTypes { cells.append(entry.creditType?.rawValue ?? "-") }
                cells += [
                    entry.amount.description, entry.availableAfter.description, CreditChangeRow.sources(of: entry),
                    entry.usage?.description ?? entry.reason ?? entry.usage?.action?.rawValue ?? "",
                ]
                table.add(cells)
            }
            Console.print(table.text)
        }
    }

    private static func export(_ wanted: EntryQuery, of engine: Engine) async throws {
        var query = wanted
        let tag = AccountTag(wanted.account)
        Console.write(Array(CreditChangeRow.heading.utf8))
        while true {
            let page = try await engine.page(query)
            var rows = ""
            for line in page.lines { rows += CreditChangeRow.text(line.entry, tag: tag) }
            Console.write(Array(rows.utf8))
            guard let next = page.next else { return }
            query.before = next
        }
    }
}
