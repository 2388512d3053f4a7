extension AccountState {
    /// Does what a subscription has waiting: a change for the end of the period, its time of grace, or its own end.
    mutating func changeSubscription(
        at time: Timestamp, recordedAt now: Timestamp, catalogs: CatalogHistory, entries: inout [SealedEntry]
    ) {
        let catalog = catalogs.inForce(at: time)
        let next: Subscription
        if let pending = subscription.pending, pending.at <= (subscription.usableUntil ?? .latest) {
            next = Subscription(
                plan: pending.plan, startedAt: time, endsAt: pending.endsAt, fallbackPlan: pending.fallbackPlan
            )
        } else if let grace = grace(of: subscription, in: catalog) {
            var entry = Entry(kind: .subscription, effectiveAt: time, recordedAt: now)
            entry.subscription = grace
            append(entry, to: &entries)
            return
        } else {
            next = fallback(at: time, catalog: catalog)
        }
        var entry = Entry(kind: .subscription, effectiveAt: time, recordedAt: now)
        entry.subscription = next
        append(entry, to: &entries)
        reconcileAllowances(at: time, recordedAt: now, catalog: catalog, entries: &entries)
    }

    /// The time of grace that begins with the end of what was paid for; `nil` when the plan gives none, when it is used
    /// up, and when something else was chosen for the end.
    func grace(of subscription: Subscription, in catalog: Catalog) -> Subscription? {
        guard subscription.pending == nil, subscription.graceEndsAt == nil, !subscription.isEnding,
            let end = subscription.endsAt, let plan = subscription.plan.flatMap({ catalog.plans[$0] })
        else { return nil }
        let graceDays = subscription.graceDays ?? plan.graceDays
        if graceDays <= 0 { return nil }
        let days = BillingSchedule(anchor: end, timeZone: settings.timeZone, recurrence: .days(graceDays))
        var next = subscription
        next.pastDueSince = subscription.pastDueSince ?? end
        next.graceEndsAt = days.boundary(1)
        return next
    }

    /// What follows when a subscription ends and nothing was chosen for afterwards.
    func fallback(at time: Timestamp, catalog: Catalog) -> Subscription {
        let plan = subscription.fallbackPlan ?? catalog.defaultPlan
        var next = Subscription(plan: plan, startedAt: time)
        if let ended = subscription.plan, ended != plan { next.ended = Subscription.Ended(plan: ended, at: time) }
        return next
    }

    /// Makes the allowances those of the plan, as of a moment. Only monthly and rolled-over credits are touched.
    ///
    /// - An allowance that goes on with more is topped up at once to what is new, less what was used.
    /// - One that goes on with less loses what is beyond that; what holds reserve of it serves them still, and lapses
    ///   as soon as they let it go.
    /// - One that is new begins with the full amount; one that is gone ends, and so do its credits.
    /// - One whose period ends at this very moment is left to the beginning of its next period.
    mutating func reconcileAllowances(
        at time: Timestamp, recordedAt now: Timestamp, catalog: Catalog, entries: inout [SealedEntry]
    ) {
        let plan = subscription.plan.flatMap { catalog.plans[$0] }
        let ending = balances.filter { balance in
            balance.allowance != nil && plan?.allowance(of: balance.creditType) == nil
        }
        for balance in ending where (balance.allowance?.period.end ?? .latest) > time {
            endAllowance(of: balance.creditType, at: time, recordedAt: now, entries: &entries)
            append(
                Entry(kind: .allowance, creditType: balance.creditType, effectiveAt: time, recordedAt: now),
                to: &entries
            )
        }
        for allowance in plan?.allowances ?? [] {
            let current = balance(of: allowance.creditType).allowance
            if let current, current.period.end <= time { continue }
            if let current, current.every == allowance.every {
                resize(current, to: allowance, at: time, recordedAt: now, catalog: catalog, entries: &entries)
                continue
            }
            if current != nil {
                endAllowance(of: allowance.creditType, at: time, recordedAt: now, entries: &entries)
            }
            let schedule = BillingSchedule(
                anchor: settings.anchor, timeZone: settings.timeZone, recurrence: allowance.every
            )
            begin(allowance, period: schedule.period(at: time), in: catalog, recordedAt: now, entries: &entries)
        }
    }

    private mutating func endAllowance(
        of creditType: CreditTypeID, at time: Timestamp, recordedAt now: Timestamp, entries: inout [SealedEntry]
    ) {
        for grant in balance(of: creditType).grants where grant.isCurrentAllowance {
            expire(grant.id, of: creditType, at: time, recordedAt: now, reason: "plan changed", entries: &entries)
        }
    }

    private mutating func resize(
        _ current: AllowanceState, to allowance: Allowance, at time: Timestamp, recordedAt now: Timestamp,
        catalog: Catalog, entries: inout [SealedEntry]
    ) {
        if current.amount == allowance.amount { return }
        let creditType = allowance.creditType
        var entry = Entry(kind: .allowance, creditType: creditType, effectiveAt: time, recordedAt: now)
        var next = current
        next.amount = allowance.amount
        entry.allowance = next
        guard case .limited(let amount) = allowance.amount else {
            append(entry, to: &entries)
            return
        }
        let monthly = balance(of: creditType).grants.filter { $0.isCurrentAllowance && $0.terms.source == .monthly }
        let left = monthly.reduce(Int128(0)) {
            $0 + Int128($1.remaining.nanocredits) - Int128($1.lapsing.nanocredits)
        }
        let target = max(0, Int128(amount.nanocredits) - Int128(current.used.nanocredits))
        if target > left { topUp(by: target - left, monthly: monthly, of: next, in: catalog, entry: &entry) }
        append(entry, to: &entries)
        if left > target {
            cut(left - target, from: monthly, of: creditType, at: time, recordedAt: now, entries: &entries)
        }
    }

    /// Makes an entry add to an allowance: first what was to lapse stays, then a grant brings the rest.
    private func topUp(
        by missing: Int128, monthly: [Grant], of allowance: AllowanceState, in catalog: Catalog, entry: inout Entry
    ) {
        var kept: [Draw] = []
        var rest = missing
        for grant in monthly where grant.lapsing.isPositive && rest > 0 {
            let part = min(Int128(grant.lapsing.nanocredits), rest)
            rest -= part
            kept.append(
                Draw(
                    .grant(grant.id, grant.terms.source), amount: .zero, lapsing: Credits(clamping: -part)
                )
            )
        }
        if rest > 0 {
            let terms = GrantTerms(
                source: .monthly, amount: Credits(clamping: rest), priority: catalog.priority(of: .monthly),
                effectiveAt: entry.effectiveAt, expiresAt: allowance.period.end
            )
            give(terms, entry: &entry)
        }
        entry.draws += kept
    }

    /// Takes an amount off monthly grants: first what is free, at once; then what is held, when it is let go.
    private mutating func cut(
        _ amount: Int128, from monthly: [Grant], of creditType: CreditTypeID, at time: Timestamp,
        recordedAt now: Timestamp, entries: inout [SealedEntry]
    ) {
        var fromHeld = amount - min(amount, monthly.reduce(Int128(0)) { $0 + Int128($1.free.nanocredits) })
        var fromFree = amount - fromHeld
        for grant in monthly {
            let free = min(Int128(grant.free.nanocredits), fromFree)
            let lapsing = min(Int128(grant.held.nanocredits) - Int128(grant.lapsing.nanocredits), fromHeld)
            if free <= 0 && lapsing <= 0 { continue }
            fromFree -= free
            fromHeld -= lapsing
            void(
                Credits(clamping: free), lapsing: Credits(clamping: lapsing), of: grant, creditType: creditType,
                at: time, recordedAt: now, reason: "plan changed", entries: &entries
            )
        }
    }

    /// Takes back part of what is free of a grant, and part of what is held once it is let go.
    mutating func void(
        _ amount: Credits, lapsing: Credits, of grant: Grant, creditType: CreditTypeID, at time: Timestamp,
        recordedAt now: Timestamp,
        reason: String?, origin: Origin? = nil, entries: inout [SealedEntry]
    ) {
        var entry = Entry(kind: .grantVoided, creditType: creditType, effectiveAt: time, recordedAt: now)
        entry.subject = grant.id.seq
        entry.amount = Credits(nanocredits: -amount.nanocredits)
        entry.reason = reason
        if amount.isPositive || lapsing.isPositive {
            entry.draws = [Draw(.grant(grant.id, grant.terms.source), amount: amount, lapsing: lapsing)]
        }
        origin?.sign(&entry)
        append(entry, to: &entries)
    }

    /// The end of the current period: that of the plan's first allowance, or of the calendar month from the anchor.
    public func periodEnd(at now: Timestamp, catalog: Catalog) -> Timestamp {
        let plan = subscription.plan.flatMap { catalog.plans[$0] }
        if let first = plan?.allowances.first, let current = balance(of: first.creditType).allowance {
            return current.period.end
        }
        return BillingSchedule(anchor: settings.anchor, timeZone: settings.timeZone, recurrence: .month)
            .period(at: now).end
    }
}
