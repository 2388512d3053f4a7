extension Posting {
    /// Does what a subscription has waiting: a change for the end of the period, its time of grace, or its own end.
    mutating func changeSubscription(at time: Timestamp) {
        let catalog = catalog(at: time)
        let subscription = state.subscription
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
            chosen.anchor = state.anchor(after: time)
            chosen.quantity = pending.quantity
            if pending.anchor == .start && pending.plan != subscription.plan { chosen.count(from: time) }
            next = chosen
        } else if var grace = state.grace(of: subscription, in: catalog) {
            grace.anchor = state.anchor(after: time)
            var entry = draft(.subscription, at: time)
            entry.subscription = grace
            append(entry)
            return
        } else {
            next = state.fallback(at: time, catalog: catalog)
        }
        var entry = draft(.subscription, at: time)
        entry.subscription = next
        append(entry)
        reconcileAllowances(from: subscription, at: time)
    }
}
