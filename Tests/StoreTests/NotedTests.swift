import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let org = AccountID(unchecked: "org")

/// A command with a key that changed nothing is remembered like any other.
@Suite("Commands that change nothing", .timeLimit(.minutes(15)))
struct NotedTests {
    private func plan(_ id: String, _ change: (inout SubscriptionOrder) -> Void = { _ in }) -> SubscriptionOrder {
        var order = SubscriptionOrder(plan: PlanID(unchecked: id))
        change(&order)
        return order
    }

    /// Commands that change nothing of an account on the plan "pro" that is paid for until March 15th.
    private var commands: [(String, Intent)] {
        let end = Fixture.day("2026-03-15")
        return [
            ("initialize", .subscription(.initialize(AccountChange()))),
            ("put", .putAccount(AccountChange())),
            ("subscribe", .subscribe(plan("pro") { $0.endsAt = end })),
            ("upgrade", .subscription(.upgrade(plan("pro")))),
            ("renew", .subscription(.renew(endsAt: end))),
        ]
    }

    private func fixture(_ kind: StoreKind) async throws -> Fixture {
        let fixture = try await Fixture(kind)
        try await fixture.open("org", plan: "free")
        let order = plan("pro") { $0.endsAt = Fixture.day("2026-03-15") }
        _ = try await fixture.submit("org", .subscribe(order))
        return fixture
    }

    private func lineCount(_ fixture: Fixture) async throws -> Int64 {
        try await fixture.engine.account(org).state.seq
    }

    @Test("Without a key they leave no line", arguments: StoreKind.allCases)
    func withoutKey(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        let before = try await lineCount(fixture)
        for (name, intent) in commands {
            let outcome = try await fixture.submit("org", intent)
            #expect(outcome.entry == nil, "\(name)")
        }
        #expect(try await lineCount(fixture) == before)
    }

    @Test("With a key they are answered again as they were, whatever came after", arguments: StoreKind.allCases)
    func repetition(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        var firsts: [Outcome] = []
        for (name, intent) in commands {
            let before = try await lineCount(fixture)
            let first = try await fixture.submit("org", intent, key: name)
            #expect(!first.isRepeat && first.entry?.entry.kind == .noted, "\(name)")
            #expect(first.entry?.entry.amount == .zero && first.entry?.entry.creditType == nil)
            #expect(try await lineCount(fixture) == before + 1, "\(name)")
            firsts.append(first)
        }
        fixture.clock.advance(seconds: 60)
        _ = try await fixture.submit("org", .subscribe(plan("free") { $0.when = .now }))
        let last = try await lineCount(fixture)
        for ((name, intent), first) in zip(commands, firsts) {
            let again = try await fixture.submit("org", intent, key: name)
            #expect(again.isRepeat && again.entry == first.entry, "\(name)")
            #expect(again.state.subscription == first.state.subscription, "\(name)")
            let key = IdempotencyKey(unchecked: name)
            await #expect(throws: Rejection.idempotencyKeyReused(key), "\(name)") {
                _ = try await fixture.submit("org", .subscription(.expire), key: name)
            }
        }
        #expect(try await lineCount(fixture) == last)
        #expect(try await fixture.engine.account(org).state.subscription.plan?.rawValue == "free")
        // Nothing was changed, so the audit log has nothing to say.
        let noted = Set(firsts.compactMap { $0.entry?.entry.seq })
        let records = try await fixture.engine.auditRecords(AuditQuery(account: org, limit: 100))
        #expect(records.allSatisfy { record in record.record.change.entry.map { !noted.contains($0) } ?? true })
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("What ends or waits already is noted, too", arguments: StoreKind.allCases)
    func endings(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("org", plan: "free")
        for (name, intent) in [
            ("expire", Intent.subscription(.expire)), ("miss", .subscription(.missPayment)),
        ] {
            #expect(try await fixture.submit("org", intent, key: name).entry?.entry.kind == .noted, "\(name)")
        }
        _ = try await fixture.submit("org", .subscribe(plan("pro")))
        let later = Intent.subscription(.downgrade(plan("saver")))
        #expect(try await fixture.submit("org", later, key: "first").entry?.entry.kind == .subscription)
        #expect(try await fixture.submit("org", later, key: "second").entry?.entry.kind == .noted)
        #expect(try await fixture.submit("org", .subscription(.expire), key: "expire").isRepeat)
        #expect(try await fixture.engine.account(org).state.subscription.plan?.rawValue == "pro")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test(
        "After an erasure their keys answer no command that never leaves such an entry", arguments: StoreKind.allCases)
    func erased(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        for (name, intent) in commands { _ = try await fixture.submit("org", intent, key: name) }
        _ = try await fixture.engine.erase(account: org, origin: Origin())
        let grant = Intent.grant(
            GrantOrder(creditType: CreditTypeID(unchecked: "credits"), amount: Credits(nanocredits: 1), source: .bonus))
        let others: [Intent] = [grant, .charge(Usage(action: ActionID(unchecked: "chat")))]
        for (name, intent) in commands {
            for other in others {
                await #expect(throws: Rejection.idempotencyKeyReused(IdempotencyKey(unchecked: name)), "\(name)") {
                    _ = try await fixture.submit("org", other, key: name)
                }
            }
            #expect(try await fixture.submit("org", intent, key: name).isRepeat, "\(name)")
        }
    }
}
