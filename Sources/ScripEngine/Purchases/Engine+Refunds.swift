import ScripCore

extension Engine {
    /// For how many seconds at least a refund without an answer is waited for, before its absence at the provider means
    /// that it was never made. Longer than ``retrySeconds``, so that nobody is asking any more.
    static let refundPatienceSeconds: Int64 = 90_000

    /// Reserves a refund in a transaction of its own, before any provider is asked.
    /// - Returns: the purchase, the request's name, and whether it had been reserved before.
    /// - Throws: ``PurchaseRefusal``, ``Rejection/idempotencyKeyReused(_:)``.
    func reserveRefund(
        of purchase: Purchase, minorUnits: Int64?, key: IdempotencyKey?, origin: Origin
    ) async throws -> (purchase: Purchase, name: String, isRepeat: Bool) {
        let now = clock.now()
        return try await store.write { writing in
            guard var kept = try writing.purchase(purchase.id, of: purchase.account) else {
                throw PurchaseRefusal.notFound
            }
            let before = kept
            let name = try kept.reserveRefund(minorUnits, key: key, at: now)
            if kept != before, let request = kept.refundRequests[name] {
                try writing.save(kept)
                let change = AuditedChange.refundRequested(of: kept, minorUnits: request.minorUnits, name: name)
                try writing.audit(change, by: origin, at: now)
            }
            return (kept, name, kept == before)
        }
    }

    /// Notes what a provider answered to a refund.
    func refundAnswered(
        _ name: String, of purchase: Purchase, facts: PaymentFacts, origin: Origin
    ) async throws -> Purchase {
        try await change(purchase.account, purchase.id, origin: origin) { settlement in
            settlement.purchase.close(name, as: .settled)
            try settlement.writing.save(settlement.purchase)
            try settlement.settle(facts)
        }
    }

    /// Notes that a refund was not made, so that the money may be asked back again.
    func releaseRefund(_ name: String, of purchase: Purchase, origin: Origin) async throws -> Purchase {
        try await change(purchase.account, purchase.id, origin: origin) { settlement in
            settlement.purchase.close(name, as: .released)
            try settlement.writing.save(settlement.purchase)
            try settlement.settle(PaymentFacts())
        }
    }
}
