extension Posting {
    /// Notes that the subscription is paid for until a moment; without one, until the next end of a period.
    mutating func renew(until moment: Timestamp?) throws(Rejection) {
        if moment == nil && origin.idempotencyKey == nil {
            throw .invalid(field: "ends_at", rule: "is required unless the renewal has an idempotency key")
        }
        let subscription = state.subscription
        var next = subscription
        if let ended = subscription.ended {
            _ = try catalog.plan(ended.plan)
            next = Subscription(plan: ended.plan, startedAt: now, fallbackPlan: subscription.plan)
            next.count(from: now)
            next.quantity = ended.quantity
        }
        let endsAt: Timestamp
        if let moment {
            // A late or repeated notice never shortens the paid time.
            if let end = subscription.endsAt, moment < end || (moment == end && subscription.pastDueSince == nil) {
                return
            }
            try requireFuture(moment)
            endsAt = moment
        } else {
            guard let following = state.nextRenewal(at: now, catalog: catalog) else {
                throw .invalid(field: "ends_at", rule: "is required for a subscription that has no end")
            }
            if following > .latest { throw .invalid(field: "ends_at", rule: "must lie before the year 10000") }
            endsAt = following
        }
        if subscription.ended == nil, let end = subscription.endsAt { next.anchor = state.anchor(after: end) }
        let plan = subscription.plan.flatMap { catalog.plans[$0] }
        if state.beginsToBePaid(until: endsAt, plan: plan) { next.count(from: now) }
        next.endsAt = endsAt
        next.clearPastDue()
        if let trialEnd = next.trialEndsAt, trialEnd <= now { next.trialEndsAt = nil }
        if let pending = next.pending, pending.at < endsAt { next.pending?.at = endsAt }
        changeSubscription(to: next)
    }
}
