extension Posting {
    /// Reserves credits: they leave what is available at once and serve only this hold.
    mutating func hold(_ usage: Usage, seconds: Int64) throws(Rejection) {
        try Limits.requireHoldLength(seconds)
        let rating = try state.rate(usage, context: context)
        if let barrier = state.barrier { throw barrier }
        decision.rating = rating
        if state.settings.isDemo {
            decision.isDemo = true
            return
        }
        if state.holds.count >= Limits.openHolds { throw .tooManyOpenHolds(limit: Limits.openHolds) }
        decision.isObserved = state.isObserved(usage.action, context: context)
        if let refusal = state.refusal(of: rating, action: usage.action, context: context) {
            if state.isEnforced(refusal, of: usage.action, context: context) { throw refusal }
            decision.wouldDeny = refusal
        }
        try state.requireRoom(for: rating)
        var entry = draft(.hold, of: rating.creditType)
        entry.draws = state.typeBalance(of: rating.creditType).draws(taking: rating.amount)
            .map { Draw($0.place, amount: .zero, held: $0.amount) }
        entry.usage = usage
        entry.rating = rating
        entry.wouldDeny = decision.wouldDeny?.code
        entry.holdExpiresAt = now.adding(seconds: seconds)
        answer(entry)
        decision.hold = state.holds.last.map { HoldReport($0) }
    }
}
