import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `GET /api/user/usage`: credits, tokens and subscription of the user.
enum UserUsage {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        let id = try call.account()
        let snapshot = try await call.engine.account(id)
        let catalog = call.engine.catalogs.history.inForce(at: snapshot.at)
        let creditType = try CreditBalances.creditType(call, snapshot)
        let balance = snapshot.state.balance(of: creditType)
        let rows = try await call.engine.usage(of: id, from: 0, through: snapshot.at.day)
            .filter { $0.creditType == creditType }
        let use = TokenUse(catalog)
        let start = balance.allowance?.period.start ?? snapshot.state.openedAt
        let monthly = use.tokens(
            of: try await call.engine.usage(of: id, since: start, through: snapshot.at.day)
                .filter { $0.creditType == creditType })
        let subscription = snapshot.state.subscription
        let own = try await view(call, of: snapshot.state)
        return Answer.object { writer in
            writer.number("creditsRemaining", balance.isUnlimited ? nil : balance.available)
            writer.member("unlimited", balance.isUnlimited)
            writer.member("tokensUsed", monthly)
            writer.member("totalTokensUsed", use.tokens(of: rows))
            writer.member("monthlyTokensUsed", monthly)
            writer.member("monthlyResetDate", balance.allowance?.period.end)
            writer.member("subscriptionTier", subscription.plan?.rawValue)
            writer.member("isSubscribed", isSubscribed(subscription, catalog))
            writer.member("subscriptionEndsAt", subscription.endsAt)
            if let own { writer.member("data", array: own.rows) { $0.usageTotals($1, by: own.grouping) } }
        }
    }

    /// What users may have their usage kept apart by.
    private static let dimensions: [UsageGrouping.Dimension] = [
        .hour, .day, .week, .month, .action, .creditType, .model, .provider, .resourceType,
    ]

    /// The user's usage as it is to be kept apart; `nil` unless that is asked for. Of an organization's account it is
    /// what the user did, and not what others did.
    private static func view(
        _ call: Call, of state: AccountState
    ) async throws -> (grouping: UsageGrouping, rows: [GroupedUsage])? {
        guard call.query["group_by"] != nil else { return nil }
        let grouping = try UsageTotalsPages.grouping(call, allowing: dimensions)
        let user = state.settings.kind == .organization ? call.user?.subject : nil
        let period = try UsageTotalsPages.period(call)
        return (grouping, try await call.engine.usage(of: state.id, in: period, by: grouping, of: user))
    }

    /// Whether the plan is one that is paid for: one with a price, or without prices any but the default one.
    private static func isSubscribed(_ subscription: Subscription, _ catalog: Catalog) -> Bool {
        guard let plan = subscription.plan else { return false }
        if let price = catalog.plans[plan]?.price { return price.minorUnits > 0 }
        return plan != catalog.defaultPlan
    }
}
