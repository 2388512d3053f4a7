import ScripCore
import ScripTesting
import Testing

@Suite("Billing periods are counted from the anchor", .timeLimit(.minutes(15)))
struct BillingPeriodTests {
    private func moment(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0)
        -> Timestamp
    {
        let time = Int64(hour * 3_600 + minute * 60 + second) * Timestamp.microsecondsPerSecond
        return CivilTime(year: year, month: month, day: day, microsecondOfDay: time).asUTC
    }

    private func schedule(_ anchor: Timestamp, _ zone: String = "UTC", _ every: Recurrence = .month) throws
        -> BillingSchedule
    {
        BillingSchedule(anchor: anchor, timeZone: try #require(TimeZoneRules(id: zone)), recurrence: every)
    }

    @Test("Anchored on 31 January 2024, months end on their last days and never drift")
    func monthEnds() throws {
        let schedule = try schedule(moment(2024, 1, 31))
        let expected = [(2024, 1, 31), (2024, 2, 29), (2024, 3, 31), (2024, 4, 30), (2024, 5, 31), (2024, 6, 30)]
        for (n, date) in expected.enumerated() { #expect(schedule.boundary(n) == moment(date.0, date.1, date.2)) }
        #expect(schedule.boundary(13) == moment(2025, 2, 28))
    }

    @Test("Anchored on 29 February 2024, each year's boundary is 28 February until the next leap year")
    func leapDay() throws {
        let schedule = try schedule(moment(2024, 2, 29))
        #expect(
            [12, 24, 36].map { schedule.boundary($0) } == [
                moment(2025, 2, 28), moment(2026, 2, 28), moment(2027, 2, 28),
            ])
        #expect(schedule.boundary(48) == moment(2028, 2, 29))
    }

    @Test("In New York, 02:30 in a gap moves forward and 01:30 in an overlap is the first")
    func daylightSaving() throws {
        let gap = try schedule(moment(2026, 2, 8, 7, 30), "America/New_York")
        #expect(gap.boundary(1) == moment(2026, 3, 8, 7, 30))
        let overlap = try schedule(moment(2026, 10, 1, 5, 30), "America/New_York")
        #expect(overlap.boundary(1) == moment(2026, 11, 1, 5, 30))
    }

    @Test("A period holds its start and not its end")
    func halfOpen() throws {
        let schedule = try schedule(moment(2024, 1, 31))
        #expect(schedule.index(at: moment(2024, 2, 28, 23, 59, 59)) == 0)
        #expect(schedule.index(at: moment(2024, 2, 29)) == 1)
        #expect(schedule.index(at: moment(2024, 1, 30)) == -1)
    }

    @Test("Every 30 days counts days of the calendar, over clock changes too")
    func days() throws {
        let schedule = try schedule(moment(2026, 3, 1, 8), "Europe/Vienna", .days(30))
        #expect(schedule.boundary(1) == moment(2026, 3, 31, 7))
        #expect(schedule.boundary(-1) == moment(2026, 1, 30, 8))
        #expect(schedule.index(at: moment(2026, 3, 31, 6, 59, 59)) == 0)
    }

    @Test("Whatever the anchor, boundaries rise and every moment lies in the period it is said to")
    func arbitrary() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let zone =
                ["UTC", "America/New_York", "Europe/Vienna", "Australia/Lord_Howe", "Pacific/Apia"].randomElement(
                    using: &random) ?? "UTC"
            let anchor = Timestamp(seconds: Int64.random(in: 0...4_000_000_000, using: &random))
            let every: Recurrence = Bool.random(using: &random) ? .month : .days(Int.random(in: 1...90, using: &random))
            let schedule = try schedule(anchor, zone, every)
            let at = Timestamp(seconds: Int64.random(in: 0...4_000_000_000, using: &random))
            let period = schedule.period(at: at)
            #expect(period.start <= at && at < period.end, "\(zone) \(anchor) \(every) \(at)")
        }
    }
}
