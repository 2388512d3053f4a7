extension Posting {
    /// Changes to a plan that gives less, when the paid time is over unless the order says otherwise.
    mutating func downgrade(_ order: SubscriptionOrder) throws(Rejection) {
        let plan = try order.plan.map { (id) throws(Rejection) in try catalog.plan(id) }
        if order.plan == state.subscription.plan { return try stay(order) }
        if state.isMore(plan, order.quantity) && !state.isLess(plan, order.quantity) {
            throw .invalid(field: "plan", rule: "gives more than the account's present plan; use an upgrade")
        }
        var later = order
        later.when = order.when ?? .periodEnd
        if later.when == .periodEnd, let pending = state.subscription.pending, pending.plan == order.plan,
            pending.endsAt == order.endsAt, pending.fallbackPlan == order.fallbackPlan,
            pending.quantity == order.quantity ?? 1
        {
            return
        }
        try subscribe(later)
    }
}
