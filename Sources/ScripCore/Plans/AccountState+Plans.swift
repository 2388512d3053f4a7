extension AccountState {
    /// Does what a subscription has waiting: a change for the end of the period, its time of grace, or its own end.
    mutating func changeSubscription(
        at time: Timestamp, recordedAt now: Timestamp, catalogs: CatalogHistory, entries: inout [SealedEntry]
    ) {
        let catalog = catalogs.inForce(at: time)
        let next: Subscription
        if let trialEnd = subscription.nextTrialEnd, trialEnd <= time {
            var paid = subscription
            paid.trialEndsAt = nil
            if paid.anchor != nil { paid.anchor = trialEnd }
            next = paid
        } else if let pending = subscription.pending, pending.at <= (subscription.usableUntil ?? .latest) {
            var chosen = Subscription(
                plan: pending.plan, startedAt: time, endsAt: pending.endsAt, fallbackPlan: pending.fallbackPlan
            )
            chosen.count(as: subscription)
            chosen.anchor = anchor(after: time)
            chosen.quantity = pending.quantity
            if pending.anchor == .start && pending.plan != subscription.plan { chosen.count(from: time) }
            next = chosen
        } else if var grace = grace(of: subscription, in: catalog) {
            grace.anchor = anchor(after: time)
            var entry = Entry(kind: .subscription, effectiveAt: time, recordedAt: now)
            entry.subscription = grace
            append(entry, to: &entries)
            return
        } else {
            next = fallback(at: time, catalog: catalog)
        }
        let before = subscription
        var entry = Entry(kind: .subscription, effectiveAt: time, recordedAt: now)
        entry.subscription = next
        append(entry, to: &entries)
        reconcileAllowances(from: before, at: time, recordedAt: now, catalog: catalog, entries: &entries)
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
        if plan == subscription.plan {
            next.count(as: subscription)
        } else if plan.flatMap({ catalog.plans[$0] })?.isPaid ?? false {
            next.count(from: time)
        } else {
            next.count(as: subscription)
            next.anchor = anchor(after: time)
        }
        if let ended = subscription.plan, ended != plan {
            next.ended = Subscription.Ended(plan: ended, at: time, quantity: subscription.quantity)
        }
        return next
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

    /// The end of the current period: that of the plan's first allowance, or of the month that the moment falls into.
    public func periodEnd(at now: Timestamp, catalog: Catalog) -> Timestamp {
        let plan = subscription.plan.flatMap { catalog.plans[$0] }
        if let first = allowances(in: catalog).first, let current = balance(of: first.creditType).allowance {
            return current.period.end
        }
        return periodRule(plan?.period == .calendar ? .calendarMonth : .month).period(at: now).end
    }
}
