/// What persons and keys changed.
///
/// A chain is that of an account, by its id, or with an empty name that of everything that concerns no single account.
enum Migration0004 {
    static let sql = """
        CREATE TABLE audit_records (
            chain TEXT NOT NULL,
            seq INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            action TEXT NOT NULL,
            actor TEXT,
            hash BLOB NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (chain, seq)
        ) STRICT;
        CREATE INDEX audit_records_time ON audit_records (recorded_at, chain, seq);

        CREATE TABLE audit_heads (
            chain TEXT NOT NULL PRIMARY KEY,
            seq INTEGER NOT NULL,
            hash BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
