/// Denials: which limits accounts reached, by the hour.
enum Migration0014 {
    static let sql = """
        CREATE TABLE scrip.denials (
            account_id text COLLATE pg_catalog."C" NOT NULL,
            id text COLLATE pg_catalog."C" NOT NULL,
            operation text NOT NULL,
            action text COLLATE pg_catalog."C",
            reason text COLLATE pg_catalog."C" NOT NULL,
            credit_type text COLLATE pg_catalog."C",
            user_id text COLLATE pg_catalog."C",
            count bigint NOT NULL,
            first_at bigint NOT NULL,
            last_at bigint NOT NULL,
            required bigint,
            available bigint,
            actor text,
            request_id text,
            PRIMARY KEY (account_id, id)
        );
        CREATE INDEX denials_first ON scrip.denials (first_at, id);
        CREATE INDEX denials_account ON scrip.denials (account_id, first_at, id);
        CREATE INDEX denials_last ON scrip.denials (last_at);
        """
}
