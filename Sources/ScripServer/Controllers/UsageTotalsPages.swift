import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Usage totals of one account or of all, grouped as asked.
enum UsageTotalsPages {
    @Sendable static func account(_ call: Call) async throws -> Answer {
        let grouping = try grouping(call)
        let rows = try await call.engine.usage(of: call.account(), in: period(call), by: grouping)
        return Answer.object { $0.member("data", array: rows) { $0.usageTotals($1, by: grouping) } }
    }

    @Sendable static func all(_ call: Call) async throws -> Answer {
        let grouping = try grouping(call)
        let report = try await call.engine.usageTotals(in: period(call), by: grouping)
        return Answer.object { writer in
            writer.member("data", array: report.rows) { $0.usageTotals($1, by: grouping) }
            writer.member("top_accounts", array: report.topAccounts) { $0.topAccount($1) }
        }
    }

    /// By what totals are to be kept apart.
    static func grouping(
        _ call: Call, allowing allowed: [UsageGrouping.Dimension] = UsageGrouping.Dimension.allCases
    ) throws -> UsageGrouping {
        guard let text = call.query["group_by"] else { return .usual }
        do throws(UsageGrouping.Problem) {
            return try UsageGrouping(text, allowing: allowed)
        } catch {
            throw ValidationError([.init(pointer: "group_by", detail: error.rule)])
        }
    }

    /// The time asked for; by default the current month so far. `to` is exclusive, and a bare day there is in.
    static func period(_ call: Call) throws -> UsagePeriod {
        let now = call.engine.clock.now()
        var month = CivilTime(now)
        month.day = 1
        month.microsecondOfDay = 0
        let (from, to) = (try call.time("from"), try call.rangeEnd())
        try Call.requireOrder(from: from ?? (to == nil ? nil : month.asUTC), to: to)
        let start = from ?? month.asUTC
        return UsagePeriod(from: start, to: max(to ?? now.adding(seconds: 1), start.adding(seconds: 1)))
    }
}
