import ScripCore

extension LedgerWriting {
    /// Adds the record of a change to its chain, in the transaction that makes the change.
    ///
    /// A store with several writers must hold the lock of the change's account, or of the chain of everything else,
    /// until the transaction ends; see `docs/decisions/0009-audit.md`.
    public func audit(_ change: AuditedChange, by origin: Origin, at now: Timestamp) throws {
        let chain = AuditChain(change.account)
        let head = try auditHead(of: chain)
        var change = change
        change.reason = change.reason ?? origin.reason
        let record = AuditRecord(
            seq: (head?.seq ?? 0).addingClamped(1), recordedAt: now, change: change, actor: origin.actor,
            caller: origin.caller,
            idempotencyKey: origin.idempotencyKey?.rawValue
        )
        try append(StoredAuditRecord(record, after: head?.digest ?? .none))
    }
}
