extension AccountState {
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

    /// The end of the current period: that of the plan's first allowance, or of the month that the moment falls into.
    public func periodEnd(at now: Timestamp, catalog: Catalog) -> Timestamp {
        let plan = subscription.plan.flatMap { catalog.plans[$0] }
        if let first = allowances(in: catalog).first, let current = typeBalance(of: first.creditType).allowance {
            return current.period.end
        }
        return periodRule(plan?.period == .calendar ? .calendarMonth : .month).period(at: now).end
    }
}
