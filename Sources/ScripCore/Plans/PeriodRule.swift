/// When the periods of an allowance begin and end.
///
/// Where a subscription counts them from its own beginning and is paid for until a moment, its periods fit into that
/// time: what is left of it after the last boundary, if it is less than half a period, belongs to the period before. So
/// an allowance is not given for a period that ends days later.
struct PeriodRule {
    /// The boundaries.
    let schedule: BillingSchedule
    /// Until when it is paid for, where the last period is to end with that.
    let paidUntil: Timestamp?

    /// The period a moment falls into.
    func period(at moment: Timestamp) -> BillingPeriod {
        let plain = schedule.period(at: moment)
        guard let paidUntil, moment < paidUntil else { return plain }
        let index = schedule.index(at: moment)
        if index > 0, isRest(from: plain.start, to: paidUntil, of: plain) {
            return BillingPeriod(start: schedule.boundary(index - 1), end: paidUntil)
        }
        let next = BillingPeriod(start: plain.end, end: schedule.boundary(index + 2))
        if index >= 0, plain.end < paidUntil, isRest(from: plain.end, to: paidUntil, of: next) {
            return BillingPeriod(start: plain.start, end: paidUntil)
        }
        return plain
    }

    /// The first boundary that is not before a moment.
    func boundary(notBefore moment: Timestamp) -> Timestamp {
        let period = period(at: moment)
        return period.start == moment ? moment : period.end
    }

    private func isRest(from start: Timestamp, to end: Timestamp, of period: BillingPeriod) -> Bool {
        let length = period.end.microseconds(since: period.start)
        return end.microseconds(since: start) < length / 2
    }
}

extension AccountState {
    /// When allowances that come again so often begin anew.
    func periodRule(_ recurrence: Recurrence) -> PeriodRule {
        guard let anchor = subscription.anchor, recurrence != .calendarMonth else {
            let schedule = BillingSchedule(
                anchor: settings.anchor, timeZone: settings.timeZone, recurrence: recurrence)
            return PeriodRule(schedule: schedule, paidUntil: nil)
        }
        let timeZone = subscription.countsInUTC ? TimeZoneRules.utc : settings.timeZone
        return PeriodRule(
            schedule: BillingSchedule(anchor: anchor, timeZone: timeZone, recurrence: recurrence),
            paidUntil: subscription.graceEndsAt == nil ? subscription.trialEndsAt ?? subscription.endsAt : nil)
    }

    /// From when periods are counted once what was paid for is over: a last period that ended with it is followed by
    /// one that begins then.
    func anchor(after end: Timestamp) -> Timestamp? {
        guard let anchor = subscription.anchor else { return nil }
        let isOffBoundary = typeBalances.contains { balance in
            guard let allowance = balance.allowance, allowance.period.end == end else { return false }
            let schedule = periodRule(allowance.every).schedule
            return schedule.period(at: end).start != end
        }
        return isOffBoundary ? end : anchor
    }
}
