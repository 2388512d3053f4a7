import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

/// Who may see and do what through SQL.
@Suite("The borders between roles and organizations in SQL", .heavy, .timeLimit(.minutes(15)))
struct SQLBorderTests {
    private static let views = [
        "users", "organizations", "user_profiles", "user_credit_balances", "ai_tokens", "credit_usage_events",
        "ai_token_usage_log", "credit_action_costs",
    ]
    private static let tables = [
        "accounts", "entries", "snapshots", "usage_totals", "usage_hours", "catalogs", "catalog_actions",
        "price_books", "api_keys",
        "tracking_failures", "denials", "inbox", "everything", "migrations", "visible_accounts",
        "visible_charges",
        "visible_settings", "visible_balances", "visible_usage", "audit_records", "audit_heads",
        "signing_keys",
        "purchases", "purchase_references", "provider_events", "billing_profiles",
    ]

    private static func scene() async throws -> SQLScene {
        let scene = try await SQLScene(instances: 0)
        for name in ["red", "blue"] {
            try await scene.open(name, .organization, plan: "enterprise")
            try await scene.open("\(name)-user", organization: name)
            try await scene.charge("\(name)-user", "ai_chat_message")
            try await scene.charge(name, "generate_quest", user: "\(name)-user")
        }
        return scene
    }

    private static func ask(_ scene: SQLScene, claims: String?, role: String = "authenticated", _ sql: String) throws
        -> [String]
    {
        let setting = claims.map { "SET request.jwt.claims = '\($0.replacing("'", with: "''"))';" } ?? ""
        return try scene.sql("SET ROLE \(role); \(setting) \(sql)")
    }

    @Test func `an account sees its own rows and those of its organization in every view, and no others`() async throws
    {
        let scene = try await SQLBorderTests.scene()
        let expected = [
            "users": ["red-user"], "organizations": ["red"], "user_profiles": ["red-user"],
            "user_credit_balances": ["red-user"], "ai_tokens": ["red"], "credit_usage_events": ["red", "red-user"],
            "ai_token_usage_log": ["red"],
        ]
        let owners = [
            "users": "id", "organizations": "id", "user_profiles": "id", "user_credit_balances": "user_id",
            "ai_tokens": "organization_id", "credit_usage_events": "account_id",
            "ai_token_usage_log": "organization_id",
        ]
        for (view, rows) in expected {
            let owner = try #require(owners[view])
            let seen = try SQLBorderTests.ask(
                scene, claims: #"{"sub":"red-user","role":"authenticated"}"#,
                "SELECT DISTINCT \(owner) FROM \(view) ORDER BY 1")
            #expect(seen == rows, "\(view)")
            let asked = try SQLBorderTests.ask(
                scene, claims: #"{"sub":"red-user"}"#, "SELECT count(*) FROM \(view) WHERE \(owner) LIKE 'blue%'")
            #expect(asked == ["0"], "\(view)")
            #expect(try scene.sql("SELECT count(DISTINCT \(owner)) FROM \(view)") == ["\(rows.count * 2)"])
        }
    }

    @Test func `the reporting role sees all rows of all views`() async throws {
        let scene = try await SQLBorderTests.scene()
        for view in SQLBorderTests.views + ["credit_requests"] {
            let asking = "SELECT count(*) FROM \(view)"
            #expect(try scene.sql("SET ROLE scrip_reporting; \(asking)") == scene.sql(asking), "\(view)")
        }
        #expect(try scene.sql("SET ROLE scrip_reporting; SELECT count(*) FROM users") == ["2"])
    }

    @Test func `among many accounts, one's own are found by index`() async throws {
        let scene = try await SQLBorderTests.scene()
        try scene.sql(
            """
            INSERT INTO scrip.accounts (account_id, seq, state)
                SELECT 'copy' || n, seq, state FROM scrip.accounts, generate_series(1, 20000) n
                WHERE account_id = 'blue';
            INSERT INTO scrip.entries SELECT 'copy' || n, seq, kind, credit_type, amount, action, subject, effective_at,
                recorded_at, idempotency_key, batch, hash, body
                FROM scrip.entries, generate_series(1, 20000) n WHERE account_id = 'blue' AND kind = 'charge';
            ANALYZE scrip.accounts; ANALYZE scrip.entries;
            """)
        let explain = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)"
        for view in ["ai_tokens", "ai_token_usage_log", "users", "credit_usage_events"] {
            let plan = try SQLBorderTests.ask(
                scene, claims: #"{"sub":"red-user"}"#, "\(explain) SELECT * FROM \(view)")
            for line in plan where line.contains("Seq Scan on accounts") || line.contains("Seq Scan on entries") {
                #expect(line.contains("never executed"), "\(plan.joined(separator: "\n"))")
            }
            #expect(plan.contains { $0.contains("account_id = ANY") && $0.contains("Index Cond") }, "\(view)")
        }
        let one = try scene.sql("\(explain) SELECT * FROM ai_tokens WHERE organization_id = 'copy77'")
        for line in one where line.contains("Seq Scan on accounts") {
            #expect(line.contains("never executed"), "\(one.joined(separator: "\n"))")
        }
    }

    @Test(
        arguments: [
            (nil, 0), ("", 0), ("null", 0), ("7", 0), ("[]", 0), (#""red-user""#, 0), (#"["red-user"]"#, 0),
            ("{", 0), ("{}", 0), (#"{"sub":null}"#, 0), (#"{"sub":7}"#, 0), (#"{"sub":["red-user"]}"#, 0),
            (#"{"sub":{"id":"red-user"}}"#, 0), (#"{"sub":"' OR true --"}"#, 0), (#"{"sub":"%"}"#, 0),
            (#"{"sub":"RED-USER"}"#, 0), (#"{"sub":"red-user "}"#, 0), (#"{"sub":"nobody"}"#, 0),
            // An organization's id is nobody's subject.
            (#"{"sub":"red"}"#, 0),
            (#"{"sub":"red-user","role":"anon"}"#, 0), (#"{"sub":"red-user","role":"service_role"}"#, 0),
            (#"{"sub":"red-user","user_metadata":{"organization_id":"blue"}}"#, 2),
            (#"{"sub":"red-user","org_id":7}"#, 1), (#"{"sub":"red-user","org_id":["blue"]}"#, 1),
            (#"{"sub":"red-user","org_id":"blue-user"}"#, 1), (#"{"sub":"red-user","org_id":null}"#, 1),
            (#"{"sub":"red-user","o":{"id":"red"}}"#, 2), (#"{"sub":"red-user","o":"red"}"#, 1),
            (#"{"sub":"red-user","app_metadata":{"organization_id":"red"}}"#, 2),
            (#"{"sub":"red-user","app_metadata":"organization_id"}"#, 1),
            (#"{"sub":"red-user","sub":"nobody"}"#, 0), (#"{"sub":"a\u0000b"}"#, 0),
        ] as [(String?, Int)])
    func `claims of other shapes name no accounts`(claims: String?, count: Int) async throws {
        let scene = try await SharedScene.value()
        let seen = try SQLBorderTests.ask(
            scene, claims: claims,
            "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM organizations),"
                + " (SELECT count(*) FROM organizations WHERE id = 'blue')")
        #expect(seen == ["\(count)|0"], "\(claims ?? "none")")
    }

    @Test func `nobody but the owner writes, and no table is open to anybody else`() async throws {
        let scene = try await SQLBorderTests.scene()
        let before = try scene.sql("SELECT count(*), sum(seq) FROM scrip.accounts")
        for role in ["scrip_reporting", "authenticated", "anon"] {
            for table in SQLBorderTests.tables {
                for statement in [
                    "SELECT * FROM scrip.\(table)", "INSERT INTO scrip.\(table) DEFAULT VALUES",
                    "DELETE FROM scrip.\(table)", "TRUNCATE scrip.\(table)",
                ] {
                    let refusal = scene.refusal("SET ROLE \(role); \(statement)")
                    #expect(refusal.contains("permission denied"), "\(role): \(statement): \(refusal)")
                }
            }
            for view in SQLBorderTests.views + ["credit_requests"] {
                let column = ["ai_tokens": "balance", "credit_action_costs": "compute_cost_dollars"][view]
                var statements = ["INSERT INTO \(view) DEFAULT VALUES", "DELETE FROM \(view)"]
                if let column { statements.append("UPDATE \(view) SET \(column) = 1") }
                if role == "anon" || (role == "authenticated" && view == "credit_requests") {
                    statements.append("SELECT * FROM \(view)")
                } else {
                    _ = try scene.sql("SET ROLE \(role); SELECT * FROM \(view)")
                }
                for statement in statements {
                    let refusal = scene.refusal("SET ROLE \(role); \(statement)")
                    #expect(
                        refusal.contains("permission denied") || refusal.contains("cannot"),
                        "\(role): \(statement): \(refusal)")
                }
            }
            for call in [
                "scrip.request('set_balance', 'red', '{}')", "scrip.grant_roles()",
                "scrip.require_amount('x', 1, 9)",
            ] {
                #expect(scene.refusal("SET ROLE \(role); SELECT \(call)").contains("permission denied"))
            }
        }
        #expect(try scene.sql("SELECT count(*), sum(seq) FROM scrip.accounts") == before)
        #expect(try scene.sql("SELECT count(*) FROM scrip.inbox") == ["0"])
    }

    @Test func `a right to write that was given by mistake does not reach the inbox`() async throws {
        let scene = try await SQLBorderTests.scene()
        try scene.sql("GRANT INSERT, UPDATE ON ai_tokens, credit_action_costs TO authenticated")
        for statement in [
            "INSERT INTO ai_tokens (organization_id, token_type, balance) VALUES ('blue', 'goal_generation', 5)",
            "UPDATE credit_action_costs SET compute_cost_dollars = 0 WHERE action_type = 'video_analysis'",
        ] {
            let refusal = scene.refusal(
                #"SET ROLE authenticated; SET request.jwt.claims = '{"sub":"red-user"}'; "# + statement)
            #expect(refusal.contains("may not write through Scrip's views"))
        }
        // And the rights of all are set right again.
        try scene.sql("SELECT scrip.grant_roles()")
        #expect(
            scene.refusal("SET ROLE authenticated; UPDATE ai_tokens SET balance = 1").contains("permission denied"))
    }

    @Test func `objects of a reader's own do not change what the views' functions do`() async throws {
        let scene = try await SQLBorderTests.scene()
        let seen = try scene.sql(
            #"""
            SET ROLE authenticated;
            CREATE TEMP TABLE accounts (account_id text, state text, metadata text);
            INSERT INTO accounts VALUES ('red-user', '{"settings":{"kind":"user"}}', '{"organization_id":"blue"}');
            CREATE FUNCTION pg_temp.current_setting(text, boolean) RETURNS text LANGUAGE sql
                AS $$ SELECT '{"sub":"blue-user"}' $$;
            CREATE FUNCTION pg_temp.has_table_privilege(oid, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
            SET search_path = pg_temp, public, pg_catalog;
            SET request.jwt.claims = '{"sub":"red-user"}';
            SELECT id FROM organizations;
            """#)
        #expect(seen == ["red"])
    }

    @Test func `a condition of the reader's own is not shown the rows of others`() async throws {
        let scene = try await SQLBorderTests.scene()
        let seen = try scene.sql(
            #"""
            SET ROLE authenticated;
            SET request.jwt.claims = '{"sub":"red-user"}';
            CREATE TEMP TABLE seen (id text);
            CREATE FUNCTION pg_temp.leak(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
                BEGIN INSERT INTO pg_temp.seen VALUES (value); RETURN true; END $$;
            CREATE TEMP TABLE kept AS SELECT id FROM users WHERE pg_temp.leak(id);
            CREATE TEMP TABLE charged AS SELECT account_id FROM credit_usage_events WHERE pg_temp.leak(account_id);
            SELECT DISTINCT id FROM pg_temp.seen ORDER BY 1;
            """#)
        #expect(seen == ["red", "red-user"])
    }

    @Test func `every function that runs with the owner's rights has a search path of its own`() async throws {
        let scene = try await SQLScene(instances: 0)
        #expect(
            try scene.sql(
                """
                SELECT proname FROM pg_proc WHERE pronamespace = 'scrip'::regnamespace AND prosecdef
                    AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
                """
            ).isEmpty)
        #expect(
            try scene.sql(
                "SELECT count(*) FROM pg_proc WHERE pronamespace = 'scrip'::regnamespace AND prosecdef") == ["9"])
    }

    @Test func `a user who may not make roles migrates all the same, and is told which are missing`() async throws {
        let cluster = try PostgresCluster()
        try cluster.run(sql: "CREATE ROLE plain LOGIN; CREATE DATABASE shop OWNER plain", in: "postgres")
        try cluster.run(sql: "CREATE TABLE public.users (id text); ALTER TABLE users OWNER TO plain", in: "shop")
        let address = cluster.address(of: "shop").replacing("scrip@", with: "plain@")
        let migrations = PostgresMigrations(address: address)
        #expect(try await migrations.apply().map(\.number) == PostgresMigrations.steps.map(\.number))
        #expect(try await migrations.absentRoles() == ["scrip_reporting", "authenticated", "anon"])
        // The application's own table stays as it is, and the views are in a schema of their own.
        #expect(try cluster.run(sql: "SELECT to_regclass('scrip_views.users') IS NOT NULL", in: "shop") == "t\n")
        try cluster.run(
            sql: """
                CREATE ROLE scrip_reporting; CREATE ROLE authenticated; CREATE ROLE anon; SET ROLE plain;
                SELECT scrip.grant_roles()
                """, in: "shop")
        #expect(try await migrations.absentRoles().isEmpty)
        #expect(
            try cluster.run(sql: "SET ROLE authenticated; SELECT count(*) FROM scrip_views.users", in: "shop") == "0\n")
    }

    @Test func `rights that a default gives to everybody are taken back`() async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try cluster.makeDatabase()
        try cluster.run(
            sql: "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC", in: name)
        _ = try await PostgresMigrations(address: cluster.address(of: name)).apply()
        #expect(
            try cluster.run(
                sql: """
                    SELECT count(*) FROM pg_class c, aclexplode(c.relacl) a
                    WHERE c.relname IN ('ai_tokens', 'users', 'credit_requests')
                        AND a.grantee <> c.relowner AND a.privilege_type <> 'SELECT'
                    """, in: name) == "0\n")
    }
}

/// One database for the many shapes of claims.
private enum SharedScene {
    private static let task = Task {
        let scene = try await SQLScene(instances: 0)
        for name in ["red", "blue"] {
            try await scene.open(name, .organization, plan: "enterprise")
            try await scene.open("\(name)-user", organization: name)
        }
        return scene
    }

    static func value() async throws -> SQLScene { try await task.value }
}
