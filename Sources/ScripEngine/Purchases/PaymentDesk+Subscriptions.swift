import Logging
import ScripCore

extension PaymentDesk {
    /// Opens the place where a buyer subscribes to a plan.
    /// - Throws: ``Rejection/unknownPlan(_:)``, ``PaymentProblem`` when the plan has no price at the provider.
    public func subscribe(
        _ account: AccountID, to planID: PlanID, successURL: String? = nil, cancelURL: String? = nil
    ) async throws -> Checkout {
        let provider = try provider()
        let catalog = engine.catalogs.history.inForce(at: engine.clock.now())
        guard let plan = catalog.plans[planID] else { throw Rejection.unknownPlan(planID) }
        guard let price = plan.providerPrice else {
            throw PaymentProblem(.unsupported, "The plan '\(planID)' has no provider_price.")
        }
        if try await engine.account(account).state.settings.isDemo { throw PurchaseRefusal.demoAccount }
        let profile = try await engine.billingProfile(of: account)
        return try await provider.openSubscription(
            of: account, price: price,
            order: CheckoutOrder(
                successURL: successURL ?? settings.successURL, cancelURL: cancelURL ?? settings.cancelURL,
                customer: profile.provider == provider.name ? profile.customer : nil))
    }

    /// The address where an account's customer changes payment methods and subscriptions.
    public func portal(for account: AccountID, returnURL: String? = nil) async throws -> String {
        let profile = try await engine.billingProfile(of: account)
        guard let customer = profile.customer else {
            throw PaymentProblem(.unsupported, "The account has not paid anything yet.")
        }
        return try await provider(profile.provider).portal(
            for: customer, returnURL: returnURL ?? settings.successURL)
    }

    /// Asks the provider how a subscription stands and gives its account the plan that follows.
    /// - Returns: whether the subscription belongs to an account.
    func synchronize(
        subscription id: String, provider: any PaymentProvider, event: ProviderEvent? = nil
    ) async throws -> Bool {
        let askedAt = engine.clock.now()
        guard let subscription = try await provider.subscription(id) else { return false }
        var others: [ProviderSubscription] = []
        if !subscription.isLive, let customer = subscription.customer {
            others = try await provider.subscriptions(of: customer)
        }
        let outcome = try await engine.recordSubscription(
            subscription, others: others, provider: provider.name, graceDays: settings.graceDays, askedAt: askedAt,
            event: event)
        if outcome == .unknownPrice {
            logger.warning("no plan has the price of a subscription", metadata: ["subscription": "\(id)"])
        }
        return outcome != .nobody
    }
}
