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
        let plan = subscription.plan.flatMap { catalog.plans[$0] }
        let before = balance(of: creditType)
        let carried = before.grants.filter { $0.isCurrentAllowance && ($0.terms.expiresAt ?? .latest) <= end }
        let rest = carried.reduce(Int128(0)) { $0 + Int128($1.free.nanocredits) }
        for grant in carried {
            expire(grant.id, of: creditType, at: end, recordedAt: now, entries: &entries)
        }
        guard let allowance = plan?.allowance(of: creditType) else {
            var entry = Entry(kind: .allowance, creditType: creditType, effectiveAt: end, recordedAt: now)
            entry.lapsed = AccountState.lapsed(carried, of: before, end: end, rolledOver: .zero)
            append(entry, to: &entries)
            return
        }
        let schedule = BillingSchedule(
            anchor: settings.anchor, timeZone: settings.timeZone, recurrence: allowance.every
        )
        let first = BillingPeriod(start: end, end: schedule.boundary(schedule.index(at: end) + 1))
        // Periods whose usage may still come late are begun one by one, so that what lapses of each is known.
        let late = Int64(catalogs.inForce(at: now).lateUsageHours) * 3_600
        var horizon = before.debt.isPositive ? end : max(end, now.adding(seconds: -late))
        // What happens on a boundary decides the period that begins there, so only periods before it may be passed over.
        for turn in [nextEvent(otherThanPeriods: true)?.time, catalogs.nextChange(after: end)] {
            if let turn { horizon = min(horizon, Timestamp(microseconds: turn.microseconds - 1)) }
        }
        var period = first
        var skipped: Int64 = 0
        if horizon >= first.end {
            let index = schedule.index(at: horizon)
            period = BillingPeriod(start: schedule.boundary(index), end: schedule.boundary(index + 1))
            skipped = Int64(index - schedule.index(at: end))
        }
        let rolled = AccountState.rollover(of: allowance, rest: rest, skippedPeriods: skipped)
        begin(
            allowance, period: period, in: catalog, recordedAt: now,
            lapsed: AccountState.lapsed(carried, of: before, end: end, rolledOver: rolled), entries: &entries)
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

    /// What rolls over into a period: at most the cap of what was left, after as many untouched periods as were skipped.
    private static func rollover(of allowance: Allowance, rest: Int128, skippedPeriods: Int64) -> Credits {
        guard allowance.rollover.isPositive, case .limited(let amount) = allowance.amount else { return .zero }
        let unspent = rest + Int128(skippedPeriods) * Int128(amount.nanocredits)
        return Credits(clamping: min(Int128(allowance.rollover.nanocredits), unspent))
    }

    /// Begins a period of an allowance and gives what it brings.
    /// - Parameter moment: from when it counts, where that is later than the period's start.
    mutating func begin(
        _ allowance: Allowance, period: BillingPeriod, from moment: Timestamp = .earliest, in catalog: Catalog,
        recordedAt now: Timestamp, lapsed: Entry.Lapsed? = nil, entries: inout [SealedEntry]
    ) {
        let start = max(period.start, moment)
        var entry = Entry(
            kind: .allowance, creditType: allowance.creditType, effectiveAt: start, recordedAt: now
        )
        entry.allowance = AllowanceState(amount: allowance.amount, period: period, every: allowance.every)
        entry.lapsed = lapsed
        if case .limited(let amount) = allowance.amount, amount.isPositive {
            let terms = GrantTerms(
                source: .monthly, amount: amount, priority: catalog.priority(of: .monthly),
                effectiveAt: start, expiresAt: period.end
            )
            give(terms, entry: &entry)
        }
        append(entry, to: &entries)
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
