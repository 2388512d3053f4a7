import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Usage that happened in a period that ended.
@Suite("Late usage", .timeLimit(.minutes(15)))
struct LateUsageTests {
    private static func document(_ more: String = "", amount: String = "10") -> String {
        """
        credit_types: [{id: credits}]
        default_plan: p
        plans: [{id: p, allowances: [{credit_type: credits, amount: "\(amount)", every: {days: 7}\(more)}]}]
        actions: [{id: chat, credit_type: credits, rate: {fixed: "1"}}]
        """
    }
    private let credits = CreditTypeID(unchecked: "credits")
    private static let hour: Int64 = 3_600
    private static let week: Int64 = 7 * 86_400

    private func fixture(_ kind: StoreKind, _ document: String = document()) async throws -> Fixture {
        let fixture = try await Fixture(kind)
        _ = try await fixture.engine.applyCatalog(document: document, replacements: [])
        try await fixture.open("a")
        return fixture
    }

    private func usage(_ quantity: Int64, hoursAgo: Int64, _ fixture: Fixture) -> Usage {
        var usage = Usage(action: ActionID(unchecked: "chat"), quantity: Quantity(quantity))
        usage.occurredAt = fixture.clock.now().adding(seconds: -hoursAgo * LateUsageTests.hour)
        return usage
    }

    private func draws(_ outcome: Outcome) -> [String] {
        (outcome.entry?.entry.draws ?? []).map { draw in
            switch draw.place {
            case .lapsed: "lapsed \(draw.amount)"
            case .grant(_, let source): "\(source.rawValue) \(draw.amount)"
            case .debt: "debt \(draw.amount)"
            case .unlimited: "unlimited \(draw.amount)"
            }
        }
    }

    @Test(
        "What lapsed pays for usage of its period first, and the rest is taken as ever", arguments: StoreKind.allCases)
    func pays(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "chat"), quantity: 4)))
        fixture.clock.advance(seconds: LateUsageTests.week + 10 * LateUsageTests.hour)
        let check = try await fixture.engine.check(usage(16, hoursAgo: 12, fixture), account: AccountID(unchecked: "a"))
        #expect(check.isAllowed && check.remaining == .zero)
        #expect(try await draws(fixture.submit("a", .track(usage(2, hoursAgo: 12, fixture)))) == ["lapsed 2"])
        #expect(try await fixture.available("a") == "10")
        let charged = try await fixture.submit("a", .charge(usage(7, hoursAgo: 12, fixture)))
        #expect(draws(charged) == ["lapsed 4", "monthly 3"])
        #expect(try await fixture.available("a") == "7")
        #expect(try await draws(fixture.submit("a", .track(usage(1, hoursAgo: 1, fixture)))) == ["monthly 1"])
        // What is given back goes where it came from, and no further.
        let entry = try #require(charged.entry?.entry.id)
        _ = try await fixture.submit("a", .refund(entry, amount: nil, reason: nil))
        #expect(try await fixture.available("a") == "9")
        #expect(
            try await draws(fixture.submit("a", .track(usage(5, hoursAgo: 12, fixture)))) == ["lapsed 4", "monthly 1"])
        #expect(try await fixture.engine.verify().isClean)
        try await fixture.engine.store.close()
    }

    @Test(
        "After the hours that the catalog says, late usage is taken from what there is",
        arguments: [nil, 0, 5, 720] as [Int64?])
    func hours(stated: Int64?) async throws {
        let document = LateUsageTests.document() + (stated.map { "\nlate_usage_hours: \($0)" } ?? "")
        let hours = stated ?? 72
        for (later, pays) in [(hours - 1, true), (hours, false), (hours + 1, false)] where later >= 0 {
            let fixture = try await fixture(.memory, document)
            fixture.clock.advance(seconds: LateUsageTests.week + later * LateUsageTests.hour)
            let outcome = try await fixture.submit("a", .track(usage(1, hoursAgo: later + 1, fixture)))
            #expect(draws(outcome) == [pays ? "lapsed 1" : "monthly 1"], "\(later) hours late")
        }
        #expect(throws: CatalogProblem.self) {
            try CatalogDocument.parse(LateUsageTests.document() + "\nlate_usage_hours: 721")
        }
    }

    @Test("What rolled over does not pay twice", arguments: StoreKind.allCases)
    func rollover(kind: StoreKind) async throws {
        let fixture = try await fixture(kind, LateUsageTests.document(#", rollover: "8""#))
        fixture.clock.advance(seconds: LateUsageTests.week + LateUsageTests.hour)
        #expect(try await fixture.available("a") == "18")
        let outcome = try await fixture.submit("a", .track(usage(5, hoursAgo: 2, fixture)))
        #expect(draws(outcome) == ["lapsed 2", "monthly 3"])
        try await fixture.engine.store.close()
    }

    @Test("A capture of work that was done in an ended period is paid by what lapsed", arguments: StoreKind.allCases)
    func capture(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        fixture.clock.advance(seconds: LateUsageTests.week - LateUsageTests.hour)
        let hold = try await fixture.submit("a", .hold(usage(3, hoursAgo: 0, fixture), seconds: 7_200)).hold?.id
        fixture.clock.advance(seconds: LateUsageTests.hour + 1_800)
        let order = CaptureOrder(usage: usage(5, hoursAgo: 1, fixture))
        let captured = try await fixture.submit("a", .capture(try #require(hold), order))
        #expect(draws(captured) == ["monthly 3", "lapsed 2"])
        #expect(try await fixture.available("a") == "10")
        #expect(try await fixture.engine.verify().isClean)
        try await fixture.engine.store.close()
    }

    @Test(
        "However late and in whatever order usage comes, a period's usage takes no more than its allowance, and replay says it again",
        arguments: [UInt64.random(in: 1...UInt64.max), 11, 23])
    func property(seed: UInt64) async throws {
        print("late usage: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for kind in [StoreKind.memory, .sqliteNarrow] {
            let rollover = Bool.random(using: &random) ? #", rollover: "3""# : ""
            let hours = Int64.random(in: 24...200, using: &random)
            let fixture = try await fixture(
                kind, LateUsageTests.document(rollover) + "\nlate_usage_hours: \(hours)")
            let opened = fixture.clock.now()
            var paid: [Int64: Int64] = [:]
            var fromLapsed: [Int64: Int64] = [:]
            for _ in 0..<150 {
                fixture.clock.advance(seconds: Int64.random(in: 0...60, using: &random) * LateUsageTests.hour)
                let age = fixture.clock.now().microseconds(since: opened) / 1_000_000 / LateUsageTests.hour
                let ago = Int64.random(in: 0...min(age, 240), using: &random)
                let used = usage(Int64.random(in: 1...2, using: &random), hoursAgo: ago, fixture)
                let isTracked = Bool.random(using: &random)
                guard
                    let outcome = try? await fixture.submit("a", isTracked ? .track(used) : .charge(used)),
                    let entry = outcome.entry?.entry, let moment = used.occurredAt
                else { continue }
                let week = moment.microseconds(since: opened) / 1_000_000 / LateUsageTests.week
                let now = fixture.clock.now().microseconds(since: opened) / 1_000_000 / LateUsageTests.week
                for draw in entry.draws {
                    let amount = draw.amount.nanocredits
                    switch draw.place {
                    case .lapsed:
                        #expect(week < now, "seed \(seed)")
                        paid[week, default: 0] += amount
                        fromLapsed[week, default: 0] += amount
                    case .grant(_, .monthly): paid[now, default: 0] += amount
                    default: break
                    }
                }
                for (week, sum) in paid { #expect(sum <= 10_000_000_000, "week \(week), seed \(seed)") }
            }
            #expect(!fromLapsed.isEmpty, "seed \(seed)")
            #expect(try await fixture.engine.verify().isClean, "seed \(seed)")
            try await fixture.engine.store.close()
        }
    }
}
