extension Posting {
    /// Goes to what follows the subscription: its fallback plan, or the catalog's default plan.
    mutating func cancelSubscription(when: SubscriptionOrder.When) throws(Rejection) {
        let following = state.subscription.fallbackPlan ?? catalog.defaultPlan
        try subscribe(SubscriptionOrder(plan: following, when: when))
    }
}
