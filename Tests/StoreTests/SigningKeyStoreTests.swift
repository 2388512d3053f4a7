import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Testing

/// Signing keys at rest.
@Suite(.timeLimit(.minutes(15))) struct SigningKeyStoreTests {
    private let masters = ["0", "a", "F"].compactMap { try? MasterKey(String(repeating: $0, count: 64)) }

    private static func engine(_ store: any LedgerStore, _ masters: [MasterKey] = []) async throws -> Engine {
        try await Engine(
            store: store, clock: FixedClock(Fixture.day("2026-01-31")),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, masterKeys: MasterKeys(masters))
    }

    @Test(arguments: [StoreKind.memory, .sqlite, .postgres])
    func `a key is encrypted at rest, and read with its master key alone`(_ kind: StoreKind) async throws {
        let (old, new, other) = (masters[0], masters[1], masters[2])
        let store = try await kind.make()
        let plain = try await SigningKeyStoreTests.engine(store).signingKey()
        #expect(try await store.read { try $0.signingKeys() }.map(\.secret) == [plain.secret])
        // Given a master key, a start encrypts what is there.
        let engine = try await SigningKeyStoreTests.engine(store, [old])
        try await engine.prepareSigningKeys()
        let stored = try await engine.storedSigningKeys()
        #expect(stored.map(\.masterKey) == [old.id] && stored[0].secret != plain.secret)
        #expect(Data(stored[0].secret).range(of: Data(plain.secret)) == nil)
        #expect(try await engine.signingKey().secret == plain.secret)
        for wrong in [[], [other]] {
            let stranger = try await SigningKeyStoreTests.engine(store, wrong)
            let problem = await #expect(throws: MasterKeyProblem.self) { try await stranger.prepareSigningKeys() }
            #expect(
                problem == .missing(name: plain.id, masterKey: old.id, given: wrong.map(\.id)))
            await #expect(throws: MasterKeyProblem.self) { try await stranger.signingKey() }
            await #expect(throws: MasterKeyProblem.self) { try await stranger.signingKey(plain.id) }
        }
        // Another master key takes over: the old one reads on until everything is encrypted anew.
        let changing = try await SigningKeyStoreTests.engine(store, [new, old])
        try await changing.prepareSigningKeys()
        #expect(try await changing.signingKey().secret == plain.secret)
        let rotated = try await changing.rotateSigningKey()
        #expect(try await changing.storedSigningKeys().map(\.masterKey) == [old.id, new.id])
        #expect(try await changing.sealSigningKeys() == 1)
        #expect(try await changing.sealSigningKeys() == 0)
        let changed = try await SigningKeyStoreTests.engine(store, [new])
        try await changed.prepareSigningKeys()
        #expect(try await changed.signingKey(plain.id)?.secret == plain.secret)
        #expect(try await changed.signingKey().secret == rotated.secret)
        // An encrypted secret belongs to its name.
        try await store.write { writing in
            var keys = try writing.signingKeys()
            keys[0].secret = keys[1].secret
            try writing.save(keys[0])
        }
        let cheated = try await SigningKeyStoreTests.engine(store, [new])
        let problem = await #expect(throws: MasterKeyProblem.self) { try await cheated.prepareSigningKeys() }
        #expect(problem == .unreadable(name: plain.id, masterKey: new.id))
        try await store.close()
    }

    @Test func `nothing of a secret is left in the file`() async throws {
        let path = TemporaryFolder.newFile()
        let store = try SQLiteLedgerStore(path: path)
        let plain = try await SigningKeyStoreTests.engine(store).signingKey()
        try await SigningKeyStoreTests.engine(store, [masters[0]]).prepareSigningKeys()
        let engine = try await SigningKeyStoreTests.engine(store, [masters[0]])
        let next = try await engine.rotateSigningKey()
        let sealed = try await engine.storedSigningKeys()
        _ = try await engine.retireSigningKey(plain.id)
        try await store.close()
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        for secret in [plain.secret, next.secret, sealed[0].secret] {
            #expect(file.range(of: Data(secret)) == nil)
        }
        #expect(file.range(of: Data(sealed[1].secret)) != nil)
    }

    @Test func `a copy has what the source has, encrypted or not, and follows what became of it`() async throws {
        let source = try await SigningKeyStoreTests.engine(try await StoreKind.sqlite.make(), [masters[0]])
        let target = try await StoreKind.postgres.make()
        let first = try await source.signingKey()
        _ = try await LedgerCopy(from: source.store, to: target).run()
        #expect(try await target.read { try $0.signingKeys() } == source.storedSigningKeys())
        _ = try await source.rotateSigningKey()
        _ = try await LedgerCopy(from: source.store, to: target).run()
        #expect(try await target.read { try $0.signingKeys() } == source.storedSigningKeys())
        _ = try await source.retireSigningKey(first.id)
        _ = try await LedgerCopy(from: source.store, to: target).run()
        #expect(try await target.read { try $0.signingKeys() } == source.storedSigningKeys())
        // A server was run on the target.
        _ = try await SigningKeyStoreTests.engine(target, [masters[0]]).rotateSigningKey()
        await #expect(throws: CopyProblem.self) { try await LedgerCopy(from: source.store, to: target).run() }
        try await target.close()
    }

    @Test func `a master key is 32 bytes in one of two spellings`() throws {
        let hexadecimal = try MasterKey(String(repeating: "0", count: 64))
        #expect(try MasterKey(Data(count: 32).base64EncodedString()).id == hexadecimal.id)
        for text in ["", "0", String(repeating: "0", count: 63), String(repeating: "g", count: 64), "AAAA"] {
            #expect(throws: MasterKeyProblem.malformed) { try MasterKey(text) }
        }
    }
}
