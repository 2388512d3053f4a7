/// A step in the life of a subscription. Repeating a step changes nothing.
public enum SubscriptionVerb: Hashable, Sendable {
    /// Opens the account if there is none, with what its plan gives; an account that is there stays as it is.
    case initialize(AccountChange)
    /// Goes to a plan that gives more, at once.
    case upgrade(SubscriptionOrder)
    /// Changes to a plan that gives less, when the paid time is over unless the order says otherwise.
    case downgrade(SubscriptionOrder)
    /// Notes that the subscription is paid for until a moment. Without one it is the next end of a period, which only
    /// an idempotency key can keep from happening twice.
    case renew(endsAt: Timestamp?)
    /// Ends the subscription now, without grace.
    case expire
    /// Changes to the plan that follows: the fallback plan, or the catalog's default plan.
    case cancel(when: SubscriptionOrder.When)
    /// Notes that a payment was missed.
    case missPayment
    /// Makes the subscription match what the payment provider says.
    case follow(SubscriptionStanding)
}
