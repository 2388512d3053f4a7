import Foundation
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

/// Erasing takes what is known of people out of everything that is kept, and leaves amounts and chains as they must be.
@Suite("Erased accounts", .timeLimit(.minutes(15)))
struct ErasureTests {
    private static let ada = AccountID(unchecked: "acc_1")
    /// What stands for everything that could tell of a person; each text has it.
    private static let secret = "Lovelace"

    private static var usage: Usage {
        var usage = Usage(action: ActionID(unchecked: "chat"))
        usage.user = "\(secret)-user"
        usage.resource = Usage.Resource(type: "\(secret)-type", id: "\(secret)-resource")
        usage.description = "a talk with \(secret)"
        usage.metadata = #"{"who":"\#(secret)"}"#
        usage.traceID = "\(secret)-trace"
        return usage
    }

    private static func origin(_ key: String?) -> Origin {
        var origin = Origin(actor: "key_1")
        origin.caller = Caller(kind: .user, id: "u", address: "\(secret) street", userAgent: "\(secret) browser")
        origin.reason = "because of \(secret)"
        origin.idempotencyKey = key.map { IdempotencyKey(unchecked: $0) }
        origin.requestDigest = key.map { Digest(of: Array($0.utf8)) }
        return origin
    }

    private static func submit(_ fixture: Fixture, _ intent: Intent, key: String? = nil) async throws -> Outcome {
        try await fixture.engine.submit(Command(account: ada, intent: intent, origin: origin(key)))
    }

    /// An account with more lines than lie between two snapshots, and texts in all of them.
    private static func fill(_ fixture: Fixture) async throws {
        var change = AccountChange()
        change.plan = PlanID(unchecked: "pro")
        _ = try await fixture.engine.put(account: ada, change: change, origin: origin("open")) {
            $0 = Profile(name: secret, email: "\(secret)@example.com", metadata: #"{"name":"\#(secret)"}"#)
        }
        for number in 1...80 {
            fixture.clock.advance(seconds: 3_000)
            let charge = try await submit(fixture, .charge(usage), key: "charge-\(number)")
            if number % 20 == 0, let line = charge.entry?.entry.id {
                _ = try await submit(fixture, .refund(line, amount: nil, reason: "\(secret) was not pleased"))
            }
        }
        let failure = TrackingFailure(
            id: "tf_1", reason: "unknown_action", detail: "of \(secret)", eventID: "e", account: ada.rawValue,
            format: .plain, event: #"{"by":"\#(secret)"}"#, at: fixture.clock.now())
        try await fixture.engine.keep([failure])
        _ = try await fixture.engine.changeTrackingFailure("tf_1") { $0.status = .dismissed }
        var profile = BillingProfile(account: ada)
        (profile.provider, profile.customer) = ("stripe", "cus_\(secret)")
        let tied = profile
        try await fixture.engine.store.write { try $0.save(tied) }
        try await fixture.open("bob")
    }

    /// Everything that is kept of the account, as text.
    private static func traces(_ fixture: Fixture) async throws -> [String] {
        try await fixture.engine.store.read { reading in
            var found = try reading.entries(of: ada, after: 0, limit: 1_000).map {
                String(decoding: $0.encoded, as: UTF8.self)
            }
            found += try reading.auditRecords(of: AuditChain(ada), after: 0, limit: 1_000).map {
                String(decoding: $0.body, as: UTF8.self)
            }
            found += try reading.trackingFailures(after: 0, limit: 100).map { "\($0)" }
            found.append("\(try reading.account(ada)?.profile ?? Profile())")
            found += try reading.billingProfiles(after: nil, limit: 10).map { "\($0)" }
            return found
        }
    }

    @Test("Names and texts go everywhere, amounts and chains stay", arguments: StoreKind.allCases)
    func erasesAll(kind: StoreKind) async throws {
        let path = StoreKind.temporaryPath()
        let fixture = try await Fixture(kind, path: path)
        try await Self.fill(fixture)
        #expect(try await Self.traces(fixture).contains { $0.contains(Self.secret) })
        let before = try await fixture.engine.account(Self.ada).state
        let middle = try await fixture.engine.store.read { try $0.state(of: Self.ada, after: 70) }
        let lines = try await fixture.engine.entries(EntryQuery(account: Self.ada, limit: 500)).map(\.entry)
        let usage = try await fixture.engine.usage(of: Self.ada, from: 0, through: .max)

        let erased = try await fixture.engine.erase(account: Self.ada, origin: Origin(actor: "operator"))
        #expect(erased.state.settings.isErased && erased.state.settings.isSuspended)
        let left = try await Self.traces(fixture).filter { $0.contains(Self.secret) }
        #expect(left.isEmpty, "\(left.prefix(3))")
        let after = try await fixture.engine.account(Self.ada)
        #expect(after.profile == Profile() && after.state.typeBalances == before.typeBalances)
        #expect(after.state.seq == before.seq + 1)
        let kept = try await fixture.engine.entries(EntryQuery(account: Self.ada, limit: 500)).map(\.entry)
        #expect(kept.dropFirst().map(\.amount) == lines.map(\.amount))
        #expect(kept.dropFirst().map(\.effectiveAt) == lines.map(\.effectiveAt))
        #expect(kept.first?.kind == .erasure && kept.first?.replacedDigest == before.lastDigest)
        #expect(try await fixture.engine.usage(of: Self.ada, from: 0, through: .max) == usage)
        let then = try await fixture.engine.store.read { try $0.state(of: Self.ada, after: 70) }
        #expect(then?.typeBalances == middle?.typeBalances && then?.seq == 70)

        let record = try #require(
            try await fixture.engine.auditRecords(AuditQuery(account: Self.ada)).first {
                $0.record.change.action == .accountErased
            })
        #expect(record.record.change.before?["journal_digest"] == .string(before.lastDigest.description))
        let verification = try await fixture.engine.verify()
        #expect(verification.isClean, "\(verification.differences) \(verification.findings) \(verification.audit)")

        // Once more changes nothing.
        let again = try await fixture.engine.erase(account: Self.ada, origin: Origin(actor: "operator"))
        #expect(again.state.seq == after.state.seq)
        try await fixture.engine.store.close()
        if kind == .sqlite || kind == .sqliteNarrow {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(bytes.range(of: Data(Self.secret.utf8)) == nil)
        }
    }

    @Test("What is used afterwards is recorded once and without texts", arguments: StoreKind.allCases)
    func tracksWithoutTexts(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await Self.fill(fixture)
        let tracked = try await Self.submit(fixture, .track(Self.usage), key: "event")
        _ = try await fixture.engine.erase(account: Self.ada, origin: Origin())
        let repeated = try await Self.submit(fixture, .track(Self.usage), key: "event")
        #expect(repeated.isRepeat && repeated.entry?.entry.seq == tracked.entry?.entry.seq)
        let fresh = try await Self.submit(fixture, .track(Self.usage), key: "later")
        #expect(fresh.entry?.entry.usage?.action == ActionID(unchecked: "chat"))
        #expect(fresh.entry?.entry.wouldDeny == "account_erased")
        #expect(try await !Self.traces(fixture).contains { $0.contains(Self.secret) })
        for intent in [Intent.charge(Self.usage), .hold(Self.usage, seconds: 60), .putAccount(AccountChange())] {
            await #expect(throws: Rejection.accountErased(Self.ada)) { try await Self.submit(fixture, intent) }
        }
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("What is open keeps an account from being erased, unless that is forced", arguments: StoreKind.allCases)
    func refusesWhatIsOpen(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open(Self.ada.rawValue, plan: "none")
        _ = try await Self.submit(
            fixture,
            .grant(
                GrantOrder(
                    creditType: CreditTypeID(unchecked: "credits"), amount: Credits(nanocredits: 5_000_000_000),
                    source: .bonus)))
        _ = try await Self.submit(fixture, .hold(Self.usage, seconds: 600))
        await #expect(throws: Rejection.accountNotSettled([.holds(count: 1)])) {
            try await fixture.engine.erase(account: Self.ada, origin: Origin())
        }
        var large = Self.usage
        large.quantity = 9
        _ = try await Self.submit(fixture, .track(large))
        await #expect {
            try await fixture.engine.erase(account: Self.ada, origin: Origin())
        } throws: {
            guard case .accountNotSettled(let open)? = $0 as? Rejection else { return false }
            return open.count == 2 && open.contains { if case .debt = $0 { true } else { false } }
        }
        #expect(try await Self.traces(fixture).contains { $0.contains(Self.secret) })
        _ = try await fixture.engine.erase(account: Self.ada, isForced: true, origin: Origin())
        #expect(try await !Self.traces(fixture).contains { $0.contains(Self.secret) })
        let state = try await fixture.engine.account(Self.ada).state
        #expect(state.holds.count == 1 && state.typeBalances.contains { $0.debt.isPositive })
        #expect(try await fixture.engine.verify().isClean)
        await #expect(throws: Rejection.accountNotFound(AccountID(unchecked: "nobody"))) {
            try await fixture.engine.erase(account: AccountID(unchecked: "nobody"), origin: Origin())
        }
    }

    @Test("An edited line is not erased, as it would not show any more")
    func refusesDamage() async throws {
        let path = StoreKind.temporaryPath()
        let fixture = try await Fixture(.sqlite, path: path)
        try await Self.fill(fixture)
        _ = try SQLiteShell.run(
            "UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), 'charge-40', 'charge-4O') AS BLOB) WHERE account_id = '\(Self.ada)' AND instr(body, 'charge-40') > 0",
            in: path)
        await #expect(throws: EngineError.accountDamaged(Self.ada)) {
            try await fixture.engine.erase(account: Self.ada, origin: Origin())
        }
        #expect(try await fixture.engine.store.read { try $0.profile(of: Self.ada) }?.name == Self.secret)
        try await fixture.engine.store.close()
    }
}
