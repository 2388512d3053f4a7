/// Indexes for lists that are asked for by two properties at once, so that few rows are read however rare the two are
/// together.
enum Migration0018 {
    static let sql = """
        CREATE INDEX purchases_account_status ON scrip.purchases (account_id, status, created_at, purchase_id);
        CREATE INDEX tracking_failures_status_reason ON scrip.tracking_failures (status, reason, number);
        CREATE INDEX tracking_failures_status_account ON scrip.tracking_failures (status, account_id, number)
            WHERE account_id IS NOT NULL;
        """
}
