extension TypeBalance {
    /// Whether anything of it can go to another credit type. What holds reserve serves them where it is.
    var canMove: Bool {
        allowance != nil || debt.isPositive || grants.contains { $0.isScheduled || $0.free.isPositive }
    }
}

/// Balances of a credit type that the catalog has replaced by another, one for one.
extension Posting {
    /// Moves what an account has of a credit type to another one: grants with their terms, scheduled ones and debt too.
    ///
    /// What was used of the old allowance counts as used of the new one. What holds reserve stays, and moves when they
    /// close.
    mutating func move(_ old: CreditTypeID, to new: CreditTypeID, at time: Timestamp) {
        let isCarried = carryAllowance(of: old, to: new, at: time)
        for grant in state.typeBalance(of: old).grants {
            let amount = grant.isScheduled ? grant.remaining : grant.free
            if amount.isZero { continue }
            var taken = draft(.grantVoided, of: old, at: time)
            taken.subject = grant.id.seq
            if !grant.isScheduled { taken.amount = Credits(nanocredits: -amount.nanocredits) }
            taken.reason = AccountState.catalogChanged
            taken.draws = [Draw(.grant(grant.id, grant.terms.source), amount: amount)]
            append(taken)
            if isCarried && grant.terms.source == .monthly && !grant.isScheduled { continue }
            var terms = grant.terms
            terms.amount = amount
            if grant.isCurrentAllowance && !isCarried { terms.source = .adjustment }
            var given = draft(
                grant.isScheduled ? .grantScheduled : .grant, of: new,
                at: grant.isScheduled ? terms.effectiveAt : time)
            given.reason = AccountState.catalogChanged
            if grant.isScheduled { given.terms = terms } else { give(terms, in: &given) }
            if given.terms != nil { append(given) }
        }
        moveDebt(of: old, to: new, at: time)
    }

    /// Ends an allowance, and begins the one of the other credit type in its place where the plan gives one that has
    /// not begun: in the same period, less what was used and what holds reserve.
    /// - Returns: whether the other one was begun so.
    private mutating func carryAllowance(of old: CreditTypeID, to new: CreditTypeID, at time: Timestamp) -> Bool {
        let before = state.typeBalance(of: old)
        guard let had = before.allowance else { return false }
        let catalog = catalog(at: time)
        var ending = draft(.allowance, of: old, at: time)
        ending.remembered = before.usedPeriods.telling(at: time)
        append(ending)
        guard let allowance = state.allowances(in: catalog).first(where: { $0.creditType == new }),
            allowance.every == had.every, had.period.end > time,
            state.typeBalance(of: new).allowance == nil
        else { return false }
        var entry = draft(.allowance, of: new, at: time)
        entry.reason = AccountState.catalogChanged
        entry.allowance = AllowanceState(
            amount: allowance.amount, period: had.period, every: had.every, used: had.used)
        entry.remembered = before.remembered.telling(at: time)
        if case .limited(let amount) = allowance.amount {
            let monthly = state.typeBalance(of: old).grants.filter { $0.terms.source == .monthly }
            let held = monthly.reduce(Int128(0)) { $0 + Int128($1.held.nanocredits) }
            let left = Int128(amount.nanocredits) - Int128(had.used.nanocredits) - held
            if left > 0 {
                let terms = GrantTerms(
                    source: .monthly, amount: Credits(clamping: left), priority: catalog.priority(of: .monthly),
                    effectiveAt: time, expiresAt: had.period.end)
                give(terms, in: &entry)
            }
        }
        append(entry)
        return true
    }

    private mutating func moveDebt(of old: CreditTypeID, to new: CreditTypeID, at time: Timestamp) {
        let debt = state.typeBalance(of: old).debt
        if !debt.isPositive { return }
        var forgiven = draft(.writeOff, of: old, at: time)
        forgiven.amount = debt
        forgiven.draws = [Draw(.debt, amount: Credits(nanocredits: -debt.nanocredits))]
        forgiven.reason = AccountState.catalogChanged
        append(forgiven)
        var balance = state.typeBalance(of: new)
        balance.allowance = nil
        let owed = min(debt, balance.roomForDebt)
        if owed.isZero { return }
        var taken = draft(.adjustment, of: new, at: time)
        taken.amount = Credits(nanocredits: -owed.nanocredits)
        taken.draws = balance.draws(taking: owed)
        taken.reason = AccountState.catalogChanged
        append(taken)
    }
}
