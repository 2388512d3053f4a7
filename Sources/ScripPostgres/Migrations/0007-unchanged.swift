/// What lets a batch be decided before the database is asked: each account names the attempt that wrote it, and a
/// transaction that finds it written by another one fails as one that came in between.
enum Migration0007 {
    static let sql = """
        ALTER TABLE scrip.accounts ADD COLUMN batch bigint NOT NULL DEFAULT 0;

        CREATE FUNCTION scrip.require(holds boolean) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $function$
        BEGIN
            IF holds IS NOT TRUE THEN
                RAISE EXCEPTION 'what was decided from has changed' USING ERRCODE = 'serialization_failure';
            END IF;
        END
        $function$;
        REVOKE EXECUTE ON FUNCTION scrip.require(boolean) FROM PUBLIC;
        """
}
