/// The balance in the words of those who count tokens. SQL's `ai_tokens` says the same.
extension Balance {
    /// What there is to use in the present period: the plan's allowance, and the open grants besides it, corrections by hand
    /// left out; `nil` when there is no limit. Grants that are used up or over count no more.
    public var allocated: Credits? {
        if isUnlimited { return nil }
        var total: Int128 = 0
        if case .limited(let amount) = allowance?.amount { total += Int128(amount.nanocredits) }
        for grant in counting where grant.terms.source != .monthly && grant.terms.source != .adjustment {
            total += Int128(grant.terms.amount.nanocredits)
        }
        return Credits(clamping: total)
    }

    /// What was used of that, and beyond the balance.
    public var usedInAll: Credits {
        var total = Int128(debt.nanocredits) + Int128(allowance?.used.nanocredits ?? 0)
        for grant in counting where grant.terms.source != .monthly {
            total += Int128(grant.terms.amount.nanocredits) - Int128(grant.remaining.nanocredits)
        }
        return Credits(clamping: total)
    }

    /// When the period ends; without an allowance, when the first of the open grants does.
    public var refreshesAt: Timestamp? {
        allowance?.period.end ?? counting.compactMap(\.terms.expiresAt).min()
    }

    /// The grants that neither wait nor are over.
    private var counting: [Grant] { grants.filter { !$0.hasExpired && !$0.isScheduled } }
}
