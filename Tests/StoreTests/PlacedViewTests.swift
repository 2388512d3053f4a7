import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

/// The documents' statements beside an application's own tables: right, or refused with a clear error, and never a zero
/// that is none.
@Suite("Views beside an application's own tables", .heavy, .timeLimit(.minutes(15)))
struct PlacedViewTests {
    private static let ada = "0b9f3a52-1111-4222-8333-444455556666"
    private static let acme = "7c1e0d44-aaaa-4bbb-8ccc-ddddeeeeffff"

    private struct Scene {
        let cluster: PostgresCluster
        let name: String
        let engine: Engine

        init(_ tables: String) async throws {
            cluster = try PostgresCluster.shared.get()
            name = try cluster.makeDatabase()
            _ = try cluster.run(sql: tables, in: name)
            let migrations = PostgresMigrations(address: cluster.address(of: name))
            _ = try await migrations.apply()
            let store = try await PostgresLedgerStore(
                address: cluster.address(of: name), laneCount: 1, readerCount: 1)
            engine = try await Engine(store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            _ = try await engine.applyCatalog(document: SQLScene.catalog)
        }

        var places: [PostgresMigrations.ViewPlace] {
            get async throws { try await PostgresMigrations(address: cluster.address(of: name)).placeViews() }
        }

        func open(_ id: String, _ kind: AccountSettings.Kind = .user, plan: String? = nil) async throws {
            var change = AccountChange()
            (change.kind, change.plan) = (kind, plan.map { PlanID(unchecked: $0) })
            _ = try await engine.put(account: AccountID(unchecked: id), change: change)
        }

        func charge(_ id: String, _ action: String, user: String? = nil) async throws {
            var usage = Usage(action: ActionID(unchecked: action))
            usage.user = user
            _ = try await engine.submit(Command(account: AccountID(unchecked: id), intent: .track(usage)))
        }

        func sql(_ text: String) throws -> [String] {
            try cluster.run(sql: text, in: name).split(separator: "\n").map(String.init)
        }

        func statement(_ wanted: String) throws -> [String] {
            let all = try RequirementStatements.all()
            return try sql(try #require(all.first { $0.name == wanted }).sql + "\n;")
        }
    }

    private static let own = """
        CREATE TABLE public.users (id uuid PRIMARY KEY, email text, demo_mode boolean DEFAULT false);
        CREATE TABLE public.organizations (id uuid PRIMARY KEY, name text, plan text);
        INSERT INTO public.users VALUES ('\(ada)', 'ada@example.com');
        INSERT INTO public.organizations VALUES ('\(acme)', 'Acme', 'pro');
        """

    @Test func `statements find what they ask for beside own tables whose ids are uuids`() async throws {
        let scene = try await Scene(Self.own)
        let worker = InboxWorker(
            engine: scene.engine, address: scene.cluster.address(of: scene.name),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let task = Task { await worker.run() }
        defer { task.cancel() }
        try await scene.open(Self.ada.uppercased())
        try await scene.open(Self.acme, .organization, plan: "pro")
        try await scene.charge(Self.ada.uppercased(), "ai_chat_message")
        #expect(try scene.statement("count-events") == ["1"])
        #expect(try scene.statement("tables-exist").sorted() == ["ai_token_usage_log", "ai_tokens"])
        #expect(try scene.statement("user-balances") == ["ada@example.com|9.75|0.25"])
        #expect(
            try scene.statement("recent-events-by-user").first?.hasPrefix("ada@example.com|ai_chat_message|0.25|")
                == true)
        #expect(try scene.statement("demo-events") == ["0"])
        _ = try scene.sql("UPDATE users SET demo_mode = true")
        #expect(try scene.statement("demo-events") == ["1"])
        _ = try scene.statement("initialize-missing")
        try await scene.cluster.wait(
            until: "SELECT NOT EXISTS (SELECT FROM scrip.inbox WHERE status = 'waiting')", in: scene.name)
        #expect(try scene.statement("count-tokens") == ["1"])
        #expect(try scene.sql("SELECT organization_id, balance FROM ai_tokens") == ["\(Self.acme)|50"])
        _ = try scene.statement("emergency")
        try await scene.cluster.wait(
            until: "SELECT NOT EXISTS (SELECT FROM scrip.inbox WHERE status = 'waiting')", in: scene.name)
        #expect(
            try scene.sql("SELECT balance FROM ai_tokens t JOIN organizations o ON o.id = t.organization_id") == [
                "9999"
            ])
        _ = try scene.sql(
            "UPDATE credit_action_costs SET compute_cost_dollars = 0.5 WHERE action_type = 'ai_chat_message'")
        try await scene.cluster.wait(
            until: "SELECT NOT EXISTS (SELECT FROM scrip.inbox WHERE status = 'waiting')", in: scene.name)
        #expect(
            try scene.sql("SELECT compute_cost_dollars FROM credit_action_costs WHERE action_type = 'ai_chat_message'")
                == ["0.5"])
        #expect(try await scene.engine.verify().isClean)
        try await scene.engine.store.close()
    }

    @Test func `ids that are no uuids are an error, and no zero`() async throws {
        let scene = try await Scene(Self.own)
        #expect(try scene.statement("user-balances").isEmpty)
        try await scene.open("user_1")
        #expect(throws: (any Error).self) { try scene.statement("user-balances") }
        do {
            _ = try scene.statement("user-balances")
        } catch {
            #expect("\(error)".contains("has a uuid as its id") && "\(error)".contains("scrip_views"))
        }
        #expect(try scene.sql("SELECT user_id FROM scrip_views.user_credit_balances") == ["user_1"])
        // With an issuer's prefix an id is the uuid behind it.
        _ = try scene.sql("INSERT INTO scrip.issuers VALUES ('https://a.test', 'supabase', 'user', 'sb:', 'sub', NULL)")
        try await scene.open("sb:\(Self.ada)")
        #expect(try scene.statement("user-balances") == ["ada@example.com|10|0"])
        try await scene.engine.store.close()
    }

    @Test func `what is written beside own tables is for one organization, and no guess`() async throws {
        let scene = try await Scene(Self.own)
        let (acme, user) = (Self.acme, Self.ada)
        _ = try scene.sql(
            """
            INSERT INTO scrip.issuers VALUES ('https://a.test', 'clerk', 'organization_or_user', 'c:', 'sub', NULL),
                ('https://b.test', 'supabase', 'user', 'u:', 'sub', NULL),
                ('https://d.test', 'oidc', 'organization', 'd:', 'sub', NULL)
            """)
        func insert(_ id: String) throws {
            _ = try scene.sql(
                """
                INSERT INTO public.ai_tokens (organization_id, token_type, balance, total_allocated, refresh_date)
                VALUES ('\(id)', 'goal_generation', 5, 5, now() + interval '1 day')
                """)
        }
        // An issuer whose tokens stand for users has no organizations, and a user is none.
        try await scene.open("u:\(acme)", .organization)
        try await scene.open("c:\(user)")
        #expect(throws: (any Error).self) { try insert(acme) }
        #expect(throws: (any Error).self) { try insert(user) }
        #expect(try scene.sql("SELECT count(*) FROM scrip.inbox") == ["0"])
        try await scene.open("c:\(acme)", .organization)
        try insert(acme)
        #expect(try scene.sql("SELECT subject FROM scrip.inbox") == ["c:\(acme)"])
        try await scene.open("d:\(acme)", .organization)
        do {
            try insert(acme)
            Issue.record("one of two was taken")
        } catch {
            #expect("\(error)".contains("several organizations fit") && "\(error)".contains("d:\(acme)"), "\(error)")
        }
        #expect(try scene.sql("SELECT count(*) FROM scrip.inbox") == ["1"])
        try await scene.engine.store.close()
    }

    @Test func `migrating says where each view is, and follows what the application makes later`() async throws {
        let scene = try await Scene("CREATE TABLE public.users (id text, email text);")
        let places = try await scene.places
        #expect(Set(places.map(\.schema)) == ["scrip_views"] && places.count == 9)
        #expect(places.filter { !$0.isInPublic }.map(\.name) == ["users"])
        try await scene.open("ada")
        _ = try scene.sql("INSERT INTO users VALUES ('ada', 'ada@example.com')")
        #expect(try scene.statement("user-balances") == ["ada@example.com|10|0"])
        _ = try scene.sql("DROP VIEW public.ai_tokens; CREATE TABLE public.ai_tokens (balance integer)")
        #expect(try await scene.places.filter { !$0.isInPublic }.map(\.name) == ["ai_tokens", "users"])
        #expect(try scene.sql("SELECT count(*) FROM public.ai_tokens") == ["0"])
        #expect(
            try scene.sql(
                """
                SELECT count(*) FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'public'::regnamespace
                    AND c.relname = 'user_credit_balances' AND a.grantee = 'scrip_reporting'::regrole
                """) == ["1"])
        try await scene.engine.store.close()
        let plain = try await Scene("SELECT 1")
        #expect(try await plain.places.allSatisfy { $0.schema == "public" && $0.isInPublic })
        try await plain.engine.store.close()
    }

    @Test func `users and organizations say whether they are suspended or erased`() async throws {
        let scene = try await Scene("SELECT 1")
        for id in ["ada", "bob", "eve"] { try await scene.open(id) }
        var change = AccountChange()
        change.isSuspended = true
        _ = try await scene.engine.put(account: AccountID(unchecked: "bob"), change: change)
        _ = try await scene.engine.erase(account: AccountID(unchecked: "eve"), origin: Origin())
        #expect(
            try scene.sql("SELECT id, suspended, erased FROM users ORDER BY id") == ["ada|f|f", "bob|t|f", "eve|t|t"])
        try await scene.engine.store.close()
    }
}
