import Foundation
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

/// What others make in a database that Scrip shares with them.
@Suite(.heavy, .timeLimit(.minutes(15))) struct ForeignObjectTests {
    private static let views = [
        "users", "organizations", "user_profiles", "user_credit_balances", "ai_tokens", "credit_usage_events",
        "ai_token_usage_log", "credit_action_costs", "credit_requests",
    ]

    private static func use(_ scene: SQLScene) async throws {
        try await scene.open("org", .organization, plan: "enterprise")
        try await scene.open("ada", organization: "org")
        try await scene.charge("ada", "ai_chat_message")
        try await scene.charge("org", "generate_quest", user: "ada")
        for role in ["NONE", "authenticated", "scrip_reporting"] {
            for view in views where role != "authenticated" || view != "credit_requests" {
                try scene.sql(
                    """
                    SET ROLE \(role);
                    SET request.jwt.claims = '{"sub":"ada","org_id":"org"}';
                    TABLE \(view);
                    """)
            }
        }
        try scene.sql(
            """
            INSERT INTO ai_tokens (organization_id, token_type, balance, refresh_date)
                VALUES ('org', 'lead_generation', 5, '2099-01-01');
            UPDATE ai_tokens SET balance = 6;
            UPDATE credit_action_costs SET compute_cost_dollars = 7
                WHERE action_type OPERATOR(pg_catalog.=) 'video_analysis';
            SELECT scrip.grant_roles();
            """)
        _ = try await scene.engine.applyCatalog(document: SQLScene.catalog + "# again\n")
        _ = try await scene.engine.verify()
        _ = try await Sweeper(engine: scene.engine).sweep()
        _ = try await scene.engine.createKey(name: "x")
        _ = try await scene.engine.signingKey()
    }

    @Test func `nothing that others made is called by views, functions, stores and requests`() async throws {
        let scene = try await SQLScene(instances: 0)
        try ForeignObjects.make(in: scene.database)
        // What was made is called where names are looked up without care.
        try scene.sql("SELECT bigint '1' * interval '1 day', cardinality(ARRAY['a'])")
        #expect(try ForeignObjects.ran(in: scene.database).count == 2)
        try scene.sql("DELETE FROM public.ran")
        let working = try await SQLScene(joining: scene)
        try await ForeignObjectTests.use(working)
        try await working.settle()
        working.end()
        #expect(try ForeignObjects.ran(in: scene.database) == [])
        #expect(
            try scene.sql(
                "SET search_path = pg_catalog; SELECT kind, status FROM scrip.inbox WHERE kind = 'set_action_cost'")
                == ["set_action_cost|done"])
    }

    @Test func `a database in which others were first is migrated without calling theirs`() async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try cluster.makeDatabase()
        try ForeignObjects.make(in: name)
        let address = cluster.address(of: name)
        _ = try await PostgresMigrations(address: address).apply()
        #expect(try await PostgresMigrations(address: address).apply().isEmpty)
        #expect(try await PostgresMigrations(address: address).absentRoles().isEmpty)
        let store = try await PostgresLedgerStore(address: address)
        let fixture = try await Fixture(store)
        try await fixture.open("a")
        #expect(try await fixture.engine.verify().isClean)
        try await store.close()
        #expect(try ForeignObjects.ran(in: name) == [])
    }

    @Test func `every function has a path of its own, and nothing depends on what is not Scrip's or PostgreSQL's`()
        async throws
    {
        let scene = try await SQLScene(instances: 0)
        #expect(
            try scene.sql(
                """
                SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'scrip'::regnamespace
                    AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
                """) == [])
        // Dependencies on PostgreSQL's own objects are not kept, so each that is kept is on somebody's.
        #expect(
            try scene.sql(
                """
                SELECT DISTINCT pg_describe_object(d.refclassid, d.refobjid, 0) FROM pg_depend d
                WHERE d.objid >= 16384 AND (
                    d.refclassid IN ('pg_operator'::regclass, 'pg_cast'::regclass, 'pg_collation'::regclass)
                    OR d.refclassid = 'pg_proc'::regclass AND NOT EXISTS (SELECT FROM pg_proc p
                        WHERE p.oid = d.refobjid AND p.pronamespace = 'scrip'::regnamespace))
                """) == [])
        // Views call no function that looks names up when it runs but those with a state of their own.
        #expect(
            try scene.sql(
                """
                SELECT DISTINCT d.refobjid::regproc::text FROM pg_depend d
                WHERE d.objid >= 16384 AND d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_proc'::regclass
                ORDER BY 1
                """) == ["balances", "own_accounts", "used_besides"])
    }

    @Test func `a database that was migrated step by step is like one that is new`() async throws {
        let cluster = try PostgresCluster.shared.get()
        let (new, old) = (try cluster.makeDatabase(), try cluster.makeDatabase())
        _ = try await PostgresMigrations(address: cluster.address(of: new)).apply()
        for step in PostgresMigrations.steps {
            _ = try await PostgresMigrations(address: cluster.address(of: old)).apply(through: step.number)
        }
        let shape = """
            SELECT c.oid::regclass, c.relkind, c.reloptions, pg_get_viewdef(c.oid), c.relacl::text FROM pg_class c
                WHERE c.relnamespace IN ('scrip'::regnamespace, 'public'::regnamespace) ORDER BY c.oid::regclass::text;
            SELECT a.attrelid::regclass, a.attname, a.atttypid::regtype, a.attcollation, a.attnotnull FROM pg_attribute a
                JOIN pg_class c ON c.oid = a.attrelid AND c.relnamespace = 'scrip'::regnamespace
                WHERE a.attnum > 0 ORDER BY c.oid::regclass::text, a.attnum;
            SELECT oid::regprocedure, pg_get_functiondef(oid), proacl::text FROM pg_proc
                WHERE pronamespace = 'scrip'::regnamespace ORDER BY oid::regprocedure::text;
            SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'scrip'::regnamespace ORDER BY conrelid::regclass::text, conname;
            SELECT tgrelid::regclass, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 2;
            """
        let (wanted, found) = (try cluster.run(sql: shape, in: new), try cluster.run(sql: shape, in: old))
        #expect(wanted.split(separator: "\n").count > 400)
        for (line, other) in zip(wanted.split(separator: "\n"), found.split(separator: "\n")) where line != other {
            Issue.record("\(line)\n\(other)")
        }
        #expect(wanted.count == found.count)
    }
}
