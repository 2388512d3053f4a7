extension Posting {
    /// Gives credits, which first pay off debt; or promises them for later.
    mutating func grant(_ order: GrantOrder) throws(Rejection) {
        if !order.amount.isPositive { throw .invalid(field: "amount", rule: "must be more than 0") }
        if let priority = order.priority, priority < 0 || priority > Limits.priority {
            throw .invalid(field: "priority", rule: "must be from 0 to \(Limits.priority)")
        }
        let effectiveAt = max(order.effectiveAt ?? now, now)
        if let expiresAt = order.expiresAt, expiresAt <= effectiveAt {
            throw .invalid(field: "expires_at", rule: "must be after the grant takes effect")
        }
        try Limits.requireLength(order.reason, field: "reason", bytes: Limits.textBytes)
        if let metadata = order.metadata, metadata.utf8.count > Limits.metadataBytes { throw .metadataTooLarge }
        try Limits.requireMovement(order.amount, field: "amount")
        try catalog.requireCreditType(order.creditType)
        try state.requireRoom(of: order.creditType, amount: order.amount)
        let isLater = effectiveAt > now
        var entry = draft(isLater ? .grantScheduled : .grant, of: order.creditType, at: effectiveAt)
        let terms = GrantTerms(
            source: order.source, amount: order.amount,
            priority: order.priority ?? catalog.priority(of: order.source), effectiveAt: effectiveAt,
            expiresAt: order.expiresAt
        )
        if isLater { entry.terms = terms } else { give(terms, in: &entry) }
        entry.reason = order.reason
        if let metadata = order.metadata {
            var usage = Usage()
            usage.metadata = metadata
            entry.usage = usage
        }
        answer(entry)
    }
}
