import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct CopyTests {
    private static let chat = Usage(action: ActionID(unchecked: "chat"))

    /// A ledger with something of everything that a store keeps.
    private static func full(_ kind: StoreKind) async throws -> Fixture {
        let fixture = try await AuditTests.busy(kind)
        let engine = fixture.engine
        for number in 0..<5 { try await fixture.open("u_\(number)", plan: number < 2 ? "endless" : "pro") }
        for number in 0..<330 {
            if number % 40 == 0 { fixture.clock.advance(seconds: 86_400) }
            _ = try await fixture.submit("u_\(number % 2)", .charge(chat), key: "k\(number)")
        }
        _ = try await engine.put(account: AccountID(unchecked: "u_3"), change: AccountChange()) {
            $0 = Profile(name: "Ü", email: "u@example.com", metadata: #"{"a":1}"#)
        }
        _ = try await engine.applyCatalog(
            document: Fixture.catalog.replacing("amount: \"5\"", with: "amount: \"6\""))
        _ = try await engine.signingKey()
        let now = fixture.clock.now()
        try await engine.store.write { writing in
            for number in 0..<450 {
                try writing.append(
                    PaymentMessage(provider: "stripe", id: "evt_\(number)", kind: "paid", recordedAt: now))
            }
            try writing.save(
                TrackingFailure(
                    id: "tf_2", reason: "unknown_action", detail: "x", eventID: nil, account: nil, format: .text,
                    event: "?", at: now))
            var profile = BillingProfile(account: AccountID(unchecked: "u_1"))
            (profile.provider, profile.customer) = ("stripe", "cus_1")
            try writing.save(profile)
        }
        return fixture
    }

    @Test(
        arguments: [
            (StoreKind.sqliteNarrow, StoreKind.postgres), (.postgres, .sqlite), (.memory, .postgres),
        ])
    func `a copy holds the same, and the copy of the copy too`(from: StoreKind, to: StoreKind) async throws {
        let fixture = try await CopyTests.full(from)
        let (target, back) = (try await to.make(), try await from.make())
        let made = try await LedgerCopy(from: fixture.engine.store, to: target).run()
        #expect(made.accountCount == 6 && made.entryCount > 340 && made.auditRecordCount > 12)
        _ = try await LedgerCopy(from: target, to: back).run()
        let copied = try await Fixture(back)
        let id = AccountID(unchecked: "u_1")
        let query = EntryQuery(account: id, limit: 1_000)
        #expect(try await copied.engine.entries(query) == fixture.engine.entries(query))
        let customer = try await back.read { try $0.account(ofCustomer: "cus_1", provider: "stripe") }
        #expect(customer == id)
        #expect(try await copied.submit("u_1", .charge(CopyTests.chat), key: "k1").isRepeat)
        let again = try await LedgerCopy(from: fixture.engine.store, to: target).run()
        #expect(again.entryCount == 0 && again.auditRecordCount == 0 && again.otherCount == 0)
    }

    @Test(arguments: [StoreKind.sqlite, .postgres])
    func `what is new in the source follows later`(to: StoreKind) async throws {
        let fixture = try await CopyTests.full(.sqlite)
        let target = try await to.make()
        let copy = LedgerCopy(from: fixture.engine.store, to: target)
        _ = try await copy.run()
        _ = try await fixture.submit("u_0", .charge(CopyTests.chat))
        try await fixture.open("u_9")
        _ = try await fixture.engine.changeTrackingFailure("tf_2", origin: Origin()) { $0.status = .dismissed }
        let more = try await copy.run()
        #expect(more.entryCount >= 2 && more.auditRecordCount == 2 && more.otherCount == 1)
    }

    @Test(arguments: [StoreKind.sqlite, .postgres])
    func `a target that holds something else is refused and left as it is`(to: StoreKind) async throws {
        let fixture = try await CopyTests.full(.memory)
        let other = try await Fixture(try await to.make())
        try await other.open("ada")
        let copy = LedgerCopy(from: fixture.engine.store, to: other.engine.store)
        let problem = await #expect(throws: CopyProblem.self) { try await copy.run() }
        #expect(problem?.description.contains("The target already holds different data") == true)
        #expect(try await other.engine.store.read { try $0.accountIDs(after: nil, limit: 10) }.count == 1)

        let target = try await to.make()
        _ = try await LedgerCopy(from: fixture.engine.store, to: target).run()
        let served = try await Engine(store: target, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await served.submit(
            Command(account: AccountID(unchecked: "u_0"), intent: .charge(CopyTests.chat), origin: Origin()))
        let refused = await #expect(throws: CopyProblem.self) {
            try await LedgerCopy(from: fixture.engine.store, to: target).run()
        }
        #expect(refused?.description.contains("account 'u_0' differs at line") == true)
    }
}
