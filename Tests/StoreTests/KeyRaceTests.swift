import Dispatch
import Foundation
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

@Suite("API keys that several instances change at once", .heavy, .timeLimit(.minutes(15)))
struct KeyRaceTests {
    @Test func `a key that is revoked while another instance notes its use stays revoked`() async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try await PostgresDatabases.shared.make()
        let address = cluster.address(of: name)
        let store = InterruptedStore(try await PostgresLedgerStore(address: address))
        let first = try await Fixture(store)
        let second = try await Fixture(try await PostgresLedgerStore(address: address))
        let (key, secret) = try await first.engine.createKey(name: "k")
        _ = try await first.engine.authenticate(secret.text)
        let (revoked, isEnded) = AsyncStream.makeStream(of: Void.self)
        store.interrupt(.decided) {
            let ended = DispatchSemaphore(value: 0)
            Task {
                _ = try? await second.engine.revokeKey(key.id)
                ended.signal()
                isEnded.finish()
            }
            // It is done, or waits for the one who notes the use.
            let waiting = """
                SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND wait_event_type = 'Lock'
                """
            while try cluster.run(sql: waiting, in: "postgres") == "0\n" {
                if ended.wait(timeout: .now()) == .success { return }
            }
        }
        try await first.engine.recordKeyUses()
        for await _ in revoked {}
        let kept = try #require(try await second.engine.apiKey(key.id))
        #expect(kept.revokedAt != nil)
        #expect(kept.lastUsedAt != nil)
    }

    @Test(arguments: [StoreKind.sqlite, .postgres])
    func `however many rotate a key at once, on several instances, it gets one successor`(kind: StoreKind) async throws
    {
        let engines = try await KeyRaceTests.instances(kind)
        let key = try await engines[0].createKey(name: "app").key.id
        let outcomes = await withTaskGroup(of: String?.self) { group in
            for turn in 0..<24 {
                let engine = engines[turn % engines.count]
                group.addTask {
                    do {
                        return try await engine.rotateKey(key, overlapSeconds: 3_600)?.key.id
                    } catch KeyChangeRefusal.alreadyRotated(let successor) {
                        return "refused \(successor)"
                    } catch {
                        return "\(error)"
                    }
                }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        let successor = try #require(try await engines[0].apiKey(key)?.replacedBy)
        #expect(outcomes.filter { $0 == successor }.count == 1, "\(outcomes)")
        #expect(outcomes.filter { $0 == "refused \(successor)" }.count == 23, "\(outcomes)")
        #expect(try await engines[0].apiKeys().count == 2)
        #expect(try await engines[0].rotateKey(successor, overlapSeconds: 0) != nil)
    }

    @Test(arguments: [StoreKind.sqlite, .postgres])
    func `two managers that revoke each other at once do not both end`(kind: StoreKind) async throws {
        let engines = try await KeyRaceTests.instances(kind)
        for _ in 0..<10 {
            let first = try await engines[0].createKey(name: "a", scopes: [.keysAdmin]).key.id
            let second = try await engines[0].createKey(name: "b", scopes: [.keysAdmin]).key.id
            await withTaskGroup(of: Void.self) { group in
                for (engine, id) in [(engines[0], first), (engines[1], second)] {
                    group.addTask { _ = try? await engine.revokeKey(id, isLastAllowed: false) }
                }
            }
            let open = try await engines[0].apiKeys().filter { $0.revokedAt == nil }
            #expect(open.count == 1)
            for key in open { _ = try await engines[0].revokeKey(key.id) }
        }
    }

    /// Three engines over one database, each with a store of its own.
    private static func instances(_ kind: StoreKind) async throws -> [Engine] {
        let path = StoreKind.temporaryPath()
        var address = ""
        if kind == .postgres {
            address = try PostgresCluster.shared.get().address(of: try await PostgresDatabases.shared.make())
        }
        var engines: [Engine] = []
        for _ in 0..<3 {
            let store: any LedgerStore =
                kind == .postgres
                ? try await PostgresLedgerStore(address: address) : try await kind.make(path: path)
            engines.append(try await Fixture(store).engine)
        }
        return engines
    }
}
