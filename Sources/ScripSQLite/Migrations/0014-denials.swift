/// Who came up against which limit, by the hour.
enum Migration0014 {
    static let sql = """
        CREATE TABLE denials (
            account_id TEXT NOT NULL,
            id TEXT NOT NULL,
            operation TEXT NOT NULL,
            action TEXT,
            reason TEXT NOT NULL,
            credit_type TEXT,
            user_id TEXT,
            count INTEGER NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            required INTEGER,
            available INTEGER,
            actor TEXT,
            request_id TEXT,
            PRIMARY KEY (account_id, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX denials_first ON denials (first_at, id);
        CREATE INDEX denials_account ON denials (account_id, first_at, id);
        CREATE INDEX denials_last ON denials (last_at);
        """
}
