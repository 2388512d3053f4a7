extension AccountState {
    /// Ends a period and begins the one that a moment falls into.
    ///
    /// Unspent monthly credits end, except for what the plan lets roll over, at most the cap. Several missed periods
    /// are passed over in one step when nothing else happened in them; the balance is the same as if each had been
    /// begun on time.
    mutating func beginPeriod(
        of creditType: CreditTypeID, after end: Timestamp, until now: Timestamp, catalogs: CatalogHistory,
        entries: inout [SealedEntry]
    ) {
        let catalog = catalogs.inForce(at: end)
        let before = balance(of: creditType)
        let allowance = allowances(in: catalog).first { $0.creditType == creditType }
        let rule = periodRule(allowance?.every ?? .month)
        let first = BillingPeriod(start: end, end: rule.period(at: end).end)
        if let allowance, let current = before.allowance, current.every == allowance.every,
            rule.boundary(notBefore: end) != end
        {
            var longer = current
            longer.period = BillingPeriod(start: current.period.start, end: first.end)
            prolong(longer, of: creditType, at: end, recordedAt: now, entries: &entries)
            return
        }
        let carried = before.grants.filter { $0.isCurrentAllowance && ($0.terms.expiresAt ?? .latest) <= end }
        let rest = carried.reduce(Int128(0)) { $0 + Int128($1.free.nanocredits) }
        for grant in carried {
            expire(grant.id, of: creditType, at: end, recordedAt: now, entries: &entries)
        }
        // Usage of the period that comes late counts in the longer ones that it lies in, and is due from the present one.
        let isRemembering = !before.remembered.telling(at: end).isEmpty
        guard let allowance else {
            var entry = Entry(kind: .allowance, creditType: creditType, effectiveAt: end, recordedAt: now)
            entry.remembered = before.remembered.telling(at: end)
            if !isRemembering { entry.lapsed = AccountState.lapsed(carried, of: before, end: end, rolledOver: .zero) }
            append(entry, to: &entries)
            return
        }
        // Periods whose usage may still come late are begun one by one, so that what lapses of each is known. What was
        // used in a longer period counts in all that it covers, so none of them may be passed over.
        let late = Int64(catalogs.inForce(at: now).lateUsageHours) * 3_600
        let isStepwise = before.debt.isPositive || isRemembering
        var horizon = isStepwise ? end : max(end, now.adding(seconds: -late))
        // What happens on a boundary decides the period that begins there, so only periods before it may be passed over.
        for turn in [nextEvent(otherThanPeriods: true)?.time, catalogs.nextChange(after: end)] {
            if let turn { horizon = min(horizon, Timestamp(microseconds: turn.microseconds - 1)) }
        }
        var period = first
        var skipped: Int64 = 0
        if horizon >= first.end {
            period = rule.period(at: horizon)
            skipped = Int64(rule.schedule.index(at: period.start) - rule.schedule.index(at: end))
        }
        let amount = amount(of: allowance, from: period.start, in: catalog)
        var given = allowance
        given.amount = amount
        let rolled = AccountState.rollover(of: given, rest: rest, skippedPeriods: skipped)
        let lapsed = AccountState.lapsed(carried, of: before, end: end, rolledOver: rolled)
        enter(
            AllowanceState(amount: amount, period: period, every: allowance.every), of: creditType,
            at: period.start, recordedAt: now, catalog: catalog, lapsed: isRemembering ? nil : lapsed,
            entries: &entries)
        if rolled.isPositive {
            var entry = Entry(kind: .grant, creditType: creditType, effectiveAt: period.start, recordedAt: now)
            let terms = GrantTerms(
                source: .rollover, amount: rolled, priority: catalog.priority(of: .rollover),
                effectiveAt: period.start, expiresAt: period.end
            )
            give(terms, entry: &entry)
            if entry.terms != nil { append(entry, to: &entries) }
        }
    }

    /// What lapses of an allowance with its period: what was free of it and does not roll over.
    private static func lapsed(
        _ carried: [Grant], of balance: TypeBalance, end: Timestamp, rolledOver: Credits
    ) -> Entry.Lapsed? {
        guard let period = balance.allowance?.period else { return nil }
        let free = carried.filter { $0.terms.source == .monthly }.reduce(Int128(0)) {
            $0 + Int128($1.free.nanocredits)
        }
        let left = Credits(clamping: free - Int128(rolledOver.nanocredits))
        if !left.isPositive || period.end != end { return nil }
        return Entry.Lapsed(period: period, amount: left)
    }

    /// Lets a period go on that ends where none of the present rule ends.
    private mutating func prolong(
        _ longer: AllowanceState, of creditType: CreditTypeID, at end: Timestamp, recordedAt now: Timestamp,
        entries: inout [SealedEntry]
    ) {
        let before = balance(of: creditType)
        let remembered = before.remembered
        let ended = remembered.first { $0.period.start == longer.period.start && $0.period.end == end }
        let own = UsedPeriod(period: longer.period, used: ended?.used ?? longer.used)
        let used = (remembered + [own]).telling(at: end, taken: before.taken)
        var entry = Entry(kind: .allowance, creditType: creditType, effectiveAt: end, recordedAt: now)
        entry.allowance = longer
        entry.allowance?.used = used.mostUsed
        entry.remembered = used == [own] ? [] : used
        entry.movedEnd = end
        append(entry, to: &entries)
    }

    /// What rolls over into a period: at most the cap of what was left, after as many untouched periods as were skipped.
    private static func rollover(of allowance: Allowance, rest: Int128, skippedPeriods: Int64) -> Credits {
        guard allowance.rollover.isPositive, case .limited(let amount) = allowance.amount else { return .zero }
        let unspent = rest + Int128(skippedPeriods) * Int128(amount.nanocredits)
        return Credits(clamping: min(Int128(allowance.rollover.nanocredits), unspent))
    }

    /// Makes an entry give a grant, which first pays off debt. What the account cannot hold is not given, and the entry says
    /// so: time and plans must not stop at an amount that a caller would be refused.
    func give(_ wanted: GrantTerms, entry: inout Entry) {
        var terms = wanted
        if let creditType = entry.creditType, terms.amount > balance(of: creditType).room {
            terms.amount = balance(of: creditType).room
            entry.reason = "given in part: an account may hold \(Credits.largestHolding) of a credit type"
            if terms.amount.isZero { return }
        }
        entry.terms = terms
        entry.amount = terms.amount
        guard let creditType = entry.creditType else { return }
        entry.draws = settlement(of: creditType, incoming: GrantID(seq: seq + 1), terms: terms)
    }
}
