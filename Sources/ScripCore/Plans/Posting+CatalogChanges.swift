extension Posting {
    /// Brings the account what a version of the catalog asks for, as of a moment.
    mutating func catchUp(at time: Timestamp) {
        let catalog = catalog(at: time)
        let before = state.subscription
        let replaced = before.replacing(catalog.replacements.plans)
        if replaced != before {
            let isOtherPlan = replaced.plan != before.plan
            var entry = draft(.subscription, at: time)
            entry.subscription = replaced
            entry.reason = AccountState.catalogChanged
            append(entry)
            moveReplaced(at: time)
            if isOtherPlan { reconcileAllowances(from: before, at: time) }
        }
        moveReplaced(at: time)
        for allowance in state.allowances(in: catalog)
        where state.typeBalance(of: allowance.creditType).allowance == nil {
            let amount = state.amount(of: allowance, from: time, in: catalog)
            let period = state.period(of: allowance, at: time)
            enter(
                AllowanceState(amount: amount, period: period, every: allowance.every), of: allowance.creditType,
                at: time)
        }
    }

    private mutating func moveReplaced(at time: Timestamp) {
        let creditTypes = catalog(at: time).replacements.creditTypes
        for balance in state.typeBalances where balance.canMove {
            guard let other = creditTypes[balance.creditType] else { continue }
            move(balance.creditType, to: other, at: time)
        }
    }
}
