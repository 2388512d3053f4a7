/// Answers what an order for a plan means for the account in its present state.
extension AccountState {
    /// Whether a subscription that had no end gets its first, at a moment that no period of the account ends at.
    func beginsToBePaid(until end: Timestamp, plan: Plan?) -> Bool {
        if subscription.endsAt != nil || subscription.anchor != nil || subscription.ended != nil { return false }
        return !endsWithAPeriod(end, of: plan)
    }

    /// Whether a period of the account ends at a moment, as it counts them now.
    private func endsWithAPeriod(_ end: Timestamp, of plan: Plan?) -> Bool {
        periodRule(plan?.allowances.first?.every ?? .month).boundary(notBefore: end) == end
    }

    /// From when periods are counted if an order does not say: from the beginning of what is paid for, unless that
    /// lasts to an end of the periods that the account has already.
    func defaultAnchor(for order: SubscriptionOrder, plan: Plan?) -> Subscription.Anchor {
        if order.trialEndsAt != nil { return .start }
        if let end = order.endsAt { return endsWithAPeriod(end, of: plan) ? .keep : .start }
        return plan?.isPaid ?? false ? .start : .keep
    }

    /// Whether a plan gives less of something than the account has now.
    func isLess(_ plan: Plan?, _ quantity: Int64?) -> Bool {
        let wanted = plan?.allowances(onTrial: false, quantity: quantity ?? 1) ?? []
        return typeBalances.contains { balance in
            guard let current = balance.allowance?.amount else { return false }
            let amount = wanted.first { $0.creditType == balance.creditType }?.amount
            return amount.map { current.isMore(than: $0) } ?? true
        }
    }

    /// Whether a plan gives more of something than the account has now.
    func isMore(_ plan: Plan?, _ quantity: Int64?) -> Bool {
        (plan?.allowances(onTrial: false, quantity: quantity ?? 1) ?? []).contains { allowance in
            typeBalance(of: allowance.creditType).allowance.map { allowance.amount.isMore(than: $0.amount) } ?? true
        }
    }
}
