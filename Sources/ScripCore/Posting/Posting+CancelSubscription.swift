extension Posting {
    /// Changes to the plan that follows: the fallback plan, or the catalog's default plan.
    mutating func cancelSubscription(when: SubscriptionOrder.When) throws(Rejection) {
        let following = state.subscription.fallbackPlan ?? catalog.defaultPlan
        try subscribe(SubscriptionOrder(plan: following, when: when))
    }
}
