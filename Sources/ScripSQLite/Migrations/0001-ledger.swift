/// The first schema.
///
/// Lines of all journals stand in `entries` one after the other, so that writing one touches only the end of the file.
/// What finds them again is written later and in bulk: `accounts` (the snapshot and the positions of the latest
/// entries), `segments` (a snapshot and the positions of the entries before it), `entry_keys`. All of them are complete
/// for the entries up to `settled.position`; what follows is few enough to be read and kept in memory.
/// See `docs/decisions/0005-sqlite-layout.md`.
enum Migration0001 {
    static let sql = """
        CREATE TABLE accounts (
            row_id INTEGER NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL UNIQUE,
            seq INTEGER NOT NULL,
            due_at INTEGER,
            tail BLOB NOT NULL,
            state BLOB NOT NULL,
            name TEXT,
            email TEXT,
            metadata TEXT
        ) STRICT;
        CREATE INDEX accounts_due ON accounts (due_at, account_id) WHERE due_at IS NOT NULL;

        CREATE TABLE entries (
            position INTEGER NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL,
            seq INTEGER NOT NULL,
            key_hash INTEGER,
            hash BLOB NOT NULL,
            body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE segments (
            row_id INTEGER NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL,
            last_seq INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            positions BLOB NOT NULL,
            state BLOB NOT NULL,
            UNIQUE (account_id, last_seq)
        ) STRICT;

        CREATE TABLE entry_keys (
            key_hash INTEGER NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (key_hash, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE settled (
            only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
            position INTEGER NOT NULL
        ) STRICT;
        INSERT INTO settled (only, position) VALUES (1, 0);

        CREATE TABLE entry_subjects (
            account_id TEXT NOT NULL,
            subject INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (account_id, subject)
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
