import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let ada = AccountID(unchecked: "ada")
private let credits = CreditTypeID(unchecked: "credits")

@Suite("An account for demonstration is charged nowhere", .heavy, .timeLimit(.minutes(15)))
struct DemoAccountTests {
    /// An account that was charged before it became one for demonstration.
    private struct Scene {
        let test: DeskFixture
        let hold: HoldID
        let unpriced: EntryID

        init(_ kind: StoreKind) async throws {
            test = try await DeskFixture(kind)
            let usage = Usage(action: ActionID(unchecked: "video"))
            _ = try await test.fixture.submit("ada", .charge(usage))
            let placed = try await test.fixture.submit("ada", .hold(usage, seconds: 600))
            hold = try #require(placed.hold?.id)
            var call = Usage(action: ActionID(unchecked: "talk"))
            (call.model, call.counts) = ("unheard-of", ["input_tokens": 1_000])
            let document = Fixture.catalog + "\n" + DemoAccountTests.more
            _ = try await test.fixture.engine.applyCatalog(document: document + "\nunknown_model: record\n")
            let recorded = try await test.fixture.submit("ada", .track(call))
            unpriced = try #require(recorded.entry?.entry.id)
            // A pack is called for and has been refused; it would be tried again.
            test.provider.set(.declining)
            try await test.use(60)
            _ = try await test.desk.runTopUps()
            test.provider.set(.paying)
            _ = try await test.fixture.engine.applyCatalog(
                document: document + "\nunknown_model: {usd_per_million: {input: \"1\", output: \"1\"}}\n")
            var change = AccountChange()
            change.isDemo = true
            _ = try await test.fixture.submit("ada", .putAccount(change))
        }

        /// Everything that was ever taken, and what is there.
        func standing() async throws -> (taken: [Int64], available: Credits, money: Int) {
            let state = try await test.fixture.engine.account(ada).state
            var query = EntryQuery(account: ada, limit: 500)
            query.kinds = [.charge, .capture]
            let lines = try await test.fixture.engine.entries(query).map(\.entry.seq)
            return (lines, state.balance(of: credits).available, test.provider.chargeCount)
        }
    }

    fileprivate static let more = """
          - {id: talk, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
        packs:
          - {id: hundred, credit_type: credits, credits: "100", price: {minor_units: 1000, currency: usd}}
        """

    /// One way by which something could be taken.
    enum Path: String, CaseIterable, Sendable {
        case charge, tracking, hold, capture, captureOfMore, captureOfUsage, captureAfterItsEnd, lateRating, extending
        case topUp, topUpByHand, purchase, subscription, sweeper, sweeperMonthsLater, refusedTopUp
    }

    private func take(_ path: Path, _ scene: Scene) async throws {
        let (fixture, desk) = (scene.test.fixture, scene.test.desk)
        let usage = Usage(action: ActionID(unchecked: "video"))
        switch path {
        case .charge: _ = try await fixture.submit("ada", .charge(usage))
        case .tracking: _ = try await fixture.submit("ada", .track(usage))
        case .hold: _ = try await fixture.submit("ada", .hold(usage, seconds: 60))
        case .capture: _ = try await fixture.submit("ada", .capture(scene.hold, CaptureOrder()))
        case .captureOfMore:
            _ = try await fixture.submit("ada", .capture(scene.hold, CaptureOrder(amount: Credits("70"))))
        case .captureOfUsage:
            _ = try await fixture.submit("ada", .capture(scene.hold, CaptureOrder(usage: usage)))
        case .captureAfterItsEnd:
            fixture.clock.advance(seconds: 700)
            _ = try await fixture.submit("ada", .capture(scene.hold, CaptureOrder(amount: Credits("3"))))
        case .lateRating:
            let outcome = try await fixture.submit("ada", .rateLater(scene.unpriced))
            #expect(outcome.isDemo)
        case .extending: _ = try await fixture.submit("ada", .extend(scene.hold, seconds: 60))
        case .topUp:
            for _ in 0..<3 { #expect(try await desk.runTopUps() == 0) }
        case .topUpByHand:
            try await scene.test.set(threshold: 90)
            #expect(try await desk.runTopUps() == 0)
        case .refusedTopUp:
            for _ in 0..<10 {
                fixture.clock.advance(seconds: 8_000)
                #expect(try await desk.runTopUps() == 0)
            }
        case .purchase:
            await #expect(throws: PurchaseRefusal.demoAccount) {
                _ = try await desk.buy(PurchaseOrder(pack: "hundred"), for: ada)
            }
        case .subscription:
            await #expect(throws: (any Error).self) { _ = try await desk.subscribe(ada, to: PlanID(unchecked: "pro")) }
        case .sweeper: _ = try await Sweeper(engine: fixture.engine).sweep()
        case .sweeperMonthsLater:
            fixture.clock.set(Fixture.day("2026-06-15"))
            _ = try await Sweeper(engine: fixture.engine).sweep()
        }
    }

    @Test("By no path is anything taken", arguments: Path.allCases)
    func paths(path: Path) async throws {
        for kind in StoreKind.allCases {
            let scene = try await Scene(kind)
            let before = try await scene.standing()
            try await take(path, scene)
            let after = try await scene.standing()
            #expect(after.taken == before.taken, "\(kind)")
            #expect(after.available >= before.available, "\(kind)")
            #expect(after.money == before.money, "\(kind)")
            #expect(try await scene.test.fixture.engine.verify().isClean)
        }
    }

    @Test(
        "A payment that was asked for before, and has no answer, is not asked for again", arguments: StoreKind.allCases)
    func unanswered(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        test.provider.set(.deaf)
        try await test.use(60)
        #expect(try await test.desk.runTopUps() == 0)
        var change = AccountChange()
        change.isDemo = true
        _ = try await test.fixture.submit("ada", .putAccount(change))
        test.provider.set(.paying)
        for _ in 0..<30 {
            test.fixture.clock.advance(seconds: 4_000)
            #expect(try await test.desk.runTopUps() == 0)
        }
        #expect(test.provider.requestCount == 1 && test.provider.chargeCount == 0)
    }
}
