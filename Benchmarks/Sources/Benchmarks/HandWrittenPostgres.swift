import Foundation
import ScripTesting

/// What a careful team writes by hand on PostgreSQL, and what pgledger does, run by `pgbench` in a database of Scrip's
/// own cluster.
struct HandWrittenPostgres {
    private let cluster: PostgresCluster
    private let database: String
    /// The file `pgledger.sql` of https://github.com/pgr0ss/pgledger, which `$PGLEDGER_SQL` names.
    private let ledgerPath = ProcessInfo.processInfo.environment["PGLEDGER_SQL"]

    /// Makes the tables.
    init(cluster: PostgresCluster, accounts: Int) throws {
        self.cluster = cluster
        database = try cluster.makeDatabase()
        try cluster.run(
            sql: """
                CREATE TABLE hand_accounts (id bigint PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50);
                INSERT INTO hand_accounts SELECT n, 1000000000000 FROM generate_series(1, \(accounts)) AS n;
                CREATE TABLE hand_events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account bigint,
                    amount bigint, key uuid UNIQUE, body text, at timestamptz DEFAULT now());
                VACUUM ANALYZE;
                """, in: database)
        guard let ledgerPath else { return }
        // Its ids are ULIDs by a function of another project; hexadecimal ones are no slower.
        try cluster.run(
            sql: """
                CREATE FUNCTION uuid_to_ulid(id uuid) RETURNS text LANGUAGE sql AS $$ SELECT replace(id::text, '-', '') $$;
                \(try String(contentsOfFile: ledgerPath, encoding: .utf8))
                INSERT INTO pgledger_accounts (id, name, currency, allow_negative_balance, allow_positive_balance,
                    created_at, updated_at)
                SELECT 'a' || n, 'a' || n, 'USD', true, true, now(), now() FROM generate_series(1, \(accounts) * 2) AS n;
                VACUUM ANALYZE;
                """, in: database)
    }

    /// Transactions per second of a conditional update of the balance and an event with a unique random key.
    func transactions(callers: Int, accounts: Int, seconds: Int) throws -> Int {
        try run(
            """
            \\set account random(1, \(accounts))
            BEGIN;
            UPDATE hand_accounts SET balance = balance - 1 WHERE id = :account AND balance >= 1;
            INSERT INTO hand_events (account, amount, key, body)
                VALUES (:account, 1, gen_random_uuid(), '{"action":"chat"}');
            COMMIT;
            """, callers: callers, seconds: seconds)
    }

    /// Transfers per second of pgledger's function, to accounts of which there are many; `nil` without its file.
    func transfers(callers: Int, accounts: Int, seconds: Int) throws -> Int? {
        if ledgerPath == nil { return nil }
        return try run(
            """
            \\set from random(1, \(accounts))
            \\set to random(10001, 20000)
            SELECT pgledger_create_transfer('a' || :from, 'a' || :to, 1);
            """, callers: callers, seconds: seconds)
    }

    private func run(_ lines: String, callers: Int, seconds: Int) throws -> Int {
        let script = "\(cluster.folder)/hand.sql"
        try lines.write(toFile: script, atomically: true, encoding: .utf8)
        let (status, printed) = try ChildProcess.run(
            "\(try PostgresCluster.programs())/pgbench",
            [
                "-n", "-M", "prepared", "-h", cluster.folder, "-U", "scrip", "-c", "\(callers)", "-j", "4",
                "-T", "\(seconds)", "-f", script, database,
            ])
        if status != 0 { throw PostgresCluster.Problem(description: printed) }
        return printed.firstMatch(of: /tps = (\d+)/).flatMap { Int($0.1) } ?? 0
    }
}
