extension Posting {
    /// Adds or takes credits by hand.
    mutating func adjust(_ creditType: CreditTypeID, by amount: Credits, reason: String) throws(Rejection) {
        if amount.isZero { throw .invalid(field: "amount", rule: "must not be 0") }
        if reason.isEmpty { throw .invalid(field: "reason", rule: "is required") }
        try Limits.requireLength(reason, field: "reason", bytes: Limits.textBytes)
        if amount.nanocredits == .min { throw .amountOutOfRange(field: "amount") }
        try Limits.requireMovement(Credits.magnitude(amount), field: "amount")
        try catalog.requireCreditType(creditType)
        var entry = draft(.adjustment, of: creditType)
        entry.reason = reason
        if amount.isPositive {
            try state.requireRoom(of: creditType, amount: amount)
            let terms = GrantTerms(
                source: .adjustment, amount: amount, priority: catalog.priority(of: .adjustment),
                effectiveAt: now, expiresAt: nil
            )
            give(terms, in: &entry)
        } else {
            var balance = state.typeBalance(of: creditType)
            let taken = Credits.magnitude(amount)
            if Int128(taken.nanocredits) > balance.unreserved {
                throw .insufficientCredits(
                    Rejection.Shortfall(
                        creditType: creditType, required: taken, available: balance.available,
                        resetsAt: balance.allowance?.period.end, overageLimit: nil
                    )
                )
            }
            balance.allowance = nil
            entry.amount = amount
            entry.draws = balance.draws(taking: taken)
        }
        answer(entry)
    }
}
