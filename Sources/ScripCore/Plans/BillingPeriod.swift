/// One period of a recurring allowance, from `start` up to but not including `end`.
public struct BillingPeriod: Hashable, Sendable {
    /// The first moment of the period.
    public let start: Timestamp
    /// The first moment after it, when the next one starts.
    public let end: Timestamp

    /// Makes a period from its start and its end.
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }
}

/// The boundaries of an account's periods, always counted from the anchor so that month ends never drift.
///
/// Boundary n is the anchor's local date moved by n months (clamped to the last day of a shorter month) or by n × N
/// days, at the anchor's local time of day. A local time that a clock change skips moves forward by the length of the
/// gap; one that happens twice means the first. Calendar months are counted from midnight on the first of the anchor's
/// month.
public struct BillingSchedule: Hashable, Sendable {
    /// The moment from which periods are counted.
    public let anchor: Timestamp
    /// Whose clocks decide.
    public let timeZone: TimeZoneRules
    /// How long a period is.
    public let recurrence: Recurrence

    /// Makes a schedule of periods.
    public init(anchor: Timestamp, timeZone: TimeZoneRules, recurrence: Recurrence) {
        self.anchor = recurrence == .calendarMonth ? BillingSchedule.monthStart(at: anchor, timeZone) : anchor
        self.timeZone = timeZone
        self.recurrence = recurrence
    }

    private static func monthStart(at moment: Timestamp, _ timeZone: TimeZoneRules) -> Timestamp {
        var local = timeZone.civilTime(at: moment)
        local.day = 1
        local.microsecondOfDay = 0
        return timeZone.moment(of: local)
    }

    /// The moment boundary number `n` falls on; boundary 0 is the anchor itself.
    public func boundary(_ n: Int) -> Timestamp {
        if n == 0 { return anchor }
        var local = timeZone.civilTime(at: anchor)
        switch recurrence {
        case .month, .calendarMonth:
            let months = local.year * 12 + (local.month - 1) + n
            local.year = months >= 0 ? months / 12 : (months - 11) / 12
            local.month = months - local.year * 12 + 1
            local.day = min(local.day, CivilTime.daysInMonth(year: local.year, month: local.month))
            if recurrence == .calendarMonth { (local.day, local.microsecondOfDay) = (1, 0) }
        case .days(let count):
            let shifted = local.asUTC.microseconds + Int64(n * count) * Timestamp.microsecondsPerDay
            local = CivilTime(Timestamp(microseconds: shifted))
        }
        return timeZone.moment(of: local)
    }

    /// The number of the last boundary that is not after a moment.
    public func index(at moment: Timestamp) -> Int {
        let from = timeZone.civilTime(at: anchor)
        let to = timeZone.civilTime(at: moment)
        var n: Int
        switch recurrence {
        case .month, .calendarMonth: n = (to.year - from.year) * 12 + to.month - from.month
        case .days(let count): n = (to.daysSinceEpoch - from.daysSinceEpoch) / count
        }
        while boundary(n) > moment { n -= 1 }
        while boundary(n + 1) <= moment { n += 1 }
        return n
    }

    /// The period a moment falls into.
    public func period(at moment: Timestamp) -> BillingPeriod {
        let n = index(at: moment)
        return BillingPeriod(start: boundary(n), end: boundary(n + 1))
    }
}
