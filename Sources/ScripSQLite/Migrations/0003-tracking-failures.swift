/// Usage that could not be recorded or priced.
enum Migration0003 {
    static let sql = """
        CREATE TABLE tracking_failures (
            number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            status TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            event_id TEXT,
            account_id TEXT,
            format TEXT NOT NULL,
            event TEXT NOT NULL,
            entry TEXT,
            received_at INTEGER NOT NULL,
            last_attempt_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX tracking_failures_status ON tracking_failures (status, number);
        """
}
