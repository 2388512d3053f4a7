import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")
private let ada = AccountID(unchecked: "ada")

@Suite("Top-ups", .heavy, .timeLimit(.minutes(15)))
struct TopUpTests {
    @Test("Below the threshold a pack is bought once for each crossing", arguments: StoreKind.allCases)
    func crossings(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        #expect(try await test.desk.runTopUps() == 0)
        try await test.use(51)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = try? await test.desk.runTopUps() } }
        }
        #expect(test.provider.chargeCount == 1)
        #expect(try await test.fixture.available("ada") == "149")
        #expect(try await test.desk.runTopUps() == 0)
        try await test.use(120)
        #expect(try await test.desk.runTopUps() == 1)
        #expect(try await test.fixture.available("ada") == "129")
        #expect(test.provider.chargeCount == 2)
        #expect(try await test.topUp().spentMinorUnits == 2_000)
        #expect(try await test.fixture.engine.verify().isClean)
    }

    @Test(
        "A charge that crosses the threshold is noticed without a look", .timeLimit(.minutes(15)),
        arguments: StoreKind.allCases)
    func noticed(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        let desk = test.desk
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await desk.followCrossings() }
            group.addTask {
                for round in 1...5 {
                    // From 100, or from what the last round left, to below the threshold of 50.
                    try await test.use(round == 1 ? 51 : 100)
                    try await test.waitForBalance("149")
                }
            }
            try await group.next()
            group.cancelAll()
        }
        #expect(test.provider.chargeCount == 5)
        #expect(try await test.topUp().spentMinorUnits == 5_000)
        #expect(try await test.fixture.engine.verify().isClean)
    }

    @Test(
        "Those who notice and those who look buy once for a crossing", .timeLimit(.minutes(15)),
        arguments: StoreKind.allCases)
    func noticedAndLookedFor(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        let desk = test.desk
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await desk.followCrossings() }
            for _ in 0..<3 {
                group.addTask {
                    while !Task.isCancelled {
                        _ = try await desk.runTopUps()
                        await Task.yield()
                    }
                }
            }
            for round in 1...4 {
                try await test.use(round == 1 ? 51 : 100)
                try await test.waitForBalance("149")
            }
            group.cancelAll()
        }
        #expect(test.provider.chargeCount == 4)
        #expect(try await test.topUp().spentMinorUnits == 4_000)
        #expect(try await test.fixture.engine.verify().isClean)
    }

    @Test("Two instances and one that starts later take the money once for a crossing", .timeLimit(.minutes(15)))
    func instances() async throws {
        let address = try await PostgresDatabases.shared.address()
        func store() async throws -> PostgresLedgerStore {
            try await PostgresLedgerStore(address: address, laneCount: 2, readerCount: 2, patience: .seconds(60))
        }
        let test = try await DeskFixture(Fixture(store()))
        let desks = [test.desk, try await test.instance(over: store())]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for desk in desks {
                group.addTask { await desk.followCrossings() }
                group.addTask { while !Task.isCancelled { _ = try await desk.runTopUps() } }
            }
            for round in 1...3 {
                let taken = Credits(nanocredits: (round == 1 ? -51 : -100) * Credits.nanocreditsPerCredit)
                _ = try await desks[round % 2].engine.submit(
                    Command(
                        account: ada, intent: .adjust(credits, amount: taken, reason: "used"),
                        origin: Origin(actor: "test")))
                try await test.waitForBalance("149", engines: desks.map(\.engine))
            }
            group.cancelAll()
        }
        #expect(test.provider.chargeCount == 3)
        test.provider.set(.silent)
        try await test.use(100)
        #expect(try await test.desk.runTopUps() == 0)
        test.provider.set(.paying)
        test.fixture.clock.advance(seconds: 60)
        let started = try await test.instance(over: store())
        #expect(try await started.runTopUps() == 1)
        #expect(try await test.fixture.available("ada") == "149")
        #expect(test.provider.chargeCount == 4)
        #expect(try await test.topUp().spentMinorUnits == 4_000)
    }

    @Test("A balance that rose and fell again before anybody looked has crossed again", arguments: StoreKind.allCases)
    func unseenRise(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        test.provider.set(.declining)
        try await test.use(60)
        #expect(try await test.desk.runTopUps() == 0)
        #expect(try await test.topUp().crossings.isEmpty == false)
        // 40, then 49, then 40 again: below the threshold all the time.
        try await test.use(-9)
        try await test.use(9)
        test.provider.set(.paying)
        #expect(try await test.desk.runTopUps() == 0)
        // 40, then 50, then 40: at the threshold in between.
        try await test.use(-10)
        try await test.use(10)
        #expect(try await test.desk.runTopUps() == 1)
        #expect(test.provider.chargeCount == 1)
    }

    @Test(
        "Saving a setting again and again buys nothing for a crossing that was bought for",
        arguments: StoreKind.allCases)
    func savedAgain(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        test.provider.set(.silent)
        try await test.use(51)
        for round in 0..<4 {
            let same = BillingProfile.TopUp(
                threshold: try #require(Credits("50")), pack: "hundred", monthlyCapMinorUnits: 5_000)
            _ = try await test.fixture.engine.setTopUp(same, of: ada)
            #expect(try await test.desk.runTopUps() == 0)
            // Other settings, off and on: none of it is a crossing.
            let other = BillingProfile.TopUp(
                threshold: try #require(Credits("\(60 + round)")), pack: "hundred", monthlyCapMinorUnits: 9_000)
            _ = try await test.fixture.engine.setTopUp(other, of: ada)
            #expect(try await test.desk.runTopUps() == 0)
            _ = try await test.fixture.engine.setTopUp(nil, of: ada)
            _ = try await test.fixture.engine.setTopUp(same, of: ada)
            test.fixture.clock.advance(seconds: 3_600)
        }
        #expect(test.provider.chargeCount == 1)
        test.provider.set(.paying)
        _ = try await test.desk.runTopUps()
        #expect(test.provider.chargeCount == 1)
        #expect(try await test.fixture.available("ada") == "149")
        #expect(try await test.topUp().spentMinorUnits == 1_000)
        try await test.use(100)
        #expect(try await test.desk.runTopUps() == 1)
        #expect(test.provider.chargeCount == 2)
    }

    @Test("Who is paid back is not charged for that", arguments: StoreKind.allCases)
    func paidBack(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        try await test.use(60)
        #expect(try await test.desk.runTopUps() == 1)
        let id = try #require(try await test.topUp().lastPurchase)
        let bought = try #require(try await test.fixture.engine.purchase(id))
        _ = try await test.desk.refund(bought)
        #expect(try await test.fixture.available("ada") == "40")
        for _ in 0..<3 { #expect(try await test.desk.runTopUps() == 0) }
        #expect(test.provider.chargeCount == 1)
        // At the threshold, and below it again: that buys.
        try await test.use(-10)
        try await test.use(10)
        #expect(try await test.desk.runTopUps() == 1)
        #expect(test.provider.chargeCount == 2)
    }

    @Test("The same setting again writes nothing")
    func unchangedSetting() async throws {
        let test = try await DeskFixture(.memory)
        let before = try await test.fixture.engine.auditRecords(AuditQuery(account: ada)).count
        let setting = try await test.topUp()
        for _ in 0..<3 { _ = try await test.fixture.engine.setTopUp(setting, of: ada) }
        #expect(try await test.fixture.engine.auditRecords(AuditQuery(account: ada)).count == before)
        #expect(try await test.topUp() == setting)
    }

    @Test("What is still missing after a pack came is another crossing, up to the cap", arguments: StoreKind.allCases)
    func severalPacks(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind, monthlyCap: 3_000)
        // Several packs are needed, and the month pays for three; the first was bought by hand.
        var usage = Usage(action: ActionID(unchecked: "seconds"))
        usage.counts = ["seconds": 45_000]
        _ = try await test.fixture.submit("ada", .track(usage))
        for _ in 0..<6 { _ = try await test.desk.runTopUps() }
        #expect(test.provider.chargeCount == 3)
        #expect(try await test.fixture.available("ada") == "-50")
        #expect(try await test.topUp().problem == "monthly_cap_reached")
        test.fixture.clock.set(Fixture.day("2026-02-01"))
        for _ in 0..<6 { _ = try await test.desk.runTopUps() }
        #expect(test.provider.chargeCount == 4)
        #expect(try await test.fixture.available("ada") == "50")
        #expect(try await test.fixture.engine.verify().isClean)
    }

    @Test("Who switches it off after a refusal is not charged later; what has no answer is still asked for")
    func switchedOff() async throws {
        let test = try await DeskFixture(.memory)
        test.provider.set(.declining)
        try await test.use(60)
        _ = try await test.desk.runTopUps()
        _ = try await test.fixture.engine.setTopUp(nil, of: ada)
        test.provider.set(.paying)
        for _ in 0..<30 {
            test.fixture.clock.advance(seconds: 3_600)
            _ = try await test.desk.runTopUps()
        }
        #expect(test.provider.chargeCount == 0)
        // Once more after a certain refusal, because the setting was changed.
        let setting = BillingProfile.TopUp(
            threshold: try #require(Credits("50")), pack: "hundred", monthlyCapMinorUnits: 5_000)
        test.provider.set(.silent)
        _ = try await test.fixture.engine.setTopUp(setting, of: ada)
        _ = try await test.desk.runTopUps()
        _ = try await test.fixture.engine.setTopUp(nil, of: ada)
        test.provider.set(.paying)
        test.fixture.clock.advance(seconds: 3_600)
        #expect(try await test.desk.runTopUps() == 1)
        #expect(test.provider.chargeCount == 1)
        #expect(try await test.fixture.available("ada") == "140")
    }

    @Test("A setting of a version that kept no credit types of crossings reads back, crossed")
    func earlierSetting() throws {
        let old = """
            {"account":"ada","top_up":{"enabled":true,"threshold":5,"pack":"hundred","monthly_cap":9,"armed":false,\
            "crossed_at":7,"month":24313,"spent":3}}
            """
        let profile = try BillingProfile(encoded: Array(old.utf8))
        #expect(profile.topUp?.crossings[credits]?.line == 7)
        #expect(try BillingProfile(encoded: profile.encoded) == profile)
        let armed = old.replacing(#""armed":false,"crossed_at":7"#, with: #""armed":true"#)
        #expect(try BillingProfile(encoded: Array(armed.utf8)).topUp?.crossings.isEmpty == true)
    }

    @Test("One refusal that two instances were told counts once")
    func sharedRefusal() async throws {
        let test = try await DeskFixture(.memory)
        try await test.use(60)
        _ = try await test.fixture.engine.noteTopUps(policy: .takeBackRemaining)
        let due = try #require(try await test.fixture.engine.takeTopUp())
        for _ in 0..<4 {
            try await test.fixture.engine.topUpFailed(due, problem: "payment_declined", isRefusal: true)
        }
        #expect(try await test.fixture.engine.purchase(due.id)?.attempts == 1)
        #expect(try await test.topUp().spentMinorUnits == 1_000)
    }

    @Test("A request without an answer is repeated under its own name, and the money is taken once")
    func silence() async throws {
        let test = try await DeskFixture(.memory)
        try await test.use(60)
        test.provider.set(.silent)
        for _ in 0..<5 {
            #expect(try await test.desk.runTopUps() == 0)
            test.fixture.clock.advance(seconds: 3_600)
        }
        #expect(test.provider.chargeCount == 1)
        #expect(test.provider.requestCount == 5)
        #expect(try await test.topUp().problem == "payment_provider_unavailable")
        test.provider.set(.paying)
        #expect(try await test.desk.runTopUps() == 1)
        #expect(test.provider.chargeCount == 1)
        #expect(try await test.fixture.available("ada") == "140")
    }

    @Test("Refusals are tried again ever later, shown, and given up")
    func refusals() async throws {
        let test = try await DeskFixture(.memory)
        try await test.use(60)
        test.provider.set(.declining)
        #expect(try await test.desk.runTopUps() == 0)
        #expect(try await test.desk.runTopUps() == 0)
        #expect(test.provider.requestCount == 1)
        for _ in 0..<30 {
            test.fixture.clock.advance(seconds: 3_600)
            #expect(try await test.desk.runTopUps() == 0)
        }
        #expect(test.provider.requestCount == 3)
        #expect(test.provider.chargeCount == 0)
        let topUp = try await test.topUp()
        #expect(topUp.problem == "payment_declined")
        #expect(topUp.spentMinorUnits == 0)
        let id = try #require(topUp.lastPurchase)
        #expect(try await test.fixture.engine.purchase(id)?.status == .failed)
        #expect(try await test.fixture.available("ada") == "40")
    }

    @Test("No month costs more than its cap, and the next month counts anew")
    func cap() async throws {
        let test = try await DeskFixture(.memory, monthlyCap: 1_999)
        try await test.use(60)
        #expect(try await test.desk.runTopUps() == 1)
        try await test.use(100)
        #expect(try await test.desk.runTopUps() == 0)
        #expect(try await test.topUp().problem == "monthly_cap_reached")
        test.fixture.clock.set(Fixture.day("2026-02-01"))
        #expect(try await test.desk.runTopUps() == 1)
        #expect(try await test.topUp().problem == nil)
        _ = try await test.fixture.engine.setTopUp(nil, of: ada)
        try await test.use(100)
        #expect(try await test.desk.runTopUps() == 0)
        await #expect(throws: PurchaseRefusal.unknownPack("x")) {
            let setting = BillingProfile.TopUp(threshold: .zero, pack: "x", monthlyCapMinorUnits: 1)
            _ = try await test.fixture.engine.setTopUp(setting, of: ada)
        }
    }
}
