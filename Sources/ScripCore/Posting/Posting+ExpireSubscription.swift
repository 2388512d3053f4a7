extension Posting {
    /// Ends the subscription now, without grace.
    mutating func expireSubscription() {
        let subscription = state.subscription
        let next = state.fallback(at: now, catalog: catalog)
        if subscription.endsAt == nil && subscription.pending == nil && next.plan == subscription.plan {
            return
        }
        changeSubscription(to: next)
    }
}
