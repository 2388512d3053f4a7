/// Jobs that one of all processes does at a time.
enum Migration0008 {
    static let sql = """
        CREATE TABLE jobs (
            name TEXT NOT NULL PRIMARY KEY,
            last_turn INTEGER,
            holder TEXT,
            held_until INTEGER
        ) STRICT, WITHOUT ROWID;
        """
}
