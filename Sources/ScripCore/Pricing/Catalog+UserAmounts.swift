extension Catalog {
    /// Makes sure that what one of the app's users asks for decides nothing about its price.
    ///
    /// A user names an action. An amount is accepted only up to the action's ``Action/maxUserAmount``; without one,
    /// only rates that need nothing else than the catalog decide. What was used is for the app's server to report.
    /// - Throws: ``Rejection/invalid(field:rule:)``, ``Rejection/unknownAction(_:)``.
    public func requireUsersMayAsk(_ usage: Usage) throws(Rejection) {
        if isDamaged { throw .catalogDamaged(version: version) }
        guard let id = usage.action else {
            throw .invalid(
                field: "feature_used", rule: "is required: users can take credits only for a feature")
        }
        let action = try action(id)
        if let amount = usage.amount {
            guard let limit = action.maxUserAmount else {
                throw .invalid(field: "tokens", rule: "cannot be set by users of this feature")
            }
            if amount > limit {
                throw .invalid(field: "tokens", rule: "may be at most \(limit) for users of this feature")
            }
        }
        if usage.quantity != 1 || usage.cost != nil || usage.reportedCost != nil || usage.model != nil
            || !usage.counts.isEmpty
        {
            throw .invalid(field: "usage", rule: "may be reported only by the app's server, not by its users")
        }
        if usage.amount == nil && !action.rate.needsNoUsage {
            throw .invalid(
                field: "feature_used",
                rule: "is priced by what was used, and only the app's server may report that")
        }
    }
}

extension Rate {
    /// Whether it gives a price without anything that was counted.
    var needsNoUsage: Bool {
        switch self {
        case .fixed, .compute: true
        case .perTokens, .perUnit, .modelTokens, .reportedCost: false
        }
    }
}
