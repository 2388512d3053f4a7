extension Posting {
    /// Ends a period and begins the one that a moment falls into.
    ///
    /// Unspent monthly credits end, except for what the plan lets roll over, at most the cap. Several missed periods
    /// are passed over in one step when nothing else happened in them; the balance is the same as if each had been
    /// begun on time.
    mutating func beginPeriod(of creditType: CreditTypeID, after end: Timestamp) {
        let catalog = catalog(at: end)
        let before = state.typeBalance(of: creditType)
        let allowance = state.allowances(in: catalog).first { $0.creditType == creditType }
        let rule = state.periodRule(allowance?.every ?? .month)
        let first = BillingPeriod(start: end, end: rule.period(at: end).end)
        if let allowance, let current = before.allowance, current.every == allowance.every,
            rule.boundary(notBefore: end) != end
        {
            var longer = current
            longer.period = BillingPeriod(start: current.period.start, end: first.end)
            prolong(longer, of: creditType, at: end)
            return
        }
        let carried = before.grants.filter { $0.isCurrentAllowance && ($0.terms.expiresAt ?? .latest) <= end }
        let rest = carried.reduce(Int128(0)) { $0 + Int128($1.free.nanocredits) }
        for grant in carried { expire(grant.id, of: creditType, at: end) }
        // Usage of the period that comes late counts in the longer ones that it lies in, and is due from the present
        // one.
        let isRemembering = !before.remembered.telling(at: end).isEmpty
        guard let allowance else {
            var entry = draft(.allowance, of: creditType, at: end)
            entry.remembered = before.remembered.telling(at: end)
            if !isRemembering { entry.lapsed = Posting.lapsed(carried, of: before, end: end, rolledOver: .zero) }
            append(entry)
            return
        }
        // Periods whose usage may still come late are begun one by one, so that what lapses of each is known. What was
        // used in a longer period counts in all that it covers, so none of them may be passed over.
        let late = Int64(context.catalog.lateUsageHours) * 3_600
        let isStepwise = before.debt.isPositive || isRemembering
        var horizon = isStepwise ? end : max(end, now.adding(seconds: -late))
        // What happens on a boundary decides the period that begins there, so only periods before it may be passed
        // over.
        for turn in [
            state.nextEvent(reached: end, otherThanPeriods: true)?.time, context.catalogs.nextChange(after: end),
        ] {
            if let turn { horizon = min(horizon, Timestamp(microseconds: turn.microseconds - 1)) }
        }
        var period = first
        var skipped: Int64 = 0
        if horizon >= first.end {
            period = rule.period(at: horizon)
            skipped = Int64(rule.schedule.index(at: period.start) - rule.schedule.index(at: end))
        }
        let amount = state.amount(of: allowance, from: period.start, in: catalog)
        var given = allowance
        given.amount = amount
        let rolled = Posting.rollover(of: given, rest: rest, skippedPeriods: skipped)
        let lapsed = Posting.lapsed(carried, of: before, end: end, rolledOver: rolled)
        enter(
            AllowanceState(amount: amount, period: period, every: allowance.every), of: creditType,
            at: period.start, lapsed: isRemembering ? nil : lapsed)
        if rolled.isPositive {
            var entry = draft(.grant, of: creditType, at: period.start)
            let terms = GrantTerms(
                source: .rollover, amount: rolled, priority: catalog.priority(of: .rollover),
                effectiveAt: period.start, expiresAt: period.end
            )
            give(terms, in: &entry)
            if entry.terms != nil { append(entry) }
        }
    }

    /// What lapses of an allowance with its period: what was free of it and does not roll over. What holds reserve may
    /// follow, so it is noted that nothing lapsed, too, where something is held.
    private static func lapsed(
        _ carried: [Grant], of balance: TypeBalance, end: Timestamp, rolledOver: Credits
    ) -> Entry.Lapsed? {
        guard let period = balance.allowance?.period else { return nil }
        let monthly = carried.filter { $0.terms.source == .monthly }
        let free = monthly.reduce(Int128(0)) { $0 + Int128($1.free.nanocredits) }
        let left = Credits(clamping: max(0, free - Int128(rolledOver.nanocredits)))
        let isHeld = monthly.contains { $0.held > $0.lapsing }
        if period.end != end || !left.isPositive && !isHeld { return nil }
        return Entry.Lapsed(period: period, amount: left)
    }

    /// Lets a period go on that ends where none of the present rule ends.
    private mutating func prolong(_ longer: AllowanceState, of creditType: CreditTypeID, at end: Timestamp) {
        let before = state.typeBalance(of: creditType)
        let remembered = before.remembered
        let ended = remembered.first { $0.period.start == longer.period.start && $0.period.end == end }
        let own = UsedPeriod(period: longer.period, used: ended?.used ?? longer.used)
        let used = (remembered + [own]).telling(at: end, taken: before.taken)
        var entry = draft(.allowance, of: creditType, at: end)
        entry.allowance = longer
        entry.allowance?.used = used.mostUsed
        entry.remembered = used == [own] ? [] : used
        entry.movedEnd = end
        append(entry)
    }

    /// What rolls over into a period: at most the cap of what was left, after as many untouched periods as were
    /// skipped.
    private static func rollover(of allowance: Allowance, rest: Int128, skippedPeriods: Int64) -> Credits {
        guard allowance.rollover.isPositive, case .limited(let amount) = allowance.amount else { return .zero }
        let unspent = rest + Int128(skippedPeriods) * Int128(amount.nanocredits)
        return Credits(clamping: min(Int128(allowance.rollover.nanocredits), unspent))
    }
}
