extension Posting {
    /// Carries out one step in the life of a subscription.
    mutating func carryOut(_ verb: SubscriptionVerb) throws(Rejection) {
        switch verb {
        case .initialize: break
        case .upgrade(let order): try upgrade(order)
        case .downgrade(let order): try downgrade(order)
        case .renew(let endsAt): try renew(until: endsAt)
        case .expire: expireSubscription()
        case .cancel(let when): try cancelSubscription(when: when)
        case .missPayment: missPayment()
        case .follow(let standing): try follow(standing)
        }
    }
}
