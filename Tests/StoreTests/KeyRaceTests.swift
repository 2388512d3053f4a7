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
}
