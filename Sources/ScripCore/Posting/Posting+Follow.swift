extension Posting {
    /// Makes the subscription what follows from a standing. The same standing again changes nothing.
    mutating func follow(_ standing: SubscriptionStanding) throws(Rejection) {
        _ = try catalog.plan(standing.plan)
        if let next = state.subscription(following: standing, at: now, catalog: catalog) {
            changeSubscription(to: next)
        } else {
            expireSubscription()
        }
    }
}
