extension Plan {
    /// What the plan gives, on trial or not, for so many seats.
    func allowances(onTrial: Bool, quantity: Int64) -> [Allowance] {
        let stated = onTrial ? trialAllowances ?? allowances : allowances
        if quantity == 1 { return stated }
        return stated.map { allowance in
            guard allowance.isPerSeat, case .limited(let amount) = allowance.amount else { return allowance }
            let product = Int128(amount.nanocredits) * Int128(quantity)
            var whole = allowance
            whole.amount = .limited(
                Credits(clamping: min(product, Int128(Credits.largestMovement.nanocredits))))
            return whole
        }
    }

    /// Refuses a number of seats for which an allowance would be more than can be given.
    func require(quantity: Int64) throws(Rejection) {
        if !(1...Subscription.maxSeats).contains(quantity) {
            throw .invalid(field: "quantity", rule: "must be from 1 to \(Subscription.maxSeats)")
        }
        for allowance in allowances + (trialAllowances ?? []) where allowance.isPerSeat {
            guard case .limited(let amount) = allowance.amount else { continue }
            if Int128(amount.nanocredits) * Int128(quantity) <= Int128(Credits.largestMovement.nanocredits) { continue }
            throw .invalid(
                field: "quantity",
                rule: "makes an allowance of more than \(Credits.largestMovement) \(allowance.creditType)")
        }
    }
}

extension AccountState {
    /// What the plan gives the account now: its trial's allowances while it is on trial, and as many as it has seats.
    func allowances(in catalog: Catalog) -> [Allowance] {
        guard let plan = subscription.plan.flatMap({ catalog.plans[$0] }) else { return [] }
        return plan.allowances(onTrial: subscription.trialEndsAt != nil, quantity: subscription.quantity)
    }

    /// How much an allowance gives in a period that begins at a moment: nothing while nobody has paid for it, where the
    /// plan says so.
    func amount(of allowance: Allowance, from start: Timestamp, in catalog: Catalog) -> Allowance.Amount {
        let plan = subscription.plan.flatMap { catalog.plans[$0] }
        guard plan?.graceAllowance == .some(.none), subscription.graceEndsAt != nil, let end = subscription.endsAt,
            start >= end
        else { return allowance.amount }
        return .limited(.zero)
    }

    /// Whether a change of the subscription changes what its allowances are, besides its plan.
    func changesAllowances(from before: Subscription, catalog: Catalog) -> Bool {
        if subscription.quantity != before.quantity { return true }
        if (subscription.trialEndsAt != nil) != (before.trialEndsAt != nil) { return true }
        let isInGrace = subscription.graceEndsAt != nil
        let plan = subscription.plan.flatMap { catalog.plans[$0] }
        return plan?.graceAllowance == .some(.none) && isInGrace != (before.graceEndsAt != nil)
    }
}
