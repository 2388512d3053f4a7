/// Whose names idempotency keys are: names of different owners are kept apart. Entries of before have no owner, and
/// stay as they are, because their digests are over what they say.
enum Migration0008 {
    static let sql = """
        ALTER TABLE scrip.entries ADD COLUMN key_owner text COLLATE "C" NOT NULL DEFAULT '';
        DROP INDEX scrip.entries_key;
        CREATE UNIQUE INDEX entries_key ON scrip.entries (account_id, idempotency_key, key_owner)
            WHERE idempotency_key IS NOT NULL;
        CREATE INDEX entries_unstated ON scrip.entries (account_id, idempotency_key)
            WHERE idempotency_key IS NOT NULL AND key_owner = '';
        """
}
