extension AccountState {
    /// Checks the usage and prices it by the version of the catalog in force when it happened.
    func rate(_ usage: Usage, context: DecisionContext) throws(Rejection) -> Rating {
        try Limits.require(usage)
        if let occurredAt = usage.occurredAt {
            if occurredAt > context.now.adding(seconds: Limits.futureSeconds) {
                throw .invalid(field: "occurred_at", rule: "must not be in the future")
            }
            if occurredAt < .earliest { throw .invalid(field: "occurred_at", rule: "must not be before 1970") }
        }
        return try context.catalogs.rate(usage, at: context.now, books: context.book)
    }

    /// Why a charge or a hold of a rated amount would be refused; `nil` when it would not.
    func refusal(
        of rating: Rating, action: ActionID?, happenedAt: Timestamp? = nil, context: DecisionContext
    ) -> Rejection? {
        if let barrier { return barrier }
        let plan = subscription.plan.flatMap { context.catalog.plans[$0] }
        if let id = subscription.plan, plan == nil { return .planUnavailable(id) }
        if let plan, let action, !plan.allows(action) {
            return .notEntitled(action: action, plan: plan.id, planName: plan.name)
        }
        let balance = typeBalance(of: rating.creditType)
        if balance.isUnlimited { return nil }
        var limit: Credits?
        if case .allow(let stated) = plan?.overage { limit = stated }
        let overage = max(0, (limit ?? .zero).nanocredits - balance.debt.nanocredits)
        let late = balance.lapsed(at: happenedAt, context: context)?.left ?? .zero
        let capacity = balance.unreserved + Int128(overage) + Int128(late.nanocredits)
        if rating.amount.isZero || Int128(rating.amount.nanocredits) <= capacity { return nil }
        return .insufficientCredits(
            Rejection.Shortfall(
                creditType: rating.creditType, required: rating.amount, available: balance.available,
                resetsAt: balance.allowance?.period.end, overageLimit: limit
            )
        )
    }
}

/// The answer to the question whether something would be allowed.
public struct Check: Hashable, Sendable {
    /// Whether it would be.
    public var isAllowed: Bool
    /// Why not; in observe mode also when it is allowed all the same.
    public var refusal: Rejection?
    /// What it would cost.
    public var rating: Rating
    /// What can be taken now; `nil` when there is no limit.
    public var available: Credits?
    /// What would be left; `nil` when there is no limit or it would not be allowed.
    public var remaining: Credits?
    /// Whether the account is never charged.
    public var isDemo: Bool
}

extension AccountState {
    /// Answers whether a charge would be allowed, and changes nothing. The account must have been advanced to now.
    /// - Throws: a ``Rejection`` when the question itself cannot be answered, for example for an unknown action.
    public func check(_ usage: Usage, context: DecisionContext) throws(Rejection) -> Check {
        if !exists { throw .accountNotFound(id) }
        let rating = try rate(usage, context: context)
        let balance = typeBalance(of: rating.creditType)
        let available = balance.isUnlimited ? nil : balance.available
        if let barrier {
            return Check(
                isAllowed: false, refusal: barrier, rating: rating, available: available, remaining: nil,
                isDemo: settings.isDemo
            )
        }
        if settings.isDemo {
            return Check(
                isAllowed: true, refusal: nil, rating: rating, available: available, remaining: available, isDemo: true
            )
        }
        let refusal = refusal(of: rating, action: usage.action, happenedAt: usage.occurredAt, context: context)
        let isAllowed = refusal.map { !isEnforced($0, of: usage.action, context: context) } ?? true
        var remaining: Credits?
        if isAllowed, let available {
            let late = balance.lapsed(at: usage.occurredAt, context: context)?.left ?? .zero
            remaining = try available.subtracting(rating.amount.subtracting(min(late, rating.amount)))
        }
        return Check(
            isAllowed: isAllowed, refusal: refusal, rating: rating, available: available, remaining: remaining,
            isDemo: false
        )
    }
}
