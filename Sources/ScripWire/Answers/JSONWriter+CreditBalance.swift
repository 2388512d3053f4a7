import ScripCore
import ScripEngine
import ScripJSON

/// What users see of their balances.
extension JSONWriter {
    /// Writes the members of one balance: what is left by source, in all, and of the allowance.
    package mutating func creditBalance(_ balance: Balance) {
        func left(_ sources: GrantSource...) -> Credits {
            Credits(nanocredits: sources.reduce(0) { $0.addingClamped((balance.sources[$1] ?? .zero).nanocredits) })
        }
        member("credit_type", balance.creditType.rawValue)
        member("monthly", left(.monthly, .rollover))
        member("purchased", left(.purchased))
        member("bonus", left(.bonus, .promotional, .refund, .adjustment))
        member("total", balance.isUnlimited ? nil : balance.available)
        member("held", balance.held)
        member("debt", balance.debt)
        member("unlimited", balance.isUnlimited)
        member("allowance", balance.limitedAllowance)
        member("used", balance.allowance?.used ?? .zero)
        member("resets_at", balance.allowance?.period.end)
        member("low", balance.isLow)
        member("exhausted", balance.isExhausted)
    }

    /// Writes the members of an account's balances: those of one credit type, and a list of all.
    package mutating func creditBalances(of snapshot: AccountSnapshot, creditType: CreditTypeID) {
        let state = snapshot.state
        member("account", state.id.rawValue)
        member("at", snapshot.at)
        member("version", state.seq)
        member("plan", state.subscription.plan?.rawValue)
        member("demo", state.settings.isDemo)
        creditBalance(state.standing(of: creditType))
        member("credit_types", array: state.standings) { $0.creditBalance($1) }
    }

    /// A member that is a JSON number: how the routes of the earlier systems write amounts.
    package mutating func number(_ name: StaticString, _ value: Credits?) {
        self.name(name)
        if let value { raw(value.description.utf8) } else { null() }
    }
}

extension Balance {
    /// How much the current period gives, where that is limited.
    var limitedAllowance: Credits? {
        if case .limited(let amount) = allowance?.amount { amount } else { nil }
    }

    /// Whether less than a fifth of the period's allowance is left, from whatever source.
    var isLow: Bool {
        if isUnlimited { return false }
        guard let allowance = limitedAllowance, allowance.isPositive else { return !available.isPositive }
        return Int128(available.nanocredits) * 5 < Int128(allowance.nanocredits)
    }

    /// Whether nothing is left.
    var isExhausted: Bool { !isUnlimited && !available.isPositive }
}
