import ScripAPI
import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// Writes the members of one row of usage totals; days and actions only where rows are kept apart by them.
    package mutating func usageTotals(_ row: UsageSum, byDay: Bool = true, byAction: Bool = true) {
        if byDay { member("day", RFC3339.print(day: row.day)) }
        if byAction { member("action", row.action.isEmpty ? nil : row.action) }
        member("credit_type", row.creditType.rawValue)
        member("charged", row.charged.description)
        member("refunded", row.refunded.description)
        member("count", row.count)
        member("input_tokens", row.inputTokens)
        member("output_tokens", row.outputTokens)
        member("cost_usd", row.cost.description)
    }

    /// Writes the members of one of the accounts that were charged most.
    package mutating func topAccount(_ top: UsageReport.TopAccount) {
        member("account", top.account.rawValue)
        member("credit_type", top.creditType.rawValue)
        member("charged", top.charged.description)
    }
}
