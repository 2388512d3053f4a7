/// What signing keys are encrypted with, and when they end.
enum Migration0010 {
    static let sql = """
        ALTER TABLE signing_keys ADD COLUMN master_key TEXT;
        ALTER TABLE signing_keys ADD COLUMN ends_at INTEGER;
        """
}
