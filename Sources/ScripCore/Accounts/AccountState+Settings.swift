extension AccountState {
    /// Opens the account, or changes its settings and plan. Asking for what already is writes nothing,
    /// unless a key must be remembered.
    mutating func put(_ change: AccountChange, origin: Origin, context: DecisionContext) throws(Rejection) -> Decision {
        let catalog = context.catalog
        if let anchor = change.anchor, anchor < .earliest || anchor > .latest {
            throw .invalid(field: "anchor", rule: "must lie between 1970 and 9999")
        }
        if let plan = change.plan { _ = try catalog.plan(plan) }
        var decision = Decision()
        if !exists {
            open(change, origin: origin, context: context, decision: &decision)
            return decision
        }
        if settings.isErased { throw .accountErased(id) }
        let next = change.applied(to: settings)
        if next != settings {
            let observeEnds = settings.enforcement == .observe && next.enforcement == .enforce
            var entry = Entry(kind: .account, effectiveAt: context.now, recordedAt: context.now)
            entry.settings = next
            if next.anchor != settings.anchor && subscription.anchor != nil {
                // Whoever moves the account's anchor means all of its periods.
                entry.subscription = subscription
                entry.subscription?.anchor = nil
                entry.subscription?.countsInUTC = false
            }
            answer(entry, origin: origin, decision: &decision)
            movePeriods(at: context.now, recordedAt: context.now, catalog: catalog, entries: &decision.entries)
            if observeEnds { writeOffDebt(context: context, decision: &decision) }
        }
        if let plan = change.plan, plan != subscription.plan {
            let order = SubscriptionOrder(plan: plan, when: .now)
            // The key belongs to the line that answers the command, and to no other.
            let signer = decision.answer == nil ? origin : Origin(actor: origin.actor)
            let changed = try subscribe(order, origin: signer, context: context)
            decision.entries += changed.entries
            decision.answer = decision.answer ?? changed.answer
        }
        // What is known of people changes without a line; the key must be kept all the same, or a late repetition
        // would undo what came after it.
        if decision.answer == nil && origin.idempotencyKey != nil {
            var entry = Entry(kind: .account, effectiveAt: context.now, recordedAt: context.now)
            entry.settings = settings
            answer(entry, origin: origin, decision: &decision)
        }
        return decision
    }

    private mutating func open(
        _ change: AccountChange, origin: Origin, context: DecisionContext, decision: inout Decision
    ) {
        let anchor = change.anchor ?? context.now
        var entry = Entry(kind: .account, effectiveAt: context.now, recordedAt: context.now)
        entry.settings = change.applied(to: AccountSettings(anchor: anchor))
        entry.subscription = Subscription(
            plan: change.plan ?? context.catalog.defaultPlan, startedAt: context.now
        )
        let before = subscription
        answer(entry, origin: origin, decision: &decision)
        reconcileAllowances(
            from: before, at: context.now, recordedAt: context.now, catalog: context.catalog,
            entries: &decision.entries)
    }

    /// Observe mode is a trial: what it let through unpaid is forgiven when it ends, so that nobody starts in debt.
    private mutating func writeOffDebt(context: DecisionContext, decision: inout Decision) {
        for balance in balances where balance.debt.isPositive {
            var entry = Entry(
                kind: .writeOff, creditType: balance.creditType, effectiveAt: context.now, recordedAt: context.now
            )
            entry.amount = balance.debt
            entry.draws = [Draw(.debt, amount: Credits(nanocredits: -balance.debt.nanocredits))]
            entry.reason = "observe mode ended"
            append(entry, to: &decision.entries)
        }
    }

    /// Adds or takes credits by hand.
    mutating func adjust(
        _ creditType: CreditTypeID, by amount: Credits, reason: String, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        if amount.isZero { throw .invalid(field: "amount", rule: "must not be 0") }
        if reason.isEmpty { throw .invalid(field: "reason", rule: "is required") }
        try Limits.requireLength(reason, field: "reason", bytes: Limits.textBytes)
        if amount.nanocredits == .min { throw .amountOutOfRange(field: "amount") }
        try Limits.requireMovement(Credits.magnitude(amount), field: "amount")
        try context.catalog.requireCreditType(creditType)
        var entry = Entry(
            kind: .adjustment, creditType: creditType, effectiveAt: context.now, recordedAt: context.now
        )
        entry.reason = reason
        if amount.isPositive {
            try requireRoom(of: creditType, amount: amount)
            let terms = GrantTerms(
                source: .adjustment, amount: amount, priority: context.catalog.priority(of: .adjustment),
                effectiveAt: context.now, expiresAt: nil
            )
            give(terms, entry: &entry)
        } else {
            var balance = balance(of: creditType)
            let taken = Credits.magnitude(amount)
            if Int128(taken.nanocredits) > balance.unreserved {
                throw .insufficientCredits(
                    Rejection.Shortfall(
                        creditType: creditType, required: taken, available: balance.available,
                        resetsAt: balance.allowance?.period.end, overageLimit: nil
                    )
                )
            }
            balance.allowance = nil
            entry.amount = amount
            entry.draws = balance.draws(taking: taken)
        }
        var decision = Decision()
        answer(entry, origin: origin, decision: &decision)
        return decision
    }

    /// Changes the plan: at once or when the period ends.
    mutating func subscribe(
        _ order: SubscriptionOrder, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        let catalog = context.catalog
        if let endsAt = order.endsAt, endsAt <= context.now {
            throw .invalid(field: "ends_at", rule: "must be in the future")
        }
        let plan = try order.plan.map { (id) throws(Rejection) in try catalog.plan(id) }
        if let fallback = order.fallbackPlan { _ = try catalog.plan(fallback) }
        var next = subscription
        let when = order.when ?? (isLess(plan, order.quantity) ? .periodEnd : .now)
        let isSame = order.plan == subscription.plan
        let anchor = order.anchor ?? defaultAnchor(for: order, plan: plan)
        let quantity = order.quantity ?? (isSame ? subscription.quantity : 1)
        try plan?.require(quantity: quantity)
        if let trialEndsAt = order.trialEndsAt {
            try requireFuture(trialEndsAt, field: "trial_ends_at", context: context)
            if trialEndsAt > order.endsAt ?? .latest {
                throw .invalid(field: "trial_ends_at", rule: "must not be after ends_at")
            }
            if when != .now && !isSame {
                throw .invalid(field: "trial_ends_at", rule: "needs when: now")
            }
        }
        if when == .now || isSame {
            next.startedAt = isSame ? subscription.startedAt : context.now
            next.plan = order.plan
            if isSame, let end = subscription.endsAt, end != order.endsAt { next.anchor = self.anchor(after: end) }
            if isSame, let end = order.endsAt, beginsToBePaid(until: end, plan: plan), anchor == .start {
                next.count(from: context.now)
            } else if anchor == .start && (!isSame || order.anchor != nil) {
                next.count(from: next.startedAt)
            }
            next.endsAt = order.endsAt
            next.trialEndsAt = order.trialEndsAt
            next.quantity = quantity
            next.fallbackPlan = order.fallbackPlan
            next.pending = nil
            next.graceDays = nil
            next.settle()
        } else {
            let at = endOfPeriod(at: context.now, catalog: catalog)
            if let endsAt = order.endsAt, endsAt <= at {
                throw .invalid(field: "ends_at", rule: "must be after the change takes effect")
            }
            next.pending = Subscription.Pending(
                plan: order.plan, at: at, endsAt: order.endsAt, fallbackPlan: order.fallbackPlan, anchor: anchor,
                quantity: quantity
            )
        }
        return write(next, origin: origin, context: context)
    }

    /// Whether a subscription that had no end gets its first, at a moment that no period of the account ends at.
    func beginsToBePaid(until end: Timestamp, plan: Plan?) -> Bool {
        if subscription.endsAt != nil || subscription.anchor != nil || subscription.ended != nil { return false }
        return !endsWithAPeriod(end, of: plan)
    }

    /// Whether a period of the account ends at a moment, as it counts them now.
    private func endsWithAPeriod(_ end: Timestamp, of plan: Plan?) -> Bool {
        periodRule(plan?.allowances.first?.every ?? .month).boundary(notBefore: end) == end
    }

    /// From when periods are counted if an order does not say: from the beginning of what is paid for, unless that lasts
    /// to an end of the periods that the account has already.
    private func defaultAnchor(for order: SubscriptionOrder, plan: Plan?) -> Subscription.Anchor {
        if order.trialEndsAt != nil { return .start }
        if let end = order.endsAt { return endsWithAPeriod(end, of: plan) ? .keep : .start }
        return plan?.isPaid ?? false ? .start : .keep
    }

    /// Whether a plan gives less of something than the account has now.
    func isLess(_ plan: Plan?, _ quantity: Int64?) -> Bool {
        let wanted = plan?.allowances(onTrial: false, quantity: quantity ?? 1) ?? []
        return balances.contains { balance in
            guard let current = balance.allowance?.amount else { return false }
            let amount = wanted.first { $0.creditType == balance.creditType }?.amount
            return amount.map { current.isMore(than: $0) } ?? true
        }
    }
}
