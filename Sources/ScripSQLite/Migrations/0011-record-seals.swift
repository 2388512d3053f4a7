/// Seals of the records that no journal repeats; see ``RecordSeal``. The row of kind `unsealed` says that the records of
/// before have none yet.
enum Migration0011 {
    static let sql = """
        CREATE TABLE record_seals (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            digest BLOB NOT NULL,
            PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO record_seals (kind, id, digest) VALUES ('unsealed', '', x'');
        """
}
