/// Makes everything that SQL calls be found where Scrip put it, whatever else is on the search path of whoever calls.
///
/// Views know their operators and functions by number from the moment they are made, so they are made again while nothing
/// but PostgreSQL's own is on the path. Functions look names up each time; each has a path of its own.
enum Migration0010 {
    private static let paths = """
        SET LOCAL search_path = pg_catalog, pg_temp;
        ALTER FUNCTION scrip.moment(bigint) SET search_path = pg_catalog, pg_temp;
        ALTER FUNCTION scrip.microseconds(timestamptz) SET search_path = pg_catalog, pg_temp;
        ALTER FUNCTION scrip.credits(numeric) SET search_path = pg_catalog, pg_temp;
        ALTER FUNCTION scrip.readable(text) SET search_path = pg_catalog, pg_temp;
        ALTER FUNCTION scrip.require(boolean) SET search_path = pg_catalog, pg_temp;
        """

    /// What instances encrypt with what they tell each other, so that only who may read this table understands it.
    private static let notices = """
        CREATE TABLE scrip.notice_key (
            number integer NOT NULL PRIMARY KEY DEFAULT 1 CHECK (number = 1),
            secret bytea NOT NULL
        );
        INSERT INTO scrip.notice_key (secret) SELECT sha256(
            uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
        """

    private static let internals = InlinedSQL.writtenOut(Migration0004Views.internals)
        .replacing("CREATE VIEW ", with: "CREATE OR REPLACE VIEW ")

    private static let named = """
        DO $do$
        DECLARE
            place text := (SELECT relnamespace::regnamespace::text FROM pg_class
                WHERE oid = (SELECT tgrelid FROM pg_trigger WHERE tgname = 'insert_tokens'
                    AND tgfoid = 'scrip.insert_tokens'::regproc));
        BEGIN
            EXECUTE replace($views$
        \(InlinedSQL.writtenOut(Migration0004Views.named)
            .replacing("CREATE VIEW ", with: "CREATE OR REPLACE VIEW {views}.")
            .replacing("FROM credit_usage_events", with: "FROM {views}.credit_usage_events"))
            $views$, '{views}', place);
        END
        $do$;
        """

    static let sql = [paths, notices, Migration0010OwnAccounts.sql, internals, named].joined(separator: "\n")
}
