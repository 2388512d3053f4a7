extension Posting {
    /// Changes the plan: at once or when the period ends.
    mutating func subscribe(_ order: SubscriptionOrder) throws(Rejection) {
        if let endsAt = order.endsAt, endsAt <= now {
            throw .invalid(field: "ends_at", rule: "must be in the future")
        }
        let catalog = catalog
        let subscription = state.subscription
        let plan = try order.plan.map { (id) throws(Rejection) in try catalog.plan(id) }
        if let fallback = order.fallbackPlan { _ = try catalog.plan(fallback) }
        var next = subscription
        let when = order.when ?? (state.isLess(plan, order.quantity) ? .periodEnd : .now)
        let isSame = order.plan == subscription.plan
        let anchor = order.anchor ?? state.defaultAnchor(for: order, plan: plan)
        let quantity = order.quantity ?? (isSame ? subscription.quantity : 1)
        try plan?.require(quantity: quantity)
        if let trialEndsAt = order.trialEndsAt {
            try requireFuture(trialEndsAt, field: "trial_ends_at")
            if trialEndsAt > order.endsAt ?? .latest {
                throw .invalid(field: "trial_ends_at", rule: "must not be after ends_at")
            }
            if when != .now && !isSame {
                throw .invalid(field: "trial_ends_at", rule: "needs when: now")
            }
        }
        if when == .now || isSame {
            next.startedAt = isSame ? subscription.startedAt : now
            next.plan = order.plan
            if isSame, let end = subscription.endsAt, end != order.endsAt { next.anchor = state.anchor(after: end) }
            if isSame, let end = order.endsAt, state.beginsToBePaid(until: end, plan: plan), anchor == .start {
                next.count(from: now)
            } else if anchor == .start && (!isSame || order.anchor != nil) {
                next.count(from: next.startedAt)
            }
            next.endsAt = order.endsAt
            next.trialEndsAt = order.trialEndsAt
            next.quantity = quantity
            next.fallbackPlan = order.fallbackPlan
            next.pending = nil
            next.graceDays = nil
            next.clearPastDue()
        } else {
            let at = state.endOfPeriod(at: now, catalog: catalog)
            if let endsAt = order.endsAt, endsAt <= at {
                throw .invalid(field: "ends_at", rule: "must be after the change takes effect")
            }
            next.pending = Subscription.Pending(
                plan: order.plan, at: at, endsAt: order.endsAt, fallbackPlan: order.fallbackPlan, anchor: anchor,
                quantity: quantity
            )
        }
        changeSubscription(to: next)
    }

    /// Makes the account's subscription another one, with what that does to its allowances. The same one again changes
    /// nothing.
    mutating func changeSubscription(to next: Subscription) {
        let before = state.subscription
        if next == before { return }
        let isCountedAnew = next.anchor != before.anchor || next.countsInUTC != before.countsInUTC
        var entry = draft(.subscription)
        entry.subscription = next
        answer(entry)
        let isOther = next.plan != before.plan || isCountedAnew && next.countsInUTC
        if isOther || state.changesAllowances(from: before, catalog: catalog) {
            reconcileAllowances(from: before, at: now)
        } else if isCountedAnew {
            movePeriods(at: now)
        }
    }

    /// Refuses a moment that is not ahead.
    func requireFuture(_ moment: Timestamp, field: String = "ends_at") throws(Rejection) {
        if moment <= now || moment > .latest { throw .invalid(field: field, rule: "must be in the future") }
    }
}
