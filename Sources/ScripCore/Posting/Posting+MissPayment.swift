extension Posting {
    /// Notes that a payment was missed.
    mutating func missPayment() {
        let subscription = state.subscription
        let next = state.fallback(at: now, catalog: catalog)
        let isPaid = subscription.plan != nil && (subscription.endsAt != nil || next.plan != subscription.plan)
        if !isPaid || subscription.pastDueSince != nil { return }
        var missed = subscription
        missed.pastDueSince = now
        if missed.endsAt == nil && missed.pending == nil { missed.endsAt = now }
        changeSubscription(to: missed)
    }
}
