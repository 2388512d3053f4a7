extension AccountState {
    /// Gives credits, which first pay off debt; or promises them for later.
    mutating func grant(_ order: GrantOrder, origin: Origin, context: DecisionContext) throws(Rejection) -> Decision {
        if !order.amount.isPositive { throw .invalid(field: "amount", rule: "must be more than 0") }
        if let priority = order.priority, priority < 0 || priority > Limits.priority {
            throw .invalid(field: "priority", rule: "must be from 0 to \(Limits.priority)")
        }
        let effectiveAt = max(order.effectiveAt ?? context.now, context.now)
        if let expiresAt = order.expiresAt, expiresAt <= effectiveAt {
            throw .invalid(field: "expires_at", rule: "must be after the grant becomes effective")
        }
        try Limits.requireLength(order.reason, field: "reason", bytes: Limits.textBytes)
        if let metadata = order.metadata, metadata.utf8.count > Limits.metadataBytes { throw .metadataTooLarge }
        try Limits.requireMovement(order.amount, field: "amount")
        try context.catalog.requireCreditType(order.creditType)
        try requireRoom(of: order.creditType, amount: order.amount)
        let isLater = effectiveAt > context.now
        var entry = Entry(
            kind: isLater ? .grantScheduled : .grant, creditType: order.creditType, effectiveAt: effectiveAt,
            recordedAt: context.now
        )
        let terms = GrantTerms(
            source: order.source, amount: order.amount,
            priority: order.priority ?? context.catalog.priority(of: order.source), effectiveAt: effectiveAt,
            expiresAt: order.expiresAt
        )
        if isLater { entry.terms = terms } else { give(terms, entry: &entry) }
        entry.reason = order.reason
        if let metadata = order.metadata {
            var usage = Usage()
            usage.metadata = metadata
            entry.usage = usage
        }
        var decision = Decision()
        answer(entry, origin: origin, decision: &decision)
        return decision
    }

    /// Makes sure that so many more grants can be kept, and credits that come in be counted.
    func requireRoom(
        forGrants count: Int = 1, of creditType: CreditTypeID, amount: Credits
    ) throws(Rejection) {
        if count > 0 && openGrantCount + count > Limits.openGrants {
            throw .tooManyOpenGrants(limit: Limits.openGrants)
        }
        if amount > balance(of: creditType).room { throw .amountOutOfRange(field: "amount") }
    }

    /// Takes back what is free of a grant, and ends it: what is held serves its holds still, and what they do not use
    /// lapses as soon as they are settled. A grant whose credits are all held is ended with nothing taken back now.
    mutating func voidGrant(
        _ id: GrantID, reason: String?, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        try Limits.requireLength(reason, field: "reason", bytes: Limits.textBytes)
        for balance in balances {
            guard let grant = balance.grants.first(where: { $0.id == id }) else { continue }
            var decision = Decision()
            if grant.isScheduled {
                cancel(grant, of: balance.creditType, reason: reason, origin: origin, context: context, &decision)
                return decision
            }
            if grant.isOver { throw .grantClosed }
            void(
                grant.free, lapsing: Credits(nanocredits: grant.held.nanocredits - grant.lapsing.nanocredits),
                of: grant, creditType: balance.creditType, at: context.now, recordedAt: context.now,
                reason: reason, origin: origin, entries: &decision.entries
            )
            decision.answer = decision.entries.last
            return decision
        }
        guard id.seq <= seq, let made = context.entry(id.seq), made.terms != nil else { throw .grantNotFound }
        throw .grantClosed
    }

    private mutating func cancel(
        _ grant: Grant, of creditType: CreditTypeID, reason: String?, origin: Origin, context: DecisionContext,
        _ decision: inout Decision
    ) {
        var entry = Entry(
            kind: .grantVoided, creditType: creditType, effectiveAt: context.now, recordedAt: context.now
        )
        entry.subject = grant.id.seq
        entry.reason = reason
        entry.draws = [Draw(.grant(grant.id, grant.terms.source), amount: grant.remaining)]
        answer(entry, origin: origin, decision: &decision)
    }
}
