import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")
private let ada = AccountID(unchecked: "ada")

@Suite("A crossing has one identity, one purchase and one payment", .heavy, .timeLimit(.minutes(15)))
struct TopUpCrossingTests {
    @Test("A threshold that is lowered and raised again is no crossing", arguments: StoreKind.allCases)
    func movedThreshold(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        test.provider.set(.silent)
        try await test.use(55)
        for _ in 0..<5 {
            for threshold in [40, 50] as [Int64] {
                try await test.set(threshold: threshold)
                #expect(try await test.desk.runTopUps() == 0)
            }
        }
        #expect(test.provider.chargeCount == 1)
        test.provider.set(.paying)
        test.fixture.clock.advance(seconds: 3_600)
        for _ in 0..<3 { _ = try await test.desk.runTopUps() }
        #expect(test.provider.chargeCount == 1)
        #expect(try await test.fixture.available("ada") == "145")
        #expect(try await test.topUp().spentMinorUnits == 1_000)
    }

    @Test("Nor is it one when the payment was given up without an answer; a balance that rose and fell is")
    func movedThresholdAfterSilence() async throws {
        let test = try await DeskFixture(.memory)
        test.provider.set(.deaf)
        try await test.use(55)
        for _ in 0..<80 {
            _ = try await test.desk.runTopUps()
            test.fixture.clock.advance(seconds: 1_000)
        }
        test.provider.set(.paying)
        for threshold in [40, 50, 30, 46] as [Int64] {
            try await test.set(threshold: threshold)
            #expect(try await test.desk.runTopUps() == 0)
        }
        #expect(test.provider.chargeCount == 0)
        #expect(try await test.topUp().state == .waiting)
        // Below a threshold that the balance was at since: another crossing.
        try await test.set(threshold: 40)
        #expect(try await test.desk.runTopUps() == 0)
        try await test.use(6)
        #expect(try await test.desk.runTopUps() == 1)
        #expect(test.provider.chargeCount == 1)
        #expect(try await test.topUp().state == .ready)
    }

    @Test(
        "While a payment has no answer, nothing else is bought, though the balance rises and falls",
        arguments: StoreKind.allCases)
    func unansweredAndLater(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        test.provider.set(.silent)
        try await test.use(60)
        for _ in 0..<4 {
            #expect(try await test.desk.runTopUps() == 0)
            try await test.use(-20)
            #expect(try await test.desk.runTopUps() == 0)
            try await test.use(20)
        }
        #expect(test.provider.chargeCount == 1)
        test.provider.set(.paying)
        test.fixture.clock.advance(seconds: 3_600)
        for _ in 0..<3 { _ = try await test.desk.runTopUps() }
        #expect(test.provider.chargeCount == 1)
        #expect(try await test.fixture.available("ada") == "140")
        #expect(try await test.fixture.engine.verify().isClean)
    }

    @Test("Nor when a pack of other credits is chosen meanwhile, and refused", arguments: StoreKind.allCases)
    func twoTypes(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        let document = Fixture.catalog.replacing(
            #"{id: credits, name: Credits, usd_value: "0.01"}"#,
            with: #"{id: credits, name: Credits, usd_value: "0.01"}, {id: leads, name: Leads}"#)
        let packs = """

            packs:
              - {id: hundred, credit_type: credits, credits: "100", price: {minor_units: 1000, currency: usd}}
              - {id: leads, credit_type: leads, credits: "100", price: {minor_units: 1000, currency: usd}}
            """
        _ = try await test.fixture.engine.applyCatalog(document: document + packs)
        test.provider.set(.silent)
        try await test.use(60)
        #expect(try await test.desk.runTopUps() == 0)
        try await test.set(threshold: 50, pack: "leads")
        test.provider.set(.declining)
        for _ in 0..<3 {
            test.fixture.clock.advance(seconds: 20)
            _ = try await test.desk.runTopUps()
        }
        try await test.set(threshold: 51, pack: "leads")
        try await test.set(threshold: 50)
        for _ in 0..<3 { _ = try await test.desk.runTopUps() }
        #expect(test.provider.chargeCount == 1)
        test.provider.set(.paying)
        test.fixture.clock.advance(seconds: 80_000)
        for _ in 0..<3 { _ = try await test.desk.runTopUps() }
        let given = try await test.fixture.grants(of: ada).filter { $0.creditType == credits }.count
        #expect(given == 2)
    }

    @Test(
        "A payment without an answer is asked for again with what it was asked for with", arguments: StoreKind.allCases)
    func changedCard(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        test.provider.set(.silent)
        try await test.use(60)
        #expect(try await test.desk.runTopUps() == 0)
        // The buyer pays by hand with another card meanwhile.
        let other = try await test.fixture.engine.createPurchase(of: "hundred", for: ada, provider: "stripe")
        var facts = PaymentFacts.paid()
        (facts.customer, facts.paymentMethod, facts.references) = ("cus_1", "pm_2", ["cs_other"])
        _ = try await test.fixture.engine.recordPayment(facts, of: other.id, account: ada)
        test.provider.set(.paying)
        test.fixture.clock.advance(seconds: 3_600)
        for _ in 0..<10 {
            _ = try await test.desk.runTopUps()
            test.fixture.clock.advance(seconds: 20_000)
        }
        #expect(test.provider.chargeCount == 1)
        #expect(try await test.fixture.available("ada") == "240")
    }

    @Test("After a refusal the next attempt is made with the card that is saved by then")
    func changedCardAfterRefusal() async throws {
        let test = try await DeskFixture(.memory)
        test.provider.set(.declining)
        try await test.use(60)
        #expect(try await test.desk.runTopUps() == 0)
        let id = try #require(try await test.topUp().lastPurchase)
        #expect(try await test.fixture.engine.purchase(id)?.payer == nil)
        #expect(try await test.topUp().state == .failed)
        test.provider.set(.paying)
        test.fixture.clock.advance(seconds: 5 * 3_600)
        #expect(try await test.desk.runTopUps() == 1)
        #expect(try await test.topUp().state == .ready)
    }

    @Test("A balance that rose by itself gives up what was refused", arguments: StoreKind.allCases)
    func roseAfterRefusal(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind)
        test.provider.set(.declining)
        try await test.use(60)
        #expect(try await test.desk.runTopUps() == 0)
        try await test.use(-30)
        test.provider.set(.paying)
        for _ in 0..<5 {
            #expect(try await test.desk.runTopUps() == 0)
            test.fixture.clock.advance(seconds: 20_000)
        }
        #expect(test.provider.chargeCount == 0)
        let topUp = try await test.topUp()
        #expect(topUp.spentMinorUnits == 0 && topUp.problem == nil && topUp.state == .ready)
        let id = try #require(topUp.lastPurchase)
        #expect(try await test.fixture.engine.purchase(id)?.status == .failed)
        try await test.use(30)
        #expect(try await test.desk.runTopUps() == 1)
        #expect(test.provider.chargeCount == 1)
    }

    @Test("A payment that the provider has taken up is asked about until it is decided", arguments: [true, false])
    func takenUp(isPaid: Bool) async throws {
        let test = try await DeskFixture(.memory)
        test.provider.set(.processing)
        try await test.use(60)
        #expect(try await test.desk.runTopUps() == 0)
        let id = try #require(try await test.topUp().lastPurchase)
        for _ in 0..<50 {
            test.fixture.clock.advance(seconds: 10_000)
            #expect(try await test.desk.runTopUps() == 0)
        }
        #expect(test.provider.requestCount == 1)
        #expect(try await test.topUp().state == .buying)
        var facts = PaymentFacts(stage: .failed, references: ["pi_\(id)-0"])
        if isPaid {
            facts.stage = .paid
            facts.paid = Price(minorUnits: 1_000, currency: "usd")
        }
        test.provider.set(facts, of: id)
        test.fixture.clock.advance(seconds: 90_000)
        #expect(try await test.desk.runTopUps() == (isPaid ? 1 : 0))
        #expect(try await test.fixture.available("ada") == (isPaid ? "140" : "40"))
        let topUp = try await test.topUp()
        #expect(topUp.state == (isPaid ? .ready : .failed))
        #expect(topUp.spentMinorUnits == (isPaid ? 1_000 : 0))
        #expect(test.provider.requestCount == 1)
    }

    @Test("Cap reached, payment failed and no card are states, and on record", arguments: StoreKind.allCases)
    func states(kind: StoreKind) async throws {
        let test = try await DeskFixture(kind, monthlyCap: 1_500)
        #expect(try await test.topUp().state == .ready)
        test.provider.set(.declining)
        try await test.use(60)
        for _ in 0..<12 {
            _ = try await test.desk.runTopUps()
            test.fixture.clock.advance(seconds: 6_000)
        }
        #expect(try await test.topUp().state == .failed)
        #expect(try await test.topUp().spentMinorUnits == 0)
        #expect(try await test.recordedProblems() == ["payment_declined"])
        // Paid all the same, as the provider says later: that counts for the month.
        let id = try #require(try await test.topUp().lastPurchase)
        var facts = PaymentFacts(stage: .paid, paid: Price(minorUnits: 1_000, currency: "usd"), references: ["pi_late"])
        facts.customer = "cus_1"
        _ = try await test.fixture.engine.recordPayment(facts, of: id, account: ada)
        #expect(try await test.topUp().state == .ready)
        #expect(try await test.topUp().spentMinorUnits == 1_000)
        test.provider.set(.paying)
        try await test.use(100)
        for _ in 0..<3 { #expect(try await test.desk.runTopUps() == 0) }
        #expect(try await test.topUp().state == .capReached)
        #expect(try await test.recordedProblems() == ["payment_declined", "monthly_cap_reached"])
        // A balance that suffices has no problem.
        try await test.use(-100)
        #expect(try await test.desk.runTopUps() == 0)
        #expect(try await test.topUp().state == .ready)
        _ = try await test.fixture.engine.setTopUp(nil, of: ada)
        #expect(try await test.topUp().state == .off)

        try await test.fixture.open("bob", plan: "none")
        let bob = AccountID(unchecked: "bob")
        let setting = BillingProfile.TopUp(
            threshold: Credits("1") ?? .zero, pack: "hundred", monthlyCapMinorUnits: 9_000)
        _ = try await test.fixture.engine.setTopUp(setting, of: bob)
        for _ in 0..<2 { #expect(try await test.desk.runTopUps() == 0) }
        #expect(try await test.fixture.engine.billingProfile(of: bob).topUp?.state == .noPaymentMethod)
        var query = AuditQuery(account: bob)
        query.action = .topUpProblem
        #expect(try await test.fixture.engine.auditRecords(query).count == 1)
        #expect(try await test.fixture.engine.verify().isClean)
    }
}
