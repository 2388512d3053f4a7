/// Where keys may be used from, when they were, what took their place; and what session tokens are signed with.
enum Migration0007 {
    static let sql = """
        ALTER TABLE api_keys ADD COLUMN origins TEXT NOT NULL DEFAULT '';
        ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
        ALTER TABLE api_keys ADD COLUMN replaced_by TEXT;

        CREATE TABLE signing_keys (
            id TEXT NOT NULL PRIMARY KEY,
            secret BLOB NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        """
}
