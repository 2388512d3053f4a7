import ScripCore

/// What came of looking at a provider's subscription.
public enum SubscriptionOutcome: String, Sendable, Hashable {
    /// The account has the plan that follows from it.
    case applied
    /// Another subscription of the account decides.
    case superseded
    /// No plan of the catalog has its price.
    case unknownPrice
    /// It belongs to no account.
    case nobody
}

extension Engine {
    /// What ties an account to a provider; an empty profile when nothing does.
    public func billingProfile(of account: AccountID) async throws -> BillingProfile {
        try await store.read { try $0.billingProfile(of: account) } ?? BillingProfile(account: account)
    }

    /// Gives an account the plan that follows from how a provider's subscription stands now. The same standing again
    /// changes nothing.
    ///
    /// - In good standing, the plan lasts for the paid period and `graceSeconds` beyond, or to its decided end.
    /// - While a payment is late, it lasts for `graceSeconds` from the beginning of the unpaid period.
    /// - When it is over, the account goes to the catalog's default plan at once.
    public func recordSubscription(
        _ subscription: ProviderSubscription, provider: String, graceSeconds: Int64, event: ProviderEvent? = nil
    ) async throws -> SubscriptionOutcome {
        let (now, history) = (clock.now(), catalogs.history)
        return try await store.write { writing in
            var account = subscription.account
            if account == nil, let customer = subscription.customer {
                account = try writing.account(ofCustomer: customer, provider: provider)
            }
            guard let account, try writing.account(account) != nil else { return .nobody }
            if var event {
                if try writing.providerEvent(provider: provider, id: event.id) != nil { return .applied }
                event.subject = account.rawValue
                try writing.append(event)
            }
            var profile = try writing.billingProfile(of: account) ?? BillingProfile(account: account)
            if !subscription.decides(over: profile.subscription) { return .superseded }
            let catalog = history.inForce(at: now)
            let plan = catalog.plans.values.first { plan in
                plan.providerPrice.map { subscription.prices.contains($0) } ?? false
            }
            let wasLive = profile.subscription?.isLive ?? false
            profile.provider = provider
            profile.customer = subscription.customer ?? profile.customer
            profile.subscription = .init(
                id: subscription.id, status: subscription.status, createdAt: subscription.createdAt)
            try writing.save(profile)
            var order = SubscriptionOrder(plan: catalog.defaultPlan, when: .now)
            let end = subscription.end(graceSeconds: graceSeconds)
            if subscription.isLive, (end ?? .latest) > now {
                guard let plan else { return .unknownPrice }
                order = SubscriptionOrder(plan: plan.id, when: .now, endsAt: end)
            } else if !wasLive {
                return .applied
            }
            var turn = try AccountTurn(account, now: now, catalogs: history, writing: writing)
            _ = try turn.submit(.subscribe(order), actor: "\(provider):\(subscription.id)", key: nil)
            try turn.save()
            return .applied
        }
    }
}

extension ProviderSubscription {
    /// Whether it gives a right to a plan.
    var isLive: Bool { standing == .good || standing == .late }

    /// Whether this one says which plan the account has, rather than the one that said so before.
    func decides(over linked: BillingProfile.LinkedSubscription?) -> Bool {
        guard let linked, linked.id != id else { return standing != .waiting || linked != nil }
        if !isLive { return false }
        return !linked.isLive || createdAt >= linked.createdAt
    }

    /// When the plan ends unless something changes.
    func end(graceSeconds: Int64) -> Timestamp? {
        if standing == .late {
            let late = periodStart?.adding(seconds: graceSeconds)
            return [late, endsAt].compactMap { $0 }.min()
        }
        return endsAt ?? periodEnd?.adding(seconds: graceSeconds)
    }
}

extension BillingProfile.LinkedSubscription {
    /// Whether it gave a right to a plan when it was last looked at.
    var isLive: Bool { ["active", "trialing", "past_due"].contains(status) }
}
