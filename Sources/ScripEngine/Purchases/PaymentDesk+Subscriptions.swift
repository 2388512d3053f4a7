import Logging
import ScripCore
import Synchronization

extension PaymentDesk {
    /// Opens the place where a buyer subscribes to a plan.
    /// - Throws: ``Rejection/unknownPlan(_:)``, ``PaymentProblem`` when the plan has no price at the provider.
    public func subscribe(
        _ account: AccountID, to planID: PlanID, successURL: String? = nil, cancelURL: String? = nil
    ) async throws -> Checkout {
        let provider = try provider()
        let (price, profile) = try await engine.subscriptionOffer(of: planID, to: account)
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
    func synchronize(
        subscription id: String, provider: any PaymentProvider, event: PaymentMessage? = nil
    ) async throws -> SubscriptionOutcome {
        let askedAt = engine.clock.now()
        guard let subscription = try await provider.subscription(id) else { return .nobody }
        var others: [PaymentSubscription] = []
        if !subscription.isLive, let customer = subscription.customer {
            others = try await provider.subscriptions(of: customer)
        }
        let outcome = try await engine.recordSubscription(
            subscription, others: others, provider: provider.name, graceDays: settings.graceDays, askedAt: askedAt,
            event: event)
        if outcome == .unknownPrice {
            logger.warning("no plan has the price of a subscription", metadata: ["subscription": "\(id)"])
        }
        return outcome
    }

    /// Asks again after subscriptions whose price no plan had when they were last looked at.
    /// - Returns: the problems that are left, in words, and whether every payment provider answered. One that does not is
    ///   not asked after the others.
    func synchronizeWaitingSubscriptions() async throws -> (problems: [String], isAnswered: Bool) {
        var (problems, last): ([String], AccountID?) = ([], nil)
        var away: Set<String> = []
        repeat {
            let page = try await engine.waitingSubscriptions(after: last)
            for profile in page.found {
                guard let id = profile.subscription?.id, let name = profile.provider, let provider = providers[name],
                    !away.contains(name)
                else { continue }
                do {
                    if try await synchronize(subscription: id, provider: provider) == .unknownPrice {
                        problems.append("\(id): no plan of the catalog has its price")
                    }
                } catch let error as StoreError where error.code != .damaged {
                    throw error
                } catch let problem as PaymentProblem where problem.code == .unreachable {
                    away.insert(name)
                    problems.append("\(id): \(problem)")
                } catch {
                    problems.append("\(id): \(error)")
                }
            }
            last = page.last
        } while last != nil
        return (problems, away.isEmpty)
    }

    /// The same, once for each version of the catalog that comes into force, by one of all instances.
    func takeUpPrices() async throws {
        let (version, now) = (engine.catalogInForce.version, engine.clock.now())
        if pricesTakenUp.withLock({ $0.version >= version || $0.nextAttemptAt > now }) { return }
        let isDone: Bool
        do {
            isDone = try await JobTurn(version, of: "subscription_prices", engine: engine).run {
                let (problems, isAnswered) = try await self.synchronizeWaitingSubscriptions()
                for problem in problems {
                    self.logger.warning("a subscription waits", metadata: ["problem": "\(problem)"])
                }
                if !isAnswered { throw PaymentProblem(.unreachable, "A payment provider does not answer.") }
            }
        } catch let problem as PaymentProblem where problem.code == .unreachable {
            pricesTakenUp.withLock { $0.nextAttemptAt = now.adding(seconds: PaymentDesk.priceRetrySeconds) }
            return
        }
        let last = isDone ? version : try await engine.lastTurn(of: "subscription_prices")
        if let last, last >= version { pricesTakenUp.withLock { $0.version = max($0.version, version) } }
    }
}
