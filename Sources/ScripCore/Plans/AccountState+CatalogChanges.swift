/// What a new version of the catalog brings to an account that is there already. When it comes into force, plans that
/// it replaces are changed, balances of credit types that it replaces move, and allowances that the plan has gained
/// begin. An amount that it changes comes with the next period, and an allowance that it lacks ends with the period.
extension AccountState {
    /// The reason in entries that a version of the catalog wrote.
    static let catalogChanged = "catalog changed"

    /// When a version of the catalog asks for something that the account has not got yet; `nil` for not until then.
    /// - Parameter reached: up to when the account has been followed.
    func nextCatalogChange(
        after reached: Timestamp, until limit: Timestamp, in catalogs: CatalogHistory
    ) -> Timestamp? {
        if isBehind(catalogs.inForce(at: reached)) { return reached }
        for version in catalogs.versions where version.effectiveAt > reached && version.effectiveAt <= limit {
            if isBehind(catalogs.inForce(at: version.effectiveAt)) { return version.effectiveAt }
        }
        return nil
    }

    private func isBehind(_ catalog: Catalog) -> Bool {
        if !catalog.replacements.plans.isEmpty, subscription.replacing(catalog.replacements.plans) != subscription {
            return true
        }
        if !catalog.replacements.creditTypes.isEmpty,
            typeBalances.contains(where: { catalog.replacements.creditTypes[$0.creditType] != nil && $0.canMove })
        {
            return true
        }
        return gainsAllowance(in: catalog)
    }

    private func gainsAllowance(in catalog: Catalog) -> Bool {
        allowances(in: catalog).contains { allowance in
            !typeBalances.contains { $0.creditType == allowance.creditType && $0.allowance != nil }
        }
    }

    /// The period in which an allowance begins that comes to those that run: theirs, where they have the same rhythm.
    func period(of allowance: Allowance, at time: Timestamp) -> BillingPeriod {
        for balance in typeBalances {
            guard let other = balance.allowance, other.every == allowance.every else { continue }
            if other.period.start <= time && time < other.period.end { return other.period }
        }
        return periodRule(allowance.every).period(at: time)
    }
}
