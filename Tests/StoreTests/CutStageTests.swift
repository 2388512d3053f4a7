import Dispatch
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

@Suite("A connection that is cut at a certain stage of a batch", .heavy, .timeLimit(.minutes(15)))
struct CutStageTests {
    /// Stages at which the server itself cuts the connection that a batch is written on.
    enum ServerStage: String, CaseIterable, Sendable {
        case writing, committing

        /// What makes the server do it: a trigger, after the lines are written or when they are about to be committed.
        var trigger: String {
            switch self {
            case .writing: "CREATE TRIGGER cut AFTER INSERT ON scrip.entries FOR EACH STATEMENT"
            case .committing:
                "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON scrip.entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
            }
        }
    }

    /// Instances over one database, with an account that holds 100 credits.
    private struct Scene {
        let cluster: PostgresCluster
        let name: String
        let store: InterruptedStore
        let fixture: Fixture

        init(_ cluster: PostgresCluster? = nil) async throws {
            if let cluster {
                self.cluster = cluster
                name = try cluster.makeDatabase()
                _ = try await PostgresMigrations(address: cluster.address(of: name)).apply()
            } else {
                self.cluster = try PostgresCluster.shared.get()
                name = try await PostgresDatabases.shared.make()
            }
            let address = self.cluster.address(of: name)
            store = InterruptedStore(
                try await PostgresLedgerStore(
                    address: address, laneCount: 2, readerCount: 1, patience: .seconds(60)))
            fixture = try await Fixture(store)
            try await fixture.open("a", plan: "pro")
        }

        /// Cuts the database's connections that are as a condition on `pg_stat_activity` says.
        /// - Returns: how many there were.
        @discardableResult
        func cut(where condition: String = "true") throws -> Int {
            let cut = try cluster.run(
                sql: """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = '\(name)' AND pid <> pg_backend_pid() AND (\(condition))
                    """, in: "postgres")
            return cut.split(separator: "\n").count
        }

        /// One batch of charges, one of them twice, a hold and one that is refused.
        func submit() async -> [Result<Outcome, any Error>] {
            let usage = Usage(action: ActionID(unchecked: "chat"))
            let intents: [Intent] = [
                .charge(usage), .charge(usage), .charge(usage), .hold(usage, seconds: 60),
                .charge(Usage(action: ActionID(unchecked: "nothing"))),
            ]
            let keys = ["k1", "k1", "k2", "k3", "k4"]
            return await fixture.engine.submit(
                zip(intents, keys).map { intent, key in
                    var origin = Origin(actor: "test")
                    origin.idempotencyKey = IdempotencyKey(unchecked: key)
                    origin.requestDigest = Digest(of: Array("\(intent)".utf8))
                    return Command(account: AccountID(unchecked: "a"), intent: intent, origin: origin)
                })
        }

        /// Checks the answers to a batch, and that it was done once.
        func requireDoneOnce(_ results: [Result<Outcome, any Error>]) async throws {
            let outcomes = results.map { try? $0.get() }
            #expect(outcomes.map { $0 != nil } == [true, true, true, true, false], "\(results)")
            #expect(throws: Rejection.self) { try results[4].get() }
            let again = await submit().map { try? $0.get() }
            #expect(again.map { $0?.isRepeat } == [true, true, true, true, nil])
            let state = try await fixture.engine.account(AccountID(unchecked: "a")).state
            let standing = state.balance(of: CreditTypeID(unchecked: "credits"))
            #expect(standing.posted.description == "98" && standing.held.description == "1")
            let keys =
                "SELECT count(*), count(DISTINCT idempotency_key) FROM scrip.entries WHERE idempotency_key IS NOT NULL"
            #expect(try cluster.run(sql: keys, in: name) == "3|3\n")
            #expect(try await fixture.engine.verify().isClean)
            try await store.close()
        }
    }

    @Test func `before it begins`() async throws {
        let scene = try await Scene()
        // Every connection that there is, those that no lane uses now as well.
        #expect(try scene.cut() > 0)
        try await scene.requireDoneOnce(await scene.submit())
    }

    @Test func `when it has begun`() async throws {
        let scene = try await Scene()
        scene.store.interrupt(.begun) {
            let count = try scene.cut(where: "state LIKE 'idle in%'")
            #expect(count == 1)
        }
        try await scene.requireDoneOnce(await scene.submit())
    }

    @Test func `while it waits for a lock`() async throws {
        let scene = try await Scene()
        let other = try await PostgresLedgerStore(address: scene.cluster.address(of: scene.name), laneCount: 1)
        let release = DispatchSemaphore(value: 0)
        let (reached, arrival) = AsyncStream.makeStream(of: Void.self)
        let holder = Task {
            try await other.write { writing in
                _ = try writing.account(AccountID(unchecked: "a"))
                arrival.finish()
                release.wait()
            }
        }
        for await _ in reached {}
        async let results = scene.submit()
        while try scene.cut(where: "wait_event_type = 'Lock'") == 0 { await Task.yield() }
        release.signal()
        try await holder.value
        try await scene.requireDoneOnce(await results)
        try await other.close()
    }

    @Test func `when it has read and decided everything`() async throws {
        let scene = try await Scene()
        scene.store.interrupt(.decided) {
            let count = try scene.cut(where: "state LIKE 'idle in%'")
            #expect(count == 1)
        }
        try await scene.requireDoneOnce(await scene.submit())
    }

    @Test(arguments: ServerStage.allCases)
    func `when it has written, and before it is committed`(stage: ServerStage) async throws {
        let scene = try await Scene()
        // A sequence remembers what a transaction that came to nothing did.
        try scene.cluster.run(
            sql: """
                CREATE SEQUENCE public.cuts;
                CREATE FUNCTION public.cut() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('public.cuts') = 1 THEN
                        PERFORM pg_terminate_backend(pg_backend_pid());
                        PERFORM pg_sleep(60);
                    END IF;
                    RETURN NULL;
                END
                $$;
                \(stage.trigger) EXECUTE FUNCTION public.cut();
                """, in: scene.name)
        let results = await scene.submit()
        #expect(try scene.cluster.run(sql: "SELECT last_value > 1 FROM public.cuts", in: scene.name) == "t\n")
        // Verification reports triggers that are none of Scrip's.
        try scene.cluster.run(sql: "DROP TRIGGER cut ON scrip.entries", in: scene.name)
        try await scene.requireDoneOnce(results)
    }

    @Test func `when it is committed, and nobody was told`() async throws {
        let cluster = try PostgresCluster(isDurable: true)
        defer { cluster.stop() }
        let scene = try await Scene(cluster)
        // A commit that is done waits for a standby that does not exist before it is told.
        try cluster.run(sql: "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", in: scene.name)
        try cluster.run(sql: "SELECT pg_reload_conf()", in: scene.name)
        async let results = scene.submit()
        while try scene.cut(where: "wait_event = 'SyncRep'") == 0 { await Task.yield() }
        #expect(
            try cluster.run(sql: "SELECT count(*) FROM scrip.entries WHERE kind = 'charge'", in: scene.name) == "2\n")
        try cluster.run(sql: "ALTER SYSTEM RESET synchronous_standby_names", in: scene.name)
        try cluster.run(sql: "SELECT pg_reload_conf()", in: scene.name)
        try await scene.requireDoneOnce(await results)
    }
}
