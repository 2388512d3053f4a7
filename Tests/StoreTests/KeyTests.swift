import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct KeyTests {
    @Test(arguments: StoreKind.allCases)
    func `a key that another engine makes opens at once, and one that it revokes closes within seconds`(
        kind: StoreKind
    ) async throws {
        let fixture = try await Fixture(kind)
        let other = try await KeyTests.engine(over: fixture)
        await #expect(throws: KeyRefusal.unknown) { try await fixture.engine.authenticate(SecretKey().text) }
        let (key, secret) = try await other.createKey(name: "new")
        #expect(try await fixture.engine.authenticate(secret.text).id == key.id)

        _ = try await other.revokeKey(key.id)
        await #expect(throws: KeyRefusal.revoked) { try await other.authenticate(secret.text) }
        fixture.clock.advance(seconds: 5)
        await #expect(throws: KeyRefusal.revoked) { try await fixture.engine.authenticate(secret.text) }
    }

    @Test(arguments: StoreKind.allCases)
    func `many callers with the same new key are let in together`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        let (key, secret) = try await KeyTests.engine(over: fixture).createKey(name: "busy")
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<2_000 {
                group.addTask { (try? await fixture.engine.authenticate(secret.text))?.id == key.id }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(admitted == 2_000)
    }

    @Test func `a flood of keys that nobody made is held off, and does not shut out known ones`() async throws {
        let fixture = try await Fixture(.memory)
        let (key, secret) = try await fixture.engine.createKey(name: "known")
        #expect(try await fixture.engine.authenticate(secret.text).id == key.id)
        var heldOff = 0
        for _ in 0..<600 {
            do {
                _ = try await fixture.engine.authenticate(SecretKey().text)
            } catch EngineError.overloaded {
                heldOff += 1
            } catch {
                #expect(error as? KeyRefusal == .unknown)
            }
        }
        #expect(heldOff == 101)
        #expect(try await fixture.engine.authenticate(secret.text).id == key.id)
        fixture.clock.advance(seconds: 1)
        let (later, laterSecret) = try await fixture.engine.createKey(name: "later")
        #expect(try await fixture.engine.authenticate(laterSecret.text).id == later.id)
    }

    @Test func `a mistyped key is refused without a look-up`() async throws {
        let fixture = try await Fixture(.memory)
        for _ in 0..<1_000 {
            await #expect(throws: KeyRefusal.malformed) {
                try await fixture.engine.authenticate("scrip_sk_live_1123456789ABCDEFGHIJKLMNOPQRST4PMbyp")
            }
        }
        await #expect(throws: KeyRefusal.unknown) { try await fixture.engine.authenticate(SecretKey().text) }
    }

    private static func engine(over fixture: Fixture) async throws -> Engine {
        try await Engine(
            store: fixture.engine.store, clock: fixture.clock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}
