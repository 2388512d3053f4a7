/// What signing keys are encrypted with, and when they end.
enum Migration0009 {
    static let sql = """
        ALTER TABLE scrip.signing_keys ADD COLUMN master_key text COLLATE pg_catalog."C";
        ALTER TABLE scrip.signing_keys ADD COLUMN ends_at bigint;
        """
}
