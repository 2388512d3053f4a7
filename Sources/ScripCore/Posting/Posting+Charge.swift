extension Posting {
    /// Takes credits for usage.
    mutating func charge(_ usage: Usage) throws(Rejection) {
        if origin.caller.kind == .user { try catalog.requireUsersMayAsk(usage) }
        try charge(usage, isTracked: false)
    }

    /// Takes credits for usage that is still to happen, or has happened already and is only to be recorded.
    mutating func charge(_ usage: Usage, isTracked: Bool) throws(Rejection) {
        let rating = try state.rate(usage, context: context)
        if !isTracked, let barrier = state.barrier { throw barrier }
        decision.rating = rating
        if state.settings.isDemo {
            decision.isDemo = true
            return
        }
        decision.isObserved = state.isObserved(usage.action, context: context)
        if let refusal = state.refusal(
            of: rating, action: usage.action, happenedAt: usage.occurredAt, context: context)
        {
            if !isTracked && state.isEnforced(refusal, of: usage.action, context: context) { throw refusal }
            decision.wouldDeny = refusal
        }
        var entry = draft(.charge, of: rating.creditType, at: usage.occurredAt)
        entry.amount = try rating.amount.negated()
        entry.draws = state.typeBalance(of: rating.creditType).draws(
            taking: rating.amount, for: usage.occurredAt, context: context)
        entry.usage = usage
        entry.rating = rating
        entry.wouldDeny = decision.wouldDeny?.code
        try state.requireRoom(for: rating)
        answer(entry)
    }
}
