import ScripCore
import ScripEngine
import Testing

@Suite("A command that comes again is answered as it was the first time", .timeLimit(.minutes(15)))
struct ReplayTests {
    private func put(
        _ fixture: Fixture, _ plan: String, _ kind: AccountSettings.Kind, key: String
    ) async throws -> PutAccountOutcome {
        var change = AccountChange()
        change.plan = PlanID(unchecked: plan)
        change.kind = kind
        let origin = Origin(
            actor: "test", idempotencyKey: IdempotencyKey(unchecked: key), requestDigest: Digest(of: Array(key.utf8)))
        return try await fixture.engine.put(account: AccountID(unchecked: "a"), change: change, origin: origin)
    }

    @Test(arguments: StoreKind.allCases)
    func `opening and changing an account with everything that follows from it`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        var firsts: [(String, String, AccountSettings.Kind, PutAccountOutcome)] = []
        let changes: [(String, AccountSettings.Kind)] = [
            ("free", .user), ("pro", .organization), ("saver", .organization), ("none", .user), ("weekly", .user),
        ]
        for (index, change) in changes.enumerated() {
            let key = "k\(index)"
            firsts.append((key, change.0, change.1, try await put(fixture, change.0, change.1, key: key)))
            _ = try await fixture.submit("a", .track(Usage(action: ActionID(unchecked: "chat"))))
        }
        for (key, plan, kind, first) in firsts {
            let again = try await put(fixture, plan, kind, key: key)
            #expect(again.isRepeat && !again.wasOpened && !first.isRepeat)
            #expect(again.snapshot.state.seq == first.snapshot.state.seq)
            #expect(again.snapshot.state.balances == first.snapshot.state.balances)
            #expect(again.snapshot.state.subscription == first.snapshot.state.subscription)
        }
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test(arguments: StoreKind.allCases)
    func `names that look alike are different accounts and different keys`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        try await fixture.open(composed)
        let chat = Usage(action: ActionID(unchecked: "chat"))
        await #expect(throws: Rejection.self) { try await fixture.submit(decomposed, .charge(chat)) }
        try await fixture.open(decomposed)
        _ = try await fixture.submit(composed, .charge(chat), key: "\u{C5}")
        let other = try await fixture.submit(composed, .charge(chat), key: "\u{212B}")
        #expect(!other.isRepeat)
        #expect(try await fixture.available(composed) == "3")
        #expect(try await fixture.available(decomposed) == "5")
        #expect(try await fixture.engine.accounts().map(\.state.id.rawValue.utf8.count) == [6, 5])
        #expect(try await fixture.engine.verify().isClean)
    }
}
