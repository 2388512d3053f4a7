import ScripCore

/// The result of looking at a provider's subscription.
public enum SubscriptionOutcome: String, Sendable, Hashable {
    /// The account has the plan that follows from it.
    case applied
    /// Another subscription of the account decides.
    case superseded
    /// No plan of the catalog has its price.
    case unknownPrice
    /// It belongs to no account.
    case nobody

    /// Whether everything that follows from it was done, so that a message that told of it need not come again.
    var isDone: Bool { self == .applied || self == .superseded }
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
    /// - When it is over, the account changes to the catalog's default plan at once, unless another subscription of the
    ///   same customer is active.
    /// - Parameters:
    ///   - others: the customer's other subscriptions, where this one is over.
    ///   - graceDays: the days of grace of plans that say nothing of it.
    ///   - askedAt: when the provider was asked.
    public func recordSubscription(
        _ subscription: PaymentSubscription, others: [PaymentSubscription] = [], provider: String, graceDays: Int,
        askedAt: Timestamp, event: PaymentMessage? = nil
    ) async throws -> SubscriptionOutcome {
        let (clock, cache) = (clock, catalogs)
        let (outcome, account) = try await store.write { writing -> (SubscriptionOutcome, AccountID?) in
            var account = subscription.account
            if account == nil, let customer = subscription.customer {
                account = try writing.account(ofCustomer: customer, provider: provider)
            }
            guard let account else { return (.nobody, nil) }
            let scope = try TransactionScope(of: [account], clock: clock, cache: cache, in: writing)
            guard try writing.account(account) != nil else { return (.nobody, nil) }
            if let event, try writing.paymentMessage(provider: provider, id: event.id) != nil { return (.applied, nil) }
            let following = SubscriptionFollowing(
                subscription: subscription, others: others, provider: provider, graceDays: graceDays, askedAt: askedAt)
            let outcome = try following.run(on: account, in: scope)
            // What could not be done is not remembered as done: the message may come again.
            if var event, outcome.isDone {
                event.subject = account.rawValue
                try writing.append(event)
            }
            return (outcome, account)
        }
        if let account { feed.changed(CollectionOfOne(account)) }
        return outcome
    }

    /// What a plan costs at the provider, and what ties the account to it.
    /// - Throws: ``Rejection/unknownPlan(_:)``, ``Rejection/accountNotFound(_:)``, ``PurchaseRefusal/demoAccount``,
    ///   ``PaymentProblem`` when the plan has no price at a provider.
    func subscriptionOffer(
        of planID: PlanID, to account: AccountID
    ) async throws -> (price: String, profile: BillingProfile) {
        let (now, cache) = (clock.now(), catalogs)
        return try await read(about: account) { reading in
            let catalog = try cache.history(keptIn: reading, at: now).inForce(at: now)
            guard let plan = catalog.plans[planID] else { throw Rejection.unknownPlan(planID) }
            guard let price = plan.providerPrice else {
                throw PaymentProblem(.unsupported, "The plan '\(planID)' has no provider_price.")
            }
            guard let state = try reading.account(account)?.state else { throw Rejection.accountNotFound(account) }
            if state.settings.isDemo { throw PurchaseRefusal.demoAccount }
            return (price, try reading.billingProfile(of: account) ?? BillingProfile(account: account))
        }
    }

    /// Ties of accounts to subscriptions whose price no plan had, page by page.
    /// - Returns: some of them, and the account after which to go on; `nil` when there are no more.
    func waitingSubscriptions(after account: AccountID?) async throws -> (found: [BillingProfile], last: AccountID?) {
        let limit = 500
        do {
            return try await store.read { reading in
                let page = try reading.billingProfiles(after: account, limit: limit)
                let waiting = page.filter { $0.subscription?.isWaiting == true }
                return (waiting, page.count < limit ? nil : page.last?.account)
            }
        } catch {
            guard DamagedAccounts.isDamage(error) else { throw error }
            let page = try await readEach(after: account, limit: limit) { reading, id in
                try reading.billingProfile(of: id).flatMap { $0.subscription?.isWaiting == true ? $0 : nil }
            }
            return (page.found, page.last)
        }
    }
}

/// What follows for an account from how a provider's subscription stands.
private struct SubscriptionFollowing {
    let subscription: PaymentSubscription
    let others: [PaymentSubscription]
    let provider: String
    let graceDays: Int
    let askedAt: Timestamp

    func run(on id: AccountID, in scope: TransactionScope) throws -> SubscriptionOutcome {
        var profile = try scope.writing.billingProfile(of: id) ?? BillingProfile(account: id)
        let before = profile.subscription
        func isKnown(_ one: PaymentSubscription) -> Bool { one.plan(in: scope.catalog) != nil }
        if !subscription.decides(over: before, askedAt: askedAt, isKnown: isKnown(subscription)) {
            return subscription.isLive && !isKnown(subscription) ? .unknownPrice : .superseded
        }
        // Of a damaged catalog nobody knows which prices it has.
        var account = try scope.account(id)
        try account.advance()
        let alive = others.filter { other in
            other.isLive && other.id != subscription.id && (other.account ?? id) == id
        }
        let next = alive.filter(isKnown).max { $0.precedes($1) } ?? alive.max { $0.precedes($1) }
        let deciding = subscription.isLive ? subscription : next ?? subscription
        profile.provider = provider
        profile.customer = deciding.customer ?? profile.customer
        var linked = BillingProfile.LinkedSubscription(deciding, askedAt: max(askedAt, before?.askedAt ?? askedAt))
        let plan = deciding.plan(in: scope.catalog).flatMap { scope.catalog.plans[$0] }
        linked.isWaiting = deciding.isLive && plan == nil
        profile.subscription = linked
        try scope.writing.save(profile)
        if linked.isWaiting { return .unknownPrice }
        if let verb = verb(for: deciding, on: plan, before: before, account, scope) {
            _ = try scope.carryOut(
                .subscription(verb), origin: Origin(actor: "\(provider):\(deciding.id)"), on: &account,
                note: .itself(subject: deciding.id, reason: deciding.status))
            try scope.save([account])
        }
        return .applied
    }

    /// What is to be done; `nil` when the account is as it should be.
    private func verb(
        for deciding: PaymentSubscription, on plan: Plan?, before: BillingProfile.LinkedSubscription?,
        _ account: AccountTransaction, _ scope: TransactionScope
    ) -> SubscriptionVerb? {
        // A subscription that is over ends only a plan that came from a subscription.
        guard deciding.isLive, let plan else { return before?.isLive ?? false ? .expire : nil }
        let standing = deciding.standing(on: plan, graceDays: graceDays)
        let next = account.state.subscription(following: standing, at: account.moment, catalog: scope.catalog)
        if next != nil { return .follow(standing) }
        return account.state.subscription.plan == plan.id ? .expire : nil
    }
}

extension PaymentSubscription {
    /// Whether it gives a right to a plan.
    var isLive: Bool { standing == .good || standing == .late }

    /// Whether it was made before another one.
    func precedes(_ other: PaymentSubscription) -> Bool { (createdAt, id) < (other.createdAt, other.id) }

    /// Whether this subscription now decides the account's plan, instead of the previous one.
    /// One that the catalog has no plan for may be for something else, and displaces none that it has a plan for.
    func decides(over linked: BillingProfile.LinkedSubscription?, askedAt: Timestamp, isKnown: Bool) -> Bool {
        guard let linked else { return standing != .waiting }
        if linked.id == id {
            if isFinal { return true }
            return !linked.isFinal && askedAt >= linked.askedAt ?? askedAt
        }
        if !isLive { return false }
        if !linked.isLive || linked.isWaiting { return true }
        return isKnown && (createdAt, id) > (linked.createdAt, linked.id)
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
