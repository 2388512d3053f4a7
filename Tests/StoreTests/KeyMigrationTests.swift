import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

/// A database of the version that kept no owners of keys.
@Suite(.heavy, .timeLimit(.minutes(15))) struct KeyMigrationTests {
    @Test func `it is migrated, verifies, and goes on knowing its keys`() async throws {
        let scene = try await SQLScene(instances: 0)
        defer { scene.end() }
        try await scene.open("org", .organization, plan: "pro")
        let org = AccountID(unchecked: "org")
        let usage = Usage(action: ActionID(unchecked: "generate_quest"))
        func record(_ engine: Engine, _ key: IdempotencyKey, actor: String) async throws -> Outcome {
            let origin = Origin(actor: actor, idempotencyKey: key, requestDigest: Digest(of: [1]))
            return try await engine.submit(Command(account: org, intent: .track(usage), origin: origin))
        }
        for (name, actor) in [("k", "key_1"), ("user:k", "user:eve")] {
            _ = try await record(scene.engine, IdempotencyKey(unchecked: name, owner: .unstated), actor: actor)
        }
        try await scene.engine.store.close()
        let number = PostgresMigrations.steps.first { $0.name == "owners of keys" }?.number ?? 0
        try scene.sql(
            """
            DROP INDEX scrip.entries_key;
            ALTER TABLE scrip.entries DROP COLUMN key_owner;
            CREATE UNIQUE INDEX entries_key ON scrip.entries (account_id, idempotency_key)
                WHERE idempotency_key IS NOT NULL;
            DELETE FROM scrip.migrations WHERE number = \(number);
            """)
        #expect(try await PostgresMigrations(address: scene.address).apply().map(\.number) == [number])
        let store = try await PostgresLedgerStore(address: scene.address)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let engine = try await Engine(store: store, logger: logger)
        #expect(try await engine.verify().isClean)
        // Twice: as the account was read, and as it is remembered.
        for _ in 0..<2 {
            #expect(try await record(engine, IdempotencyKey(unchecked: "k"), actor: "key_2").isRepeat)
            let eve = IdempotencyKey(unchecked: "k", owner: .user("eve"))
            #expect(try await record(engine, eve, actor: "user:eve").isRepeat)
        }
        let bob = IdempotencyKey(unchecked: "k", owner: .user("bob"))
        #expect(try await !record(engine, bob, actor: "user:bob").isRepeat)
        #expect(try await record(engine, IdempotencyKey(unchecked: "k"), actor: "key_1").isRepeat)
        #expect(try await engine.verify().isClean)
        try await store.close()
    }
}
