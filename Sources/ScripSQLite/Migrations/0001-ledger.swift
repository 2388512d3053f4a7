/// The first schema. Every table that grows with accounts starts its key with the account's id.
enum Migration0001 {
    static let sql = """
        CREATE TABLE accounts (
            account_id TEXT NOT NULL PRIMARY KEY,
            state BLOB NOT NULL,
            due_at INTEGER,
            name TEXT,
            email TEXT,
            metadata TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX accounts_due ON accounts (due_at, account_id) WHERE due_at IS NOT NULL;

        CREATE TABLE entries (
            account_id TEXT NOT NULL,
            seq INTEGER NOT NULL,
            body BLOB NOT NULL,
            hash BLOB NOT NULL,
            PRIMARY KEY (account_id, seq)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE entry_keys (
            account_id TEXT NOT NULL,
            idempotency_key TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (account_id, idempotency_key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE entry_subjects (
            account_id TEXT NOT NULL,
            subject INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (account_id, subject)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE checkpoints (
            account_id TEXT NOT NULL,
            seq INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            state BLOB NOT NULL,
            PRIMARY KEY (account_id, seq)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE usage_totals (
            account_id TEXT NOT NULL,
            day INTEGER NOT NULL,
            action TEXT NOT NULL,
            credit_type TEXT NOT NULL,
            charged INTEGER NOT NULL,
            refunded INTEGER NOT NULL,
            count INTEGER NOT NULL,
            input_tokens INTEGER NOT NULL,
            output_tokens INTEGER NOT NULL,
            cost_attodollars TEXT NOT NULL,
            PRIMARY KEY (account_id, day, action, credit_type)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE catalogs (
            version INTEGER NOT NULL PRIMARY KEY,
            effective_at INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            actor TEXT,
            document TEXT NOT NULL
        ) STRICT;

        CREATE TABLE api_keys (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            digest BLOB NOT NULL UNIQUE,
            prefix TEXT NOT NULL,
            last_four TEXT NOT NULL,
            scopes TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            revoked_at INTEGER
        ) STRICT;
        """
}
