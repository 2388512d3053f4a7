extension Posting {
    /// Takes back what is free of a grant, and ends it: what is held serves its holds still, and what they do not use
    /// lapses as soon as they close. A grant whose credits are all held is ended with nothing taken back now.
    mutating func voidGrant(_ id: GrantID, reason: String?) throws(Rejection) {
        try Limits.requireLength(reason, field: "reason", bytes: Limits.textBytes)
        for balance in state.typeBalances {
            guard let grant = balance.grants.first(where: { $0.id == id }) else { continue }
            if grant.isScheduled { return cancel(grant, of: balance.creditType, reason: reason) }
            if grant.isOver { throw .grantClosed }
            void(
                grant.free, lapsing: Credits(nanocredits: grant.held.nanocredits - grant.lapsing.nanocredits),
                of: grant, balance.creditType, reason: reason, answers: true)
            return
        }
        guard id.seq <= state.seq, let made = context.entry(id.seq), made.terms != nil else { throw .grantNotFound }
        throw .grantClosed
    }

    private mutating func cancel(_ grant: Grant, of creditType: CreditTypeID, reason: String?) {
        var entry = draft(.grantVoided, of: creditType)
        entry.subject = grant.id.seq
        entry.reason = reason
        entry.draws = [Draw(.grant(grant.id, grant.terms.source), amount: grant.remaining)]
        answer(entry)
    }
}
