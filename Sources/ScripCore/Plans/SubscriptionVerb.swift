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

extension AccountState {
    /// Does what is done to subscriptions again and again.
    mutating func carryOut(
        _ verb: SubscriptionVerb, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        switch verb {
        case .initialize: return Decision()
        case .upgrade(let order): return try upgrade(order, origin: origin, context: context)
        case .downgrade(let order): return try downgrade(order, origin: origin, context: context)
        case .renew(let endsAt): return try renew(until: endsAt, origin: origin, context: context)
        case .expire: return expireSubscription(origin: origin, context: context)
        case .cancel(let when):
            let following = subscription.fallbackPlan ?? context.catalog.defaultPlan
            return try subscribe(SubscriptionOrder(plan: following, when: when), origin: origin, context: context)
        case .missPayment: return missPayment(origin: origin, context: context)
        case .follow(let standing): return try follow(standing, origin: origin, context: context)
        }
    }

    private mutating func upgrade(
        _ order: SubscriptionOrder, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        let plan = try order.plan.map { (id) throws(Rejection) in try context.catalog.plan(id) }
        if order.plan == subscription.plan { return try stay(order, origin: origin, context: context) }
        if isLess(plan, order.quantity) && !isMore(plan, order.quantity) {
            throw .invalid(field: "plan", rule: "gives less than the plan the account has; that is a downgrade")
        }
        var now = order
        now.when = .now
        return try subscribe(now, origin: origin, context: context)
    }

    private mutating func downgrade(
        _ order: SubscriptionOrder, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        let plan = try order.plan.map { (id) throws(Rejection) in try context.catalog.plan(id) }
        if order.plan == subscription.plan { return try stay(order, origin: origin, context: context) }
        if isMore(plan, order.quantity) && !isLess(plan, order.quantity) {
            throw .invalid(field: "plan", rule: "gives more than the plan the account has; that is an upgrade")
        }
        var later = order
        later.when = order.when ?? .periodEnd
        if later.when == .periodEnd, let pending = subscription.pending, pending.plan == order.plan,
            pending.endsAt == order.endsAt, pending.fallbackPlan == order.fallbackPlan,
            pending.quantity == order.quantity ?? 1
        {
            return Decision()
        }
        return try subscribe(later, origin: origin, context: context)
    }

    /// Stays on the plan: takes back a change that waits, and changes only what the order says.
    private mutating func stay(
        _ order: SubscriptionOrder, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        if let fallback = order.fallbackPlan { _ = try context.catalog.plan(fallback) }
        var next = subscription
        next.pending = nil
        next.isEnding = false
        next.fallbackPlan = order.fallbackPlan ?? subscription.fallbackPlan
        if let quantity = order.quantity {
            try order.plan.flatMap { context.catalog.plans[$0] }?.require(quantity: quantity)
            next.quantity = quantity
        }
        if let trialEndsAt = order.trialEndsAt {
            try requireFuture(trialEndsAt, field: "trial_ends_at", context: context)
            next.trialEndsAt = trialEndsAt
        }
        if let endsAt = order.endsAt, endsAt != subscription.endsAt {
            try requireFuture(endsAt, context: context)
            if let end = subscription.endsAt { next.anchor = anchor(after: end) }
            next.endsAt = endsAt
            next.settle()
        }
        return write(next, origin: origin, context: context)
    }

    private mutating func renew(
        until moment: Timestamp?, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        if moment == nil && origin.idempotencyKey == nil {
            throw .invalid(field: "ends_at", rule: "is required unless the renewal has an idempotency key")
        }
        var next = subscription
        if let ended = subscription.ended {
            _ = try context.catalog.plan(ended.plan)
            next = Subscription(plan: ended.plan, startedAt: context.now, fallbackPlan: subscription.plan)
            next.count(from: context.now)
            next.quantity = ended.quantity
        }
        let endsAt: Timestamp
        if let moment {
            // What is paid for is never shortened by a notice that comes late or again.
            if let end = subscription.endsAt, moment < end || (moment == end && subscription.pastDueSince == nil) {
                return Decision()
            }
            try requireFuture(moment, context: context)
            endsAt = moment
        } else {
            guard let following = nextRenewal(at: context.now, catalog: context.catalog) else {
                throw .invalid(field: "ends_at", rule: "is required for a subscription that has no end")
            }
            if following > .latest { throw .invalid(field: "ends_at", rule: "must lie before the year 10000") }
            endsAt = following
        }
        if subscription.ended == nil, let end = subscription.endsAt { next.anchor = anchor(after: end) }
        next.endsAt = endsAt
        next.settle()
        if let trialEnd = next.trialEndsAt, trialEnd <= context.now { next.trialEndsAt = nil }
        if let pending = next.pending, pending.at < endsAt { next.pending?.at = endsAt }
        return write(next, origin: origin, context: context)
    }

    func requireFuture(
        _ moment: Timestamp, field: String = "ends_at", context: DecisionContext
    ) throws(Rejection) {
        if moment <= context.now || moment > .latest { throw .invalid(field: field, rule: "must be in the future") }
    }

    mutating func expireSubscription(origin: Origin, context: DecisionContext) -> Decision {
        let next = fallback(at: context.now, catalog: context.catalog)
        if subscription.endsAt == nil && subscription.pending == nil && next.plan == subscription.plan {
            return Decision()
        }
        return write(next, origin: origin, context: context)
    }

    private mutating func missPayment(origin: Origin, context: DecisionContext) -> Decision {
        let next = fallback(at: context.now, catalog: context.catalog)
        let isPaid = subscription.plan != nil && (subscription.endsAt != nil || next.plan != subscription.plan)
        if !isPaid || subscription.pastDueSince != nil { return Decision() }
        var missed = subscription
        missed.pastDueSince = context.now
        if missed.endsAt == nil && missed.pending == nil { missed.endsAt = context.now }
        return write(missed, origin: origin, context: context)
    }

    mutating func write(_ next: Subscription, origin: Origin, context: DecisionContext) -> Decision {
        var decision = Decision()
        if next == subscription { return decision }
        let before = subscription
        let isCountedAnew = next.anchor != before.anchor || next.countsInUTC != before.countsInUTC
        var entry = Entry(kind: .subscription, effectiveAt: context.now, recordedAt: context.now)
        entry.subscription = next
        answer(entry, origin: origin, decision: &decision)
        let isOther = next.plan != before.plan || isCountedAnew && next.countsInUTC
        if isOther || changesAllowances(from: before, catalog: context.catalog) {
            reconcileAllowances(
                from: before, at: context.now, recordedAt: context.now, catalog: context.catalog,
                entries: &decision.entries)
        } else if isCountedAnew {
            movePeriods(
                at: context.now, recordedAt: context.now, catalog: context.catalog, entries: &decision.entries)
        }
        return decision
    }

    /// Whether a plan gives more of something than the account has now.
    private func isMore(_ plan: Plan?, _ quantity: Int64?) -> Bool {
        (plan?.allowances(onTrial: false, quantity: quantity ?? 1) ?? []).contains { allowance in
            balance(of: allowance.creditType).allowance.map { allowance.amount.isMore(than: $0.amount) } ?? true
        }
    }
}

extension Allowance.Amount {
    /// Whether this gives more than another.
    func isMore(than other: Allowance.Amount) -> Bool {
        switch (self, other) {
        case (.unlimited, .limited): true
        case (.limited(let credits), .limited(let others)): credits > others
        case (_, .unlimited): false
        }
    }
}
