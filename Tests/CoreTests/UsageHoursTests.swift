import ScripCore
import Testing

/// Hourly totals hold what was used, and no more rows than they may.
@Suite(.timeLimit(.minutes(15))) struct UsageHoursTests {
    private static let start = TestAccount.day(2026, 3, 1)

    private static func entry(user: String, at moment: Timestamp, recordedAt: Timestamp? = nil) -> Entry {
        var entry = Entry(
            kind: .charge, creditType: TestAccount.credits, effectiveAt: moment, recordedAt: recordedAt ?? moment)
        entry.amount = Credits(nanocredits: -1)
        entry.usage = Usage(action: ActionID(unchecked: "chat"), counts: ["input_tokens": 2])
        entry.usage?.user = user
        return entry
    }

    private static func sums(_ hours: UsageHours, _ closed: [HourlyUsage]) -> HourlyUsageSums {
        var sums = HourlyUsageSums()
        sums.add(closed)
        sums.add(hours.rows)
        return sums
    }

    @Test func `beyond the bound usage is added up without its detail, and the next hour tells apart again`() {
        var (hours, closed) = (UsageHours(), [HourlyUsage]())
        for round in 0..<2 {
            for number in 0..<400 {
                let moment = Self.start.adding(seconds: Int64(number + round))
                hours.count(Self.entry(user: "u\(number)", at: moment), closed: &closed)
                #expect(hours.rows.count <= UsageHours.maxRows && hours.marks.count <= UsageHours.maxDetails)
            }
        }
        let rows = Self.sums(hours, closed).rows
        #expect(rows.count == UsageHours.maxDetails + 1)
        let beyond = rows.values.first { $0.detail.isBeyond }
        #expect(beyond?.totals.count == 2 * Int64(400 - UsageHours.maxDetails) && beyond?.detail.user == "")
        #expect(rows.values.reduce(0) { $0 + $1.totals.count } == 800)
        #expect(rows.values.reduce(0) { $0 + $1.totals.inputTokens } == 1_600)
        hours.count(Self.entry(user: "late", at: Self.start.adding(seconds: 7_200)), closed: &closed)
        #expect(Self.sums(hours, closed).rows.values.contains { $0.detail.user == "late" })
    }

    @Test func `late usage counts in the hour in which it happened, within the same bound`() {
        var (hours, closed) = (UsageHours(), [HourlyUsage]())
        let now = Self.start.adding(seconds: 86_400)
        for number in 0..<300 {
            let then = Self.start.adding(seconds: -Int64(number) * 3_600)
            hours.count(Self.entry(user: "u", at: then, recordedAt: now), closed: &closed)
        }
        let rows = Self.sums(hours, closed).rows.values
        #expect(Set(rows.map(\.hour)).count == 300)
        #expect(rows.count { !$0.detail.isBeyond } == UsageHours.maxDetails)
    }

    @Test func `names are told apart by their bytes`() {
        var (hours, closed) = (UsageHours(), [HourlyUsage]())
        for user in ["caf\u{E9}", "cafe\u{301}", "a\u{0}b", "a\u{2400}b"] {
            hours.count(Self.entry(user: user, at: Self.start), closed: &closed)
        }
        #expect(hours.rows.count == 3)
    }

    @Test func `a snapshot gives them back, and one of an earlier version has none`() throws {
        var account = try TestAccount(plan: "none")
        for number in 0..<40 {
            var usage = Usage(action: ActionID(unchecked: "chat"))
            (usage.user, usage.model, usage.provider) = ("u\(number)", "m", "p")
            usage.resource = Usage.Resource(type: "t", id: "\(number)")
            try account.submit(.track(usage))
        }
        var state = account.state
        _ = state.takeClosedUsage()
        let bytes = StateCoding.encode(state)
        #expect(try StateCoding.decode(bytes, id: state.id) == state)
        #expect(state.usageHours?.marks.count == 40)
        state.adopt(nil)
        #expect(try StateCoding.decode(StateCoding.encode(state), id: state.id).usageHours == nil)
    }

    @Test func `hours, days, weeks and months are those of UTC`() {
        #expect(Timestamp(microseconds: -1).hour == -1 && Timestamp(microseconds: 0).hour == 0)
        #expect(HourlyUsage.day(ofHour: -1) == -1 && HourlyUsage.day(ofHour: 23) == 0)
        #expect(HourlyUsage.day(ofHour: -24) == -1 && HourlyUsage.day(ofHour: -25) == -2)
    }
}
