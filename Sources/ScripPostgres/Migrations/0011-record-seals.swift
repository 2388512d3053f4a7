/// Seals of the records that no journal repeats; see ``RecordSeal``. The row of kind `unsealed` says that the records of
/// before have none yet.
enum Migration0011 {
    static let sql = """
        CREATE TABLE scrip.record_seals (
            kind text COLLATE pg_catalog."C" NOT NULL,
            id text COLLATE pg_catalog."C" NOT NULL,
            digest bytea NOT NULL,
            PRIMARY KEY (kind, id)
        ) WITH (fillfactor = 70);
        INSERT INTO scrip.record_seals (kind, id, digest) VALUES ('unsealed', '', '');
        """
}
