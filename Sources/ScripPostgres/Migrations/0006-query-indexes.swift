/// Indexes for what is asked of audit records, purchases and tracking failures by one property of theirs.
enum Migration0006 {
    static let sql = """
        CREATE INDEX audit_records_chain ON scrip.audit_records (chain, recorded_at, seq);
        CREATE INDEX audit_records_actor ON scrip.audit_records (actor, recorded_at, chain, seq) WHERE actor IS NOT NULL;
        CREATE INDEX audit_records_action ON scrip.audit_records (action, recorded_at, chain, seq);
        CREATE INDEX purchases_status ON scrip.purchases (status, created_at, purchase_id);
        CREATE INDEX tracking_failures_reason ON scrip.tracking_failures (reason, number);
        CREATE INDEX tracking_failures_account ON scrip.tracking_failures (account_id, number)
            WHERE account_id IS NOT NULL;
        """
}
