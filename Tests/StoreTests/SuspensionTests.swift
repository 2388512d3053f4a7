import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

/// A suspended account is refused what it asks for, and loses nothing of what happened.
@Suite("Suspended accounts", .timeLimit(.minutes(15)))
struct SuspensionTests {
    private static let ada = AccountID(unchecked: "ada")
    private static let chat = Usage(action: ActionID(unchecked: "chat"))

    private static func suspend(_ fixture: Fixture, _ isSuspended: Bool = true) async throws {
        var change = AccountChange()
        change.isSuspended = isSuspended
        _ = try await fixture.engine.put(account: ada, change: change)
    }

    @Test(
        "Charges, holds and checks are refused; captures and tracked usage are recorded", arguments: StoreKind.allCases)
    func refusesAndRecords(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("ada")
        let hold = try #require(try await fixture.submit("ada", .hold(Self.chat, seconds: 600)).hold)
        try await Self.suspend(fixture)
        for intent in [Intent.charge(Self.chat), .hold(Self.chat, seconds: 60)] {
            await #expect(throws: Rejection.accountSuspended(Self.ada)) { try await fixture.submit("ada", intent) }
        }
        let check = try await fixture.engine.check(Self.chat, account: Self.ada)
        #expect(!check.isAllowed && check.refusal == .accountSuspended(Self.ada) && check.remaining == nil)
        let tracked = try await fixture.submit("ada", .track(Self.chat))
        #expect(tracked.entry?.entry.wouldDeny == "account_suspended")
        _ = try await fixture.submit("ada", .capture(hold.id, CaptureOrder()))
        #expect(try await fixture.available("ada") == "3")

        try await Self.suspend(fixture, false)
        _ = try await fixture.submit("ada", .charge(Self.chat))
        #expect(try await fixture.available("ada") == "2")
        let changes = try await fixture.engine.auditRecords(AuditQuery(account: Self.ada)).map(\.record.change)
        #expect(changes.count { $0.action == .accountChanged } == 2)
        #expect(changes.contains { $0.after?["suspended"] == .bool(true) })
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("Neither observe mode nor demonstration lets a suspended account through", arguments: [StoreKind.memory])
    func nothingLifts(kind: StoreKind) async throws {
        for isDemo in [false, true] {
            let fixture = try await Fixture(kind)
            var change = AccountChange()
            (change.enforcement, change.isDemo, change.isSuspended) = (.observe, isDemo, true)
            _ = try await fixture.engine.put(account: Self.ada, change: change)
            await #expect(throws: Rejection.accountSuspended(Self.ada)) {
                try await fixture.submit("ada", .charge(Self.chat))
            }
            await #expect(throws: Rejection.accountSuspended(Self.ada)) {
                try await fixture.submit("ada", .hold(Self.chat, seconds: 60))
            }
            #expect(try await !fixture.engine.check(Self.chat, account: Self.ada).isAllowed)
        }
    }
}
