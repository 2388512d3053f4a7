extension Catalog {
    /// Whether little of a balance is left: less than the credit type's share of the period's allowance, from whatever
    /// source. Without an allowance it is low when nothing is left.
    public func isLow(_ balance: Balance) -> Bool {
        if balance.isUnlimited { return false }
        guard let allowance = balance.limitedAllowance, allowance.isPositive else {
            return !balance.available.isPositive
        }
        let percent = creditTypes[balance.creditType]?.lowPercent ?? CreditType.usualLowPercent
        return Int128(balance.available.nanocredits) * 100 < Int128(allowance.nanocredits) * Int128(percent)
    }
}

extension Balance {
    /// How much the current period gives, where that is limited.
    public var limitedAllowance: Credits? {
        if case .limited(let amount) = allowance?.amount { amount } else { nil }
    }
}
