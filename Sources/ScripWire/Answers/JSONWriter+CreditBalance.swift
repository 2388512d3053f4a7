import ScripCore
import ScripEngine
import ScripJSON

/// What users see of their balances.
extension JSONWriter {
    /// Writes the members of one balance: what is left by source, in all, and of the allowance.
    package mutating func creditBalance(_ balance: Balance, catalog: Catalog) {
        member("credit_type", balance.creditType.rawValue)
        for bucket in CreditBucket.allCases {
            name(bucket.rawValue)
            string(balance.left(of: bucket).description)
        }
        member("total", balance.isUnlimited ? nil : balance.available)
        member("held", balance.held)
        member("debt", balance.debt)
        member("unlimited", balance.isUnlimited)
        member("allowance", balance.limitedAllowance)
        member("used", balance.allowance?.used ?? .zero)
        member("resets_at", balance.allowance?.period.end)
        member("low", catalog.isLow(balance))
        member("exhausted", balance.isExhausted)
    }

    /// Writes the members of an account's balances: those of one credit type, and a list of all.
    package mutating func creditBalances(
        of snapshot: AccountSnapshot, creditType: CreditTypeID, catalog: Catalog
    ) {
        let state = snapshot.state
        member("account", state.id.rawValue)
        member("at", snapshot.at)
        member("version", state.seq)
        member("plan", state.subscription.plan?.rawValue)
        member("demo", state.settings.isDemo)
        creditBalance(state.balance(of: creditType), catalog: catalog)
        member("credit_types", array: state.balances) { $0.creditBalance($1, catalog: catalog) }
    }

    /// A member that is a JSON number: how the routes of the earlier systems write amounts.
    package mutating func number(_ name: StaticString, _ value: Credits?) {
        self.name(name)
        if let value { raw(value.description.utf8) } else { null() }
    }
}

extension Balance {
    /// Whether nothing is left.
    var isExhausted: Bool { !isUnlimited && !available.isPositive }
}
