import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite("A clock that goes backwards takes nothing back", .timeLimit(.minutes(15)))
struct ClockTests {
    private let credits = CreditTypeID(unchecked: "credits")
    private let chat = Usage(action: ActionID(unchecked: "chat"))

    @Test(arguments: StoreKind.allCases)
    func `what was written stays, and what comes next is written after it`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind, at: "2026-03-10")
        let id = AccountID(unchecked: "a")
        try await fixture.open("a")
        _ = try await fixture.submit("a", .charge(chat))
        let held = try await fixture.submit("a", .hold(chat, seconds: 900))
        fixture.clock.set(Fixture.day("2026-02-01"))
        #expect(try await fixture.available("a") == "3")
        #expect(try await fixture.engine.check(chat, account: id).remaining?.description == "2")
        #expect(try await Sweeper(engine: fixture.engine).sweep() == 0)
        _ = try await fixture.submit("a", .charge(chat))
        let hold = try #require(held.hold)
        #expect(try await fixture.engine.hold(hold.id, account: id).status == .open)
        _ = try await fixture.submit("a", .capture(hold.id, CaptureOrder()))
        #expect(try await fixture.available("a") == "2")
        let lines = try await fixture.engine.entries(EntryQuery(account: id, limit: 50))
        let times = lines.map(\.entry.recordedAt)
        #expect(times == times.sorted(by: >) && times.allSatisfy { $0 >= Fixture.day("2026-03-10") })
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test(arguments: StoreKind.allCases)
    func `a sweep that looked at the clock long ago disturbs no later line`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind, at: "2026-01-31")
        try await fixture.open("a")
        fixture.clock.set(Fixture.day("2026-03-01"))
        _ = try await fixture.submit("a", .charge(chat))
        fixture.clock.set(Fixture.day("2026-02-28"))
        _ = try await Sweeper(engine: fixture.engine).sweep()
        fixture.clock.set(Fixture.day("2026-04-02"))
        #expect(try await Sweeper(engine: fixture.engine).sweep() == 1)
        fixture.clock.set(Fixture.day("2026-03-31"))
        _ = try await fixture.submit("a", .charge(chat))
        let lines = try await fixture.engine.entries(EntryQuery(account: AccountID(unchecked: "a"), limit: 50))
        #expect(lines.map(\.entry.recordedAt) == lines.map(\.entry.recordedAt).sorted(by: >))
        #expect(try await fixture.available("a") == "4")
        #expect(try await fixture.engine.verify().isClean)
    }
}
