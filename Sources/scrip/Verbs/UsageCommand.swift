import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip usage`: totals by time, action, user, model and more.
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Show usage totals of one account or of all, by time, action, user and more.",
        discussion: """
            --group-by takes words separated by commas: one of hour, day, week (by its Monday) and month, all in UTC,
            and any of action, credit_type, user, model, provider and resource_type. With hour, user, model, provider or
            resource_type, the range may have at most 366 days. By default, these are the last 366 days.
            """)
    @Argument(help: "The account. Default: all accounts.") var id: AccountID?
    @Option(help: "The first day, or a moment within it.") var from: Timestamp?
    @Option(help: "The last day, or the moment at which the range ends.") var to: RangeEnd?
    @Option(help: "How totals are grouped.") var groupBy = UsageGrouping.usual
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let from, let to, to.moment <= from {
            throw ArgumentParser.ValidationError("--to must be after --from.")
        }
    }

    func run() async throws {
        try await database.withEngine { engine in
            let period = period(at: engine.clock.now())
            let rows: [GroupedUsage]
            var leaders: [UsageReport.TopAccount] = []
            if let id {
                rows = try await engine.usage(of: id, in: period, by: groupBy)
            } else {
                (rows, leaders) = try await engine.usageTotals(in: period, by: groupBy)
            }
            if output.json { return Console.print(json(rows, leaders)) }
            Console.print(table(rows))
            if leaders.isEmpty { return }
            var top = Table(.text("MOST CHARGED"), .text("CREDITS"), .number("CHARGED"))
            for leader in leaders {
                top.add(leader.account.rawValue, leader.creditType.rawValue, leader.charged.description)
            }
            Console.print("\n" + top.text)
        }
    }

    private func period(at now: Timestamp) -> UsagePeriod {
        if !groupBy.needsHours { return UsagePeriod(from: from ?? .earliest, to: to?.moment ?? .latest) }
        let end = to?.moment ?? now.adding(seconds: 1)
        // The whole hour of the end counts.
        let earliest = end.adding(seconds: 3_600 - Int64(UsageGrouping.maxDetailedDays) * 86_400)
        return UsagePeriod(from: from ?? max(.earliest, earliest), to: end)
    }

    private func table(_ rows: [GroupedUsage]) -> String {
        let words = groupBy.dimensions.filter { $0 != .creditType }
        var table = Table(
            words.map { .text($0.rawValue.uppercased().replacing("_", with: " ")) } + [
                .text("CREDITS"), .number("CHARGED"), .number("REFUNDED"), .number("COUNT"), .number("INPUT TOKENS"),
                .number("OUTPUT TOKENS"),
            ])
        for row in rows {
            table.add(
                words.map { text($0, of: row.group) } + [
                    row.group.creditType.rawValue, row.sum.charged.description, row.sum.refunded.description,
                    String(row.sum.count), String(row.sum.inputTokens), String(row.sum.outputTokens),
                ])
        }
        return table.text
    }

    private func text(_ dimension: UsageGrouping.Dimension, of group: UsageGroup) -> String {
        let detail = group.detail
        if dimension.isTime { return UsageTime.text(of: group, by: dimension) }
        if dimension.isDetail && detail.isBeyond { return "(more)" }
        let text =
            switch dimension {
            case .action: group.action
            case .user: detail.user
            case .model: detail.model
            case .provider: detail.provider
            case .resourceType: detail.resourceType
            default: ""
            }
        return text.isEmpty ? "-" : text
    }

    private func json(_ rows: [GroupedUsage], _ leaders: [UsageReport.TopAccount]) -> [UInt8] {
        JSONWriter.document { writer in
            writer.member("data", array: rows) { $0.usageTotals($1, by: groupBy) }
            if id == nil { writer.member("top_accounts", array: leaders) { $0.topAccount($1) } }
        }
    }
}

extension UsageGrouping: ExpressibleByArgument {
    public init?(argument: String) {
        guard let grouping = try? UsageGrouping(argument) else { return nil }
        self = grouping
    }

    public var defaultValueDescription: String { dimensions.map(\.rawValue).joined(separator: ",") }
}
