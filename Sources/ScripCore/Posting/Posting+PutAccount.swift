extension Posting {
    /// Opens the account, or changes its settings and plan. Asking for what already is changes nothing.
    mutating func put(_ change: AccountChange) throws(Rejection) {
        if let anchor = change.anchor, anchor < .earliest || anchor > .latest {
            throw .invalid(field: "anchor", rule: "must lie between 1970 and 9999")
        }
        if let plan = change.plan { _ = try catalog.plan(plan) }
        if !state.exists { return open(change) }
        if state.settings.isErased { throw .accountErased(state.id) }
        changeSettings(to: change.applied(to: state.settings))
        if let plan = change.plan, plan != state.subscription.plan {
            try subscribe(SubscriptionOrder(plan: plan, when: .now))
        }
    }

    private mutating func open(_ change: AccountChange) {
        var entry = draft(.account)
        entry.settings = change.applied(to: AccountSettings(anchor: change.anchor ?? now))
        entry.subscription = Subscription(plan: change.plan ?? catalog.defaultPlan, startedAt: now)
        let before = state.subscription
        answer(entry)
        reconcileAllowances(from: before, at: now)
    }

    private mutating func changeSettings(to next: AccountSettings) {
        let before = state.settings
        if next == before { return }
        var entry = draft(.account)
        entry.settings = next
        if next.anchor != before.anchor && state.subscription.anchor != nil {
            // Moving the account's anchor moves all of its periods.
            entry.subscription = state.subscription
            entry.subscription?.anchor = nil
            entry.subscription?.countsInUTC = false
        }
        answer(entry)
        movePeriods(at: now)
        if before.enforcement == .observe && next.enforcement == .enforce { writeOffDebt() }
    }

    /// Observe mode is a trial: what it let through unpaid is forgiven when it ends, so that nobody starts in debt.
    private mutating func writeOffDebt() {
        for balance in state.typeBalances where balance.debt.isPositive {
            var entry = draft(.writeOff, of: balance.creditType)
            entry.amount = balance.debt
            entry.draws = [Draw(.debt, amount: Credits(nanocredits: -balance.debt.nanocredits))]
            entry.reason = "observe mode ended"
            append(entry)
        }
    }
}
