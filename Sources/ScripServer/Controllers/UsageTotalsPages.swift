import ScripAPI
import ScripCore
import ScripEngine
import ScripJSON

/// Usage totals of one account or of all, grouped as asked.
enum UsageTotalsPages {
    @Sendable static func account(_ call: Call) async throws -> Answer {
        let days = try days(call)
        let grouping = try Grouping(call.query["group_by"])
        let rows = try await call.engine.usage(of: call.account(), from: days.lowerBound, through: days.upperBound)
        return Answer.object {
            $0.member("data", array: grouping.grouped(rows.map { UsageSum($0) })) { grouping.write($1, into: &$0) }
        }
    }

    @Sendable static func all(_ call: Call) async throws -> Answer {
        let days = try days(call)
        let grouping = try Grouping(call.query["group_by"])
        let report = try await call.engine.usageTotals(from: days.lowerBound, through: days.upperBound)
        return Answer.object { writer in
            writer.member("data", array: grouping.grouped(report.rows)) { grouping.write($1, into: &$0) }
            writer.member("top_accounts", array: report.topAccounts) { $0.topAccount($1) }
        }
    }

    /// The days asked for; by default those of the current month so far. `to` is exclusive, and a bare day there is in.
    private static func days(_ call: Call) throws -> ClosedRange<Int32> {
        let now = call.engine.clock.now()
        var month = CivilTime(now)
        month.day = 1
        month.microsecondOfDay = 0
        let (from, to) = (try call.rangeStart(), try call.rangeEnd())
        try Call.requireOrder(from: from ?? (to == nil ? nil : month.asUTC), to: to)
        let first = from?.day ?? month.asUTC.day
        let end = to.map { Timestamp(microseconds: $0.microseconds - 1) }
        let last = end?.day ?? now.day
        return first...max(first, last)
    }

    /// By what totals are kept apart.
    private struct Grouping {
        var byDay = false
        var byAction = false
        var byCreditType = false

        init(_ text: String?) throws {
            for word in (text ?? "day,action").split(separator: ",") {
                switch word {
                case "day": byDay = true
                case "action": byAction = true
                case "credit_type": byCreditType = true
                default:
                    throw ValidationError([
                        .init(pointer: "group_by", detail: "must be among day, action, credit_type")
                    ])
                }
            }
        }

        /// Rows with what is not asked for added up. Credit types never mix.
        func grouped(_ rows: [UsageSum]) -> [UsageSum] {
            struct Group: Hashable {
                var day: Int32
                var action: String
                var creditType: CreditTypeID
            }
            var groups: [UsageSum] = []
            var places: [Group: Int] = [:]
            for var row in rows {
                if !byDay { row.day = 0 }
                if !byAction { row.action = "" }
                let group = Group(day: row.day, action: row.action, creditType: row.creditType)
                if let place = places[group] {
                    groups[place].add(row)
                } else {
                    places[group] = groups.count
                    groups.append(row)
                }
            }
            return groups
        }

        func write(_ row: UsageSum, into writer: inout JSONWriter) {
            writer.usageTotals(row, byDay: byDay, byAction: byAction)
        }
    }
}
