import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip entries`: the journal, entry by entry.
struct EntriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entries", abstract: "Show an account's journal, newest first: what happened and why.")
    @Argument(help: "The account.") var id: AccountID
    @Option(help: "Only entries of this kind, such as charge or grant; may be repeated.") var kind: [EntryKind] = []
    @Option(help: "Only entries of this action.") var action: ActionID?
    @Option(help: "Only entries from this moment or day onwards.") var from: Timestamp?
    @Option(help: "Only entries before this moment. A day includes the whole day.") var to: RangeEnd?
    @Option(help: "Only entries with a lower number than this.") var cursor: Int64?
    @Option(help: "How many at most.") var limit = 50
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit must be from 1 to 100000.") }
        if let from, let to, to.moment <= from { throw ValidationError("--to must be after --from.") }
    }

    func run() async throws {
        try await database.withEngine { engine in
            var query = EntryQuery(account: id, limit: limit + 1)
            query.kinds = Set(kind)
            query.action = action
            query.from = from
            query.to = to?.moment
            query.before = cursor
            let found = try await engine.entries(query)
            let entries = found.prefix(limit)
            let next = found.count > limit ? entries.last.map { String($0.entry.seq) } : nil
            if output.json {
                return Console.print(
                    JSONWriter.document { writer in
                        writer.member("data", array: entries) { $0.entry($1.entry, tag: AccountTag(id)) }
                        writer.member("next_cursor", next)
                    }
                )
            }
            let hasSeveralTypes = Set(entries.compactMap(\.entry.creditType)).count > 1
            var columns: [Table.Column] = [.number("LINE"), .text("RECORDED"), .text("KIND")]
            if hasSeveralTypes { columns.append(.text("CREDITS")) }
            columns += [.number("AMOUNT"), .number("AVAILABLE"), .text("WHY")]
            var table = Table(columns)
            for sealed in entries {
                let entry = sealed.entry
                let hasCredits = entry.creditType != nil
                var cells = [String(entry.seq), entry.recordedAt.shortText, entry.kind.rawValue]
                if hasSeveralTypes { cells.append(entry.creditType?.rawValue ?? "-") }
                cells += [
                    hasCredits ? entry.amount.description : "-",
                    hasCredits ? entry.availableAfter.description : "-", entry.explanation,
                ]
                table.add(cells)
            }
            Console.print(table.text)
            if let next { Console.print("More: --cursor \(next)") }
        }
    }
}

extension Entry {
    /// Why the entry is there, in one sentence.
    var explanation: String {
        var parts: [String] = []
        if let action = usage?.action { parts.append(action.rawValue) }
        if let line = rating?.lines.first {
            let version = rating?.priceVersion ?? 0
            let count =
                line.dimension == "quantity" ? "quantity \(line.count)" : "\(line.count) \(line.dimension)"
            let credits = creditType.map { type in
                Credits(line.credits)?.text(of: type) ?? "\(line.credits) \(type)"
            }
            parts.append("\(count) = \(credits ?? line.credits) at price version \(version)")
        }
        if let terms { parts.append("\(terms.source.rawValue) \(terms.amount)") }
        if let plan = subscription?.plan { parts.append("plan \(plan)") }
        if let allowance, case .limited(let amount) = allowance.amount {
            parts.append("allowance \(amount) until \(allowance.period.end.shortText)")
        }
        if kind != .grant, let draws = sentenceOfDraws { parts.append(draws) }
        if let resource = usage?.resource { parts.append("\(resource.type) \(resource.id)") }
        if let user = usage?.user { parts.append("by \(user)") }
        if let text = usage?.description ?? reason { parts.append(text) }
        if let wouldDeny { parts.append("would have been refused: \(wouldDeny)") }
        return parts.joined(separator: "; ")
    }
}
