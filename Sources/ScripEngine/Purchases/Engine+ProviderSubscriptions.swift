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

    /// Gives an account the plan that follows from how a provider's subscription stands. The same standing again
    /// changes nothing, and an answer to an earlier question never replaces a later one's.
    ///
    /// - In good standing, the plan is paid for until the period's end, with days of grace beyond, or to its decided
    ///   end without grace.
    /// - While a payment is late, the days of grace run from the moment it was due.
    /// - When it is over, the account goes to the catalog's default plan at once, unless another subscription of the
    ///   same customer is alive.
    /// - Parameters:
    ///   - others: the customer's other subscriptions, where this one is over.
    ///   - graceDays: the days of grace of plans that say nothing of it.
    ///   - askedAt: when the provider was asked.
    public func recordSubscription(
        _ subscription: ProviderSubscription, others: [ProviderSubscription] = [], provider: String, graceDays: Int,
        askedAt: Timestamp, event: ProviderEvent? = nil
    ) async throws -> SubscriptionOutcome {
        let (now, history) = (clock.now(), catalogs.history)
        let (outcome, account) = try await store.write { writing -> (SubscriptionOutcome, AccountID?) in
            var account = subscription.account
            if account == nil, let customer = subscription.customer {
                account = try writing.account(ofCustomer: customer, provider: provider)
            }
            guard let account, try writing.account(account) != nil else { return (.nobody, nil) }
            if var event {
                if try writing.providerEvent(provider: provider, id: event.id) != nil { return (.applied, nil) }
                event.subject = account.rawValue
                try writing.append(event)
            }
            var profile = try writing.billingProfile(of: account) ?? BillingProfile(account: account)
            let before = profile.subscription
            if !subscription.decides(over: before, askedAt: askedAt) { return (.superseded, nil) }
            let alive = others.filter { other in
                other.isLive && other.id != subscription.id && (other.account ?? account) == account
            }
            let deciding =
                subscription.isLive ? subscription : alive.max { $0.precedes($1) } ?? subscription
            profile.provider = provider
            profile.customer = deciding.customer ?? profile.customer
            profile.subscription = .init(
                deciding, askedAt: max(askedAt, before?.askedAt ?? askedAt))
            try writing.save(profile)
            var turn = try AccountTurn(account, now: now, catalogs: history, writing: writing)
            let catalog = history.inForce(at: now)
            var verb: SubscriptionVerb?
            if deciding.isLive {
                guard let found = deciding.plan(in: catalog), let plan = catalog.plans[found] else {
                    return (.unknownPrice, nil)
                }
                let standing = deciding.standing(on: plan, graceDays: graceDays)
                let next = turn.state.subscription(following: standing, at: turn.moment, catalog: catalog)
                let isOnIt = turn.state.subscription.plan == plan.id
                verb = next == nil ? (isOnIt ? .expire : nil) : .follow(standing)
            } else if before?.isLive ?? false {
                // What is over ends only a plan that was had of a subscription.
                verb = .expire
            }
            if let verb {
                let actor = "\(provider):\(deciding.id)"
                let old = turn.state.subscription
                let lines = try turn.submit(.subscription(verb), actor: actor, name: nil)
                try turn.save()
                if let entry = lines.first {
                    let change = AuditedChange(
                        .subscriptionChanged, account: account, subject: deciding.id, entry: entry.entry.seq,
                        before: AuditValues.subscription(old), after: AuditValues.subscription(turn.state.subscription),
                        reason: deciding.status)
                    try writing.audit(change, by: Origin(actor: actor), at: now)
                }
            }
            return (.applied, account)
        }
        if let account { feed.changed(CollectionOfOne(account)) }
        return outcome
    }
}

extension ProviderSubscription {
    /// Whether it gives a right to a plan.
    var isLive: Bool { standing == .good || standing == .late }

    /// Whether it was made before another one.
    func precedes(_ other: ProviderSubscription) -> Bool { (createdAt, id) < (other.createdAt, other.id) }

    /// Whether this one says which plan the account has, rather than the one that said so before.
    func decides(over linked: BillingProfile.LinkedSubscription?, askedAt: Timestamp) -> Bool {
        guard let linked else { return standing != .waiting }
        if linked.id == id {
            if isFinal { return true }
            return !linked.isFinal && askedAt >= linked.askedAt ?? askedAt
        }
        if !isLive { return false }
        return !linked.isLive || (createdAt, id) > (linked.createdAt, linked.id)
    }

    /// The plan of the first of its prices that a plan has.
    func plan(in catalog: Catalog) -> PlanID? {
        let plans = catalog.plans.values.sorted { $0.id < $1.id }
        for price in prices {
            if let plan = plans.first(where: { $0.providerPrice == price }) { return plan.id }
        }
        return nil
    }

    /// How it stands, in the ledger's words.
    func standing(on plan: Plan, graceDays: Int) -> SubscriptionStanding {
        var stated = payment(for: plan.id, graceDays: graceDays)
        stated.quantity = plan.providerPrice.flatMap { quantities[$0] } ?? 1
        if status == "trialing" { stated.trialEndsAt = trialEndsAt ?? endsAt ?? periodEnd }
        return stated
    }

    private func payment(for plan: PlanID, graceDays: Int) -> SubscriptionStanding {
        if standing == .late, let late = lateSince ?? periodStart {
            let end = endsAt.map { min($0, late) } ?? late
            return SubscriptionStanding(
                plan: plan, periodStart: periodStart, paidUntil: end, graceDays: graceDays, lateSince: late)
        }
        return SubscriptionStanding(
            plan: plan, periodStart: periodStart, paidUntil: endsAt ?? periodEnd, graceDays: graceDays,
            isEnding: endsAt != nil)
    }
}
