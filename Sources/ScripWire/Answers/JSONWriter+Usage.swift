import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// Writes the members of one row of usage totals; what they are kept apart by only where that was asked for.
    package mutating func usageTotals(_ row: GroupedUsage, by grouping: UsageGrouping) {
        let group = row.group
        if grouping.has(.hour) { member("hour", UsageTime.text(of: group, by: .hour)) }
        if grouping.has(.day) { member("day", UsageTime.text(of: group, by: .day)) }
        if grouping.has(.week) { member("week", UsageTime.text(of: group, by: .week)) }
        if grouping.has(.month) { member("month", UsageTime.text(of: group, by: .month)) }
        if grouping.has(.action) { member("action", filled: group.action) }
        if grouping.has(.user) { member("user", filled: group.detail.user) }
        if grouping.has(.model) { member("model", filled: group.detail.model) }
        if grouping.has(.provider) { member("provider", filled: group.detail.provider) }
        if grouping.has(.resourceType) { member("resource_type", filled: group.detail.resourceType) }
        if grouping.dimensions.contains(where: \.isDetail) { member("beyond_limit", group.detail.isBeyond) }
        member("credit_type", group.creditType.rawValue)
        member("charged", row.sum.charged.description)
        member("refunded", row.sum.refunded.description)
        member("count", row.sum.count)
        member("input_tokens", row.sum.inputTokens)
        member("output_tokens", row.sum.outputTokens)
        member("cost_usd", row.sum.cost.description)
    }

    private mutating func member(_ name: StaticString, filled text: String) {
        member(name, text.isEmpty ? nil : text)
    }

    /// Writes the members of one of the accounts that were charged most.
    package mutating func topAccount(_ top: UsageReport.TopAccount) {
        member("account", top.account.rawValue)
        member("credit_type", top.creditType.rawValue)
        member("charged", top.charged.description)
    }
}

/// Lengths of time as callers see them.
package enum UsageTime {
    /// An hour as its first moment, a day as its date, a week as the date of its Monday, a month as `2026-03`.
    package static func text(of group: UsageGroup, by dimension: UsageGrouping.Dimension) -> String {
        if dimension == .hour {
            return RFC3339.print(microseconds: Int64(group.start) * Timestamp.microsecondsPerHour)
        }
        let date = RFC3339.print(day: HourlyUsage.day(ofHour: group.start))
        return dimension == .month ? String(date.prefix(7)) : date
    }
}
