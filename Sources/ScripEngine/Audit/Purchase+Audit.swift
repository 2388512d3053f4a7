import ScripCore
import ScripJSON

extension AuditedChange {
    /// What became of a purchase; none when nothing did that a person would ask about.
    static func changes(from before: Purchase, to after: Purchase) -> [AuditedChange] {
        var actions: [AuditAction] = []
        if before.facts.stage != after.facts.stage {
            switch after.facts.stage {
            case .paid: actions.append(.purchasePaid)
            case .failed, .expired: actions.append(.purchaseFailed)
            case .created, .pending: break
            }
        }
        if before.facts.refunds != after.facts.refunds { actions.append(.purchaseRefunded) }
        if before.facts.disputes != after.facts.disputes { actions.append(.purchaseDisputed) }
        if before.acceptedPayment != after.acceptedPayment { actions.append(.purchaseAccepted) }
        if before.problem != after.problem && after.problem != nil { actions.append(.purchaseProblem) }
        let released = after.refundRequests.contains { name, request in
            request.state == .released && before.refundRequests[name]?.state != .released
        }
        if released { actions.append(.purchaseRefundReleased) }
        // Credits can go back late, when the ledger refused at first.
        if actions.isEmpty && before.takenBack != after.takenBack { actions.append(.purchaseRefunded) }
        return actions.map { action in
            AuditedChange(
                action, account: after.account, subject: after.id, before: AuditValues.purchase(before),
                after: AuditValues.purchase(after))
        }
    }

    /// Somebody's wish to buy.
    static func created(_ purchase: Purchase) -> AuditedChange {
        AuditedChange(
            .purchaseCreated, account: purchase.account, subject: purchase.id, after: AuditValues.purchase(purchase))
    }

    /// Somebody's wish to have money sent back.
    static func refundRequested(of purchase: Purchase, minorUnits: Int64, name: String) -> AuditedChange {
        AuditedChange(
            .purchaseRefundRequested, account: purchase.account, subject: purchase.id,
            after: AuditValues.object(("minor_units", .number(String(minorUnits))), ("name", .string(name))))
    }

    /// A change of what is bought when the balance is low; `nil` when nothing was changed.
    static func topUp(
        of account: AccountID, from before: BillingProfile.TopUp?, to after: BillingProfile.TopUp?
    ) -> AuditedChange? {
        let (old, new) = (AuditValues.topUp(before), AuditValues.topUp(after))
        if old == new { return nil }
        return AuditedChange(.topUpChanged, account: account, before: old, after: new)
    }

    /// Why nothing is bought though the balance is low; `nil` when that is no news.
    static func topUpProblem(
        of account: AccountID, from before: BillingProfile.TopUp?, to after: BillingProfile.TopUp?
    ) -> AuditedChange? {
        guard let after, let problem = after.problem, problem != before?.problem else { return nil }
        return AuditedChange(
            .topUpProblem, account: account, subject: after.lastPurchase,
            before: before?.problem.map { AuditValues.topUpProblem($0, before?.state ?? .off) },
            after: AuditValues.topUpProblem(problem, after.state))
    }
}

extension Engine {
    /// Records that a session token is made for a user. The token itself, and anything it could be made of, are not kept.
    /// - Throws: ``Rejection/accountNotFound(_:)``.
    public func recordSession(
        for account: AccountID, user: String, isReadOnly: Bool, expiresAt: Timestamp, origin: Origin
    ) async throws {
        let now = clock.now()
        let after = AuditValues.object(
            ("user", .string(user)), ("read_only", .bool(isReadOnly)), ("expires_at", AuditValues.time(expiresAt)))
        try await store.write { writing in
            if try writing.account(account) == nil { throw Rejection.accountNotFound(account) }
            try writing.audit(AuditedChange(.sessionCreated, account: account, after: after), by: origin, at: now)
        }
    }
}
