extension Posting {
    /// Takes credits back from certain grants.
    ///
    /// What is free there goes first. What open holds reserve there counts as left, but cannot be drawn: as much is
    /// taken elsewhere, or becomes debt. What was used is taken elsewhere only when the order allows debt.
    /// Nothing is written when nothing is left to take.
    mutating func takeBack(_ order: TakeBackOrder) throws(Rejection) {
        try Limits.requirePositiveMovement(order.amount, field: "amount")
        try Limits.requireLength(order.reason, field: "reason", bytes: Limits.textBytes)
        var rest = order.amount.nanocredits
        var held: Int128 = 0
        var own = draft(.grantVoided, of: order.creditType)
        for grant in state.typeBalance(of: order.creditType).grants where order.grants.contains(grant.id) && rest > 0 {
            let part = min(grant.free.nanocredits, rest)
            if part > 0 {
                own.draws.append(Draw(.grant(grant.id, grant.terms.source), amount: Credits(nanocredits: part)))
                own.subject = own.subject ?? grant.id.seq
                rest -= part
            }
            held += Int128(grant.held.nanocredits)
        }
        own.amount = Credits(nanocredits: rest - order.amount.nanocredits)
        own.reason = order.reason
        let elsewhere = order.allowsDebt ? rest : Int64(clamping: min(Int128(rest), held))
        if own.subject != nil {
            if elsewhere == 0 { answer(own) } else { append(own) }
        }
        decision.takenBack = Credits(clamping: Int128(order.amount.nanocredits) - Int128(rest) + Int128(elsewhere))
        if elsewhere > 0 { try takeElsewhere(Credits(nanocredits: elsewhere), order: order) }
    }

    private mutating func takeElsewhere(_ amount: Credits, order: TakeBackOrder) throws(Rejection) {
        var balance = state.typeBalance(of: order.creditType)
        if amount > balance.roomForDebt { throw .amountOutOfRange(field: "amount") }
        balance.allowance = nil
        var entry = draft(.adjustment, of: order.creditType)
        entry.subject = order.grants.first?.seq
        entry.amount = try amount.negated()
        entry.draws = balance.draws(taking: amount)
        entry.reason = order.reason
        answer(entry)
    }
}
