extension Posting {
    /// Goes to a plan that gives more, at once.
    mutating func upgrade(_ order: SubscriptionOrder) throws(Rejection) {
        let plan = try order.plan.map { (id) throws(Rejection) in try catalog.plan(id) }
        if order.plan == state.subscription.plan { return try stay(order) }
        if state.isLess(plan, order.quantity) && !state.isMore(plan, order.quantity) {
            throw .invalid(field: "plan", rule: "gives less than the account's present plan; use a downgrade")
        }
        var atOnce = order
        atOnce.when = .now
        try subscribe(atOnce)
    }

    /// Stays on the plan: takes back a change that waits, and changes only what the order says.
    mutating func stay(_ order: SubscriptionOrder) throws(Rejection) {
        if let fallback = order.fallbackPlan { _ = try catalog.plan(fallback) }
        let subscription = state.subscription
        var next = subscription
        next.pending = nil
        next.isEnding = false
        next.fallbackPlan = order.fallbackPlan ?? subscription.fallbackPlan
        if let quantity = order.quantity {
            try order.plan.flatMap { catalog.plans[$0] }?.require(quantity: quantity)
            next.quantity = quantity
        }
        if let trialEndsAt = order.trialEndsAt {
            try requireFuture(trialEndsAt, field: "trial_ends_at")
            next.trialEndsAt = trialEndsAt
        }
        if let endsAt = order.endsAt, endsAt != subscription.endsAt {
            try requireFuture(endsAt)
            if let end = subscription.endsAt { next.anchor = state.anchor(after: end) }
            next.endsAt = endsAt
            next.clearPastDue()
        }
        changeSubscription(to: next)
    }
}
