/// Jobs that one of all instances does at a time.
enum Migration0005 {
    static let sql = """
        CREATE TABLE scrip.jobs (
            name text COLLATE "C" NOT NULL PRIMARY KEY,
            last_turn bigint,
            holder text,
            held_until bigint
        ) WITH (fillfactor = 50);
        -- Default privileges may have given the new table to others.
        SELECT scrip.grant_roles();
        """
}
