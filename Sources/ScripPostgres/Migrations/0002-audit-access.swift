/// What persons and keys changed; where keys may be used from, when they were, what took their place; and what session
/// tokens are signed with.
///
/// A chain is that of an account, by its id, or with an empty name that of everything that concerns no single account.
enum Migration0002 {
    static let sql = """
        CREATE TABLE scrip.audit_records (
            chain text COLLATE "C" NOT NULL,
            seq bigint NOT NULL,
            recorded_at bigint NOT NULL,
            action text COLLATE "C" NOT NULL,
            actor text COLLATE "C",
            hash bytea NOT NULL,
            body bytea NOT NULL,
            PRIMARY KEY (chain, seq)
        );
        CREATE INDEX audit_records_time ON scrip.audit_records (recorded_at, chain, seq);

        CREATE TABLE scrip.audit_heads (
            chain text COLLATE "C" NOT NULL PRIMARY KEY,
            seq bigint NOT NULL,
            hash bytea NOT NULL
        ) WITH (fillfactor = 50);

        ALTER TABLE scrip.api_keys ADD COLUMN origins text NOT NULL DEFAULT '';
        ALTER TABLE scrip.api_keys ADD COLUMN last_used_at bigint;
        ALTER TABLE scrip.api_keys ADD COLUMN replaced_by text COLLATE "C";

        CREATE TABLE scrip.signing_keys (
            id text COLLATE "C" NOT NULL PRIMARY KEY,
            secret bytea NOT NULL,
            created_at bigint NOT NULL
        );
        """
}
