/// What is done to subscriptions again and again. Doing the same again changes nothing.
public enum SubscriptionVerb: Hashable, Sendable {
    /// Opens the account if there is none, with what its plan gives; an account that is there stays as it is.
    case initialize(AccountChange)
    /// Goes to a plan that gives more, at once.
    case upgrade(SubscriptionOrder)
    /// Goes to a plan that gives less, when what was paid for is over unless it says otherwise.
    case downgrade(SubscriptionOrder)
    /// Notes that the subscription is paid for until a moment. Without one it is the next end of a period, which only
    /// an idempotency key can keep from happening twice.
    case renew(endsAt: Timestamp?)
    /// Ends the subscription now, without grace.
    case expire
    /// Goes to what follows the subscription: its fallback plan, or the catalog's default plan.
    case cancel(when: SubscriptionOrder.When)
    /// Notes that a payment was missed.
    case missPayment
    /// Makes it what whoever collects the payments says.
    case follow(SubscriptionStanding)
}
