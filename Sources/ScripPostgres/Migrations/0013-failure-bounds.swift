/// What is kept of events that cannot be recorded is bounded, and says what came; quotas and retention find by indexes.
enum Migration0013 {
    static let sql = """
        ALTER TABLE scrip.tracking_failures ADD COLUMN event_bytes bigint;
        ALTER TABLE scrip.tracking_failures ADD COLUMN event_digest bytea;
        ALTER TABLE scrip.tracking_failures ADD COLUMN action text COLLATE pg_catalog."C";
        ALTER TABLE scrip.tracking_failures ADD COLUMN sender text COLLATE pg_catalog."C";
        CREATE INDEX tracking_failures_open_account ON scrip.tracking_failures (account_id)
            WHERE status = 'open' AND format <> 'entry' AND account_id IS NOT NULL;
        CREATE INDEX tracking_failures_open_sender ON scrip.tracking_failures (sender)
            WHERE status = 'open' AND format <> 'entry' AND sender IS NOT NULL;
        CREATE INDEX tracking_failures_attempt ON scrip.tracking_failures (status, last_attempt_at);
        """
}
