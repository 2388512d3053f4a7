/// Indexes for what is asked of audit records, purchases and tracking failures by one property of theirs.
enum Migration0009 {
    static let sql = """
        CREATE INDEX audit_records_chain ON audit_records (chain, recorded_at, seq);
        CREATE INDEX audit_records_actor ON audit_records (actor, recorded_at, chain, seq) WHERE actor IS NOT NULL;
        CREATE INDEX audit_records_action ON audit_records (action, recorded_at, chain, seq);
        CREATE INDEX purchases_status ON purchases (status, created_at, purchase_id);
        CREATE INDEX tracking_failures_reason ON tracking_failures (reason, number);
        CREATE INDEX tracking_failures_account ON tracking_failures (account_id, number)
            WHERE account_id IS NOT NULL;
        """
}
