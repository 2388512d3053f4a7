import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")
private let chat = ActionID(unchecked: "chat")

@Suite("Every store keeps what it is given", .timeLimit(.minutes(15)))
struct ContractTests {
    @Test(
        "A journal of several hundred lines reads back line by line, page by page, and at any moment",
        arguments: StoreKind.allCases)
    func longJournal(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("a", plan: "none")
        _ = try await fixture.submit(
            "a", .grant(GrantOrder(creditType: credits, amount: Credits("1000") ?? .zero, source: .purchased)))
        for index in 0..<600 {
            fixture.clock.advance(seconds: 60)
            _ = try await fixture.submit("a", .charge(Usage(action: chat)), key: "k\(index)")
        }
        let id = AccountID(unchecked: "a")
        let engine = fixture.engine
        let newest = try await engine.entries(EntryQuery(account: id, limit: 10))
        #expect(newest.map(\.entry.seq) == Array(stride(from: 602, to: 592, by: -1)))
        var query = EntryQuery(account: id, limit: 5)
        query.kinds = [.grant]
        #expect(try await engine.entries(query).map(\.entry.seq) == [2])
        query = EntryQuery(account: id, limit: 3)
        query.before = 300
        #expect(try await engine.entries(query).map(\.entry.seq) == [299, 298, 297])
        query.from = fixture.clock.now().adding(seconds: -120)
        query.before = nil
        query.limit = 100
        #expect(try await engine.entries(query).count == 3)
        for seq: Int64 in [1, 2, 255, 256, 257, 400, 602] {
            let state = try await engine.store.read { try $0.state(of: id, after: seq) }
            #expect(state?.seq == seq)
            let line = try await engine.store.read { try $0.entry(seq, of: id) }
            #expect(line?.entry.seq == seq)
            #expect(state?.lastDigest == line?.digest)
        }
        let early = try await engine.account(id, at: Fixture.day("2026-01-31").adding(seconds: 60 * 100))
        #expect(early.state.balance(of: credits).available.description == "900")
        #expect(
            try await engine.store.read { try $0.entry(for: IdempotencyKey(unchecked: "k7"), of: id) }?.entry.seq == 10)
        #expect(
            try await engine.store.read {
                try $0.entry(for: IdempotencyKey(unchecked: "k7"), of: AccountID(unchecked: "b"))
            } == nil)
        #expect(try await engine.verify().isClean)
    }

    @Test("The versions of accounts are the numbers of their last lines", arguments: StoreKind.allCases)
    func versions(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        for id in ["a", "b", "c"] { try await fixture.open(id, plan: "pro") }
        _ = try await fixture.submit("b", .charge(Usage(action: chat)))
        let asked = ["a", "b", "nobody"].map { AccountID(unchecked: $0) }
        let versions = try await fixture.engine.store.read { try $0.versions(of: asked) }
        var expected: [AccountID: Int64] = [:]
        for id in asked.dropLast() { expected[id] = try await fixture.engine.account(id).state.seq }
        #expect(versions == expected)
        #expect(try await fixture.engine.store.read { try $0.versions(of: []) }.isEmpty)
    }

    @Test("A transaction that throws leaves nothing behind", arguments: StoreKind.allCases)
    func rollback(kind: StoreKind) async throws {
        struct Stop: Error {}
        let fixture = try await Fixture(kind)
        try await fixture.open("a")
        let before = try await fixture.engine.account(AccountID(unchecked: "a")).state
        let history = fixture.engine.catalogs.history
        await #expect(throws: Stop.self) {
            try await fixture.engine.store.write { writing in
                guard var state = try writing.account(AccountID(unchecked: "a"))?.state else { return }
                let context = DecisionContext(now: before.lastRecordedAt, catalogs: history)
                let command = Command(account: state.id, intent: .charge(Usage(action: chat)))
                let decision = try state.decide(command, context: context)
                try writing.save([AccountUpdate(state: state, entries: decision.entries)])
                throw Stop()
            }
        }
        #expect(try await fixture.engine.account(AccountID(unchecked: "a")).state == before)
        #expect(try await fixture.available("a") == "5")
        _ = try await fixture.submit("a", .charge(Usage(action: chat)))
        #expect(try await fixture.available("a") == "4")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test(
        "Usage totals of closed and open days add up, late events count on their own day", arguments: StoreKind.allCases
    )
    func usage(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("a", plan: "pro")
        var tokens = Usage(
            action: ActionID(unchecked: "summarize"), counts: ["input_tokens": 1_500, "output_tokens": 500])
        for _ in 0..<3 {
            _ = try await fixture.submit("a", .charge(tokens))
            fixture.clock.advance(seconds: 86_400)
        }
        tokens.occurredAt = Fixture.day("2026-01-31").adding(seconds: 3_600)
        _ = try await fixture.submit("a", .track(tokens))
        let rows = try await fixture.engine.usage(of: AccountID(unchecked: "a"), from: .min, through: .max)
        #expect(rows.map(\.count) == [2, 1, 1])
        #expect(rows.map(\.charged.description) == ["2", "1", "1"])
        #expect(rows.map(\.inputTokens) == [3_000, 1_500, 1_500])
        let report = try await fixture.engine.usageTotals(from: .min, through: .max)
        #expect(report.topAccounts.map(\.charged.description) == ["4"])
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("The sweeper writes what time has changed and changes no balance", arguments: StoreKind.allCases)
    func sweeper(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        for index in 0..<20 { try await fixture.open("a\(index)", plan: index % 2 == 0 ? "free" : "endless") }
        _ = try await fixture.submit("a0", .charge(Usage(action: chat)))
        fixture.clock.set(Fixture.day("2026-03-05"))
        let before = try await fixture.available("a0")
        #expect(before == "5")
        #expect(try await Sweeper(engine: fixture.engine).sweep() == 20)
        #expect(try await fixture.available("a0") == before)
        #expect(try await Sweeper(engine: fixture.engine).sweep() == 0)
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("Profiles, catalogs and keys are kept", arguments: StoreKind.allCases)
    func settings(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        let outcome = try await fixture.engine.put(account: AccountID(unchecked: "ä b"), change: AccountChange()) {
            $0 = Profile(name: "Ada", email: "ada@example.com", metadata: #"{"a":1}"#)
        }
        #expect(outcome.wasOpened)
        let shown = try await fixture.engine.account(AccountID(unchecked: "ä b"))
        #expect(shown.profile == Profile(name: "Ada", email: "ada@example.com", metadata: #"{"a":1}"#))
        #expect(try await fixture.engine.applyCatalog(document: Fixture.catalog).isUnchanged)
        let changed = try await fixture.engine.applyCatalog(
            document: Fixture.catalog.replacing("amount: \"5\"", with: "amount: \"6\"")
        )
        #expect(changed.version == 2)
        #expect(changed.diff.lines == ["~ plan free: allowance of credits 5 every month → 6 every month"])
        let (key, secret) = try await fixture.engine.createKey(name: "app", scopes: [.balanceRead])
        #expect(try await fixture.engine.authenticate(secret.text).id == key.id)
        _ = try await fixture.engine.revokeKey(key.id)
        await #expect(throws: KeyRefusal.revoked) { try await fixture.engine.authenticate(secret.text) }
        await #expect(throws: KeyRefusal.malformed) { try await fixture.engine.authenticate(secret.text + "x") }
        await #expect(throws: KeyRefusal.unknown) { try await fixture.engine.authenticate(SecretKey().text) }
    }

    @Test("A late repetition of a change undoes nothing that came after it", arguments: StoreKind.allCases)
    func lateRepetition(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        let ada = AccountID(unchecked: "ada")
        func put(_ name: String, key: String) async throws -> PutAccountOutcome {
            var origin = Origin()
            origin.idempotencyKey = IdempotencyKey(unchecked: key)
            origin.requestDigest = Digest(of: Array(name.utf8))
            return try await fixture.engine.put(account: ada, change: AccountChange(), origin: origin) {
                $0.name = name
            }
        }
        for (name, key) in [("Ada", "k1"), ("Ada K.", "k2"), ("Ada Lovelace", "k3")] {
            let outcome = try await put(name, key: key)
            #expect(!outcome.isRepeat && outcome.snapshot.profile.name == name)
        }
        for (name, key) in [("Ada", "k1"), ("Ada K.", "k2")] {
            let again = try await put(name, key: key)
            #expect(again.isRepeat && !again.wasOpened)
        }
        #expect(try await fixture.engine.account(ada).profile.name == "Ada Lovelace")
        await #expect(throws: Rejection.idempotencyKeyReused(IdempotencyKey(unchecked: "k2"))) {
            try await put("Eve", key: "k2")
        }
        #expect(try await fixture.engine.account(ada).profile.name == "Ada Lovelace")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("Two processes on one file see each other's writes")
    func twoProcesses() async throws {
        let path = StoreKind.temporaryPath()
        let first = try await Fixture(.sqlite, path: path)
        let second = try await Fixture(.sqlite, path: path)
        try await first.open("a")
        for _ in 0..<2 {
            _ = try await first.submit("a", .charge(Usage(action: chat)))
            _ = try await second.submit("a", .charge(Usage(action: chat)))
        }
        #expect(try await first.available("a") == "1")
        #expect(try await second.available("a") == "1")
        #expect(try await first.engine.verify().isClean)
    }

    @Test("A file that is no database is refused in words")
    func noDatabase() {
        #expect(throws: StoreError.self) { try SQLiteLedgerStore(path: "/proc/version") }
    }
}
