import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

/// What is added, removed or doubled in the tables beside what edits of values and flips of bits show.
@Suite("What verification covers", .heavy, .timeLimit(.minutes(15)))
struct VerifyCoverageTests {
    /// An account that nothing but its journal and its audit log know of, written last.
    private static func addLoner(_ store: any LedgerStore) async throws {
        let engine = try await DamageScene.engine(store)
        let loner = AccountID(unchecked: "loner")
        _ = try await engine.put(account: loner, change: AccountChange())
        let order = GrantOrder(
            creditType: DamageScene.credits, amount: Credits(nanocredits: 5), source: .bonus)
        _ = try await engine.submit(Command(account: loner, intent: .grant(order), origin: Origin(actor: "test")))
    }

    @Test(
        "On SQLite",
        arguments: [
            "DELETE FROM usage_hours WHERE hour = (SELECT min(hour) FROM usage_hours);",
            "UPDATE usage_hours SET user_id = 'eve' WHERE hour = (SELECT min(hour) FROM usage_hours);",
            """
            INSERT INTO usage_hours SELECT 'nobody', hour, action, credit_type, user_id, model, provider, resource_type,
                is_beyond, charged, refunded, count, input_tokens, output_tokens, cost_attodollars FROM usage_hours LIMIT 1;
            """,
            """
            INSERT INTO entries (position, account_id, seq, key_hash, hash, body)
                SELECT (SELECT max(position) + 1 FROM entries), account_id, seq, NULL, hash, body FROM entries
                WHERE key_hash IS NULL AND account_id = 'ada' ORDER BY position LIMIT 1;
            """,
            """
            DELETE FROM accounts WHERE account_id = 'loner'; DELETE FROM entries WHERE account_id = 'loner';
            DELETE FROM segments WHERE account_id = 'loner'; UPDATE settled SET position = (SELECT max(position) FROM entries);
            """,
            "DELETE FROM record_seals WHERE kind = 'purchase' AND id = (SELECT min(id) FROM record_seals WHERE kind = 'purchase');",
            "INSERT INTO record_seals VALUES ('profile', 'nobody', x'0000000000000000000000000000000000000000000000000000000000000000');",
            "INSERT INTO api_keys SELECT 'key_more', name, x'00', prefix, last_four, scopes, created_at, expires_at, revoked_at, origins, last_used_at, replaced_by FROM api_keys LIMIT 1;",
            "DELETE FROM audit_records WHERE chain = 'ada' AND seq = (SELECT max(seq) FROM audit_records WHERE chain = 'ada');",
            "DELETE FROM catalogs WHERE version = 1;",
        ])
    func sqlite(sql: String) async throws {
        let path = StoreKind.temporaryPath()
        let store = try SQLiteLedgerStore(path: path, window: 7)
        try await DamageScene.fill(store)
        try await Self.addLoner(store)
        let clean = try await DamageScene.engine(store).verify()
        #expect(clean.isClean, "\(clean.findings) \(clean.differences) \(clean.audit)")
        try await store.close()
        _ = try SQLiteShell.run(sql, in: path)
        let opened = try SQLiteLedgerStore(path: path, window: 7)
        #expect(try await !DamageScene.engine(opened).verify().isClean)
        try await opened.close()
    }

    @Test("On PostgreSQL, where one database is damaged and mended again and again")
    func postgres() async throws {
        let name = try await PostgresDatabases.shared.make()
        let cluster = try PostgresCluster.shared.get()
        let address = cluster.address(of: name)
        let store = try await PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1)
        try await DamageScene.fill(store)
        try await Self.addLoner(store)
        let rule = IssuerRule(
            issuer: "https://clerk.test", kind: "clerk", accountRule: "user", accountPrefix: "c:", subjectClaim: "sub",
            organizationClaim: nil)
        try await PostgresLedgerStore.publish([rule], at: address)
        let engine = try await DamageScene.engine(store)
        let clean = try await engine.verify()
        #expect(clean.isClean, "\(clean.findings) \(clean.differences) \(clean.audit)")
        try await store.close()
        for sql in [
            "DELETE FROM usage_hours WHERE hour = (SELECT min(hour) FROM usage_hours)",
            "UPDATE usage_hours SET user_id = 'eve' WHERE hour = (SELECT min(hour) FROM usage_hours)",
            "INSERT INTO usage_hours SELECT 'nobody', hour, action, credit_type, user_id, model, provider, resource_type, is_beyond, charged, refunded, count, input_tokens, output_tokens, cost_attodollars FROM usage_hours LIMIT 1",
            "DELETE FROM accounts WHERE account_id = 'loner'; DELETE FROM entries WHERE account_id = 'loner'",
            "UPDATE issuers SET account_prefix = ''", "UPDATE issuers SET organization_claim = 'org'",
            "DELETE FROM issuers",
            "INSERT INTO issuers VALUES ('https://evil.test', 'oidc', 'user', '', 'sub', NULL)",
            "DROP INDEX entries_key", "ALTER TABLE api_keys DROP CONSTRAINT api_keys_digest_key",
            "CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER more BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION more()",
            "CREATE RULE more AS ON DELETE TO purchases DO INSTEAD NOTHING",
            "CREATE POLICY more ON accounts USING (true)",
            "DELETE FROM catalog_actions WHERE version = 1",
            "DELETE FROM snapshots WHERE seq < 60; UPDATE snapshots SET recorded_at = 0",
        ] {
            let copy = try cluster.makeDatabase(from: name)
            _ = try cluster.run(sql: "SET search_path = scrip; \(sql)", in: copy)
            let damaged = try await PostgresLedgerStore(
                address: cluster.address(of: copy), laneCount: 1, readerCount: 1)
            #expect(try await !DamageScene.engine(damaged).verify().isClean, "\(sql)")
            try await damaged.close()
        }
    }

    @Test("The list of indexes that must be there is that of a fresh database")
    func indexes() async throws {
        let name = try await PostgresDatabases.shared.make()
        let kept = try PostgresCluster.shared.get().run(
            sql: """
                SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                WHERE c.relnamespace = 'scrip'::regnamespace AND i.indisunique AND c.relname <> 'migrations_pkey'
                    AND c.relname <> 'notice_key_pkey'
                """, in: name
        ).split(separator: "\n").map(String.init)
        #expect(
            PostgresMigrations.uniqueIndexes.isSubset(of: Set(kept)),
            "\(PostgresMigrations.uniqueIndexes.subtracting(kept))")
        #expect(
            Set(kept).isSubset(of: PostgresMigrations.uniqueIndexes),
            "\(Set(kept).subtracting(PostgresMigrations.uniqueIndexes))")
    }
}
