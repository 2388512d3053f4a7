import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let ada = AccountID(unchecked: "ada")
private let credits = CreditTypeID(unchecked: "credits")
private let withPrice = Fixture.catalog.replacing("{id: pro,", with: "{id: pro, provider_price: price_pro,")

/// What a provider tells of before it can be done is done later.
@Suite("Payments and subscriptions that wait", .timeLimit(.minutes(15)))
struct WaitingPaymentTests {
    private let provider = ScriptedPaymentProvider()

    private func desk(_ fixture: Fixture) -> PaymentDesk {
        PaymentDesk(
            engine: fixture.engine, providers: [provider],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// An account, and its subscription at a price that no plan has.
    private func waiting(_ kind: StoreKind) async throws -> (Fixture, PaymentDesk) {
        let fixture = try await Fixture(kind)
        try await fixture.open("ada")
        provider.set(PaymentSubscription.ofAda(price: "price_pro"))
        return (fixture, desk(fixture))
    }

    private func tell(_ desk: PaymentDesk, event: String = "evt_1") async throws -> EventResult {
        try await desk.receive(
            Array("\(event) customer.subscription.updated sub_1".utf8), headers: ["stripe-signature": "good"],
            from: "stripe")
    }

    private func plan(_ fixture: Fixture) async throws -> String? {
        try await fixture.engine.account(ada).state.subscription.plan?.rawValue
    }

    @Test(
        "A message about an unknown price is no known message: it is done when it comes again",
        arguments: StoreKind.allCases)
    func repeatedMessage(kind: StoreKind) async throws {
        let (fixture, desk) = try await waiting(kind)
        for _ in 0..<2 { #expect(try await tell(desk) == .waiting) }
        #expect(try await plan(fixture) == "free")
        #expect(try await !fixture.engine.isKnown(eventID: "evt_1", provider: "stripe"))
        _ = try await fixture.engine.applyCatalog(document: withPrice)
        #expect(try await tell(desk) == .handled)
        #expect(try await plan(fixture) == "pro")
        #expect(try await tell(desk) == .repeated)
        #expect(try await fixture.engine.billingProfile(of: ada).subscription?.isWaiting == false)
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test(
        "Nobody need tell of it again: a version of the catalog with the price is enough", arguments: StoreKind.allCases
    )
    func newVersion(kind: StoreKind) async throws {
        let (fixture, desk) = try await waiting(kind)
        _ = try await tell(desk)
        try await desk.runDue()
        #expect(try await plan(fixture) == "free")
        _ = try await fixture.engine.applyCatalog(document: withPrice)
        try await desk.runDue()
        #expect(try await plan(fixture) == "pro")
        #expect(try await fixture.available("ada") == "100")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("Comparing with the provider does it, too", arguments: StoreKind.allCases)
    func comparison(kind: StoreKind) async throws {
        let (fixture, desk) = try await waiting(kind)
        _ = try await tell(desk)
        #expect(try await desk.reconcile(days: 3).problems.contains { $0.contains("sub_1") })
        _ = try await fixture.engine.applyCatalog(document: withPrice)
        #expect(try await desk.reconcile(days: 3).problems.isEmpty)
        #expect(try await plan(fixture) == "pro")
    }

    @Test(
        "A message about an account that is not there yet is done when it comes again, or is listed",
        arguments: StoreKind.allCases)
    func laterAccount(kind: StoreKind) async throws {
        for isListed in [false, true] {
            let fixture = try await Fixture(kind)
            _ = try await fixture.engine.applyCatalog(document: withPrice)
            let desk = desk(fixture)
            provider.set(PaymentSubscription.ofAda(price: "price_pro"))
            let event = PaymentEvent(id: "evt_1", kind: "test", subject: .subscription("sub_1"))
            provider.set(isListed ? [event] : [])
            #expect(try await tell(desk) == .unrelated)
            try await fixture.open("ada")
            if isListed {
                #expect(try await desk.reconcile(days: 3).missedEventCount == 1)
            } else {
                #expect(try await tell(desk) == .handled)
            }
            #expect(try await plan(fixture) == "pro")
            #expect(try await tell(desk) == .repeated)
        }
    }

    @Test("A message about a subscription that is refused is not known", arguments: [StoreKind.memory, .sqlite])
    func refusedSubscription(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        _ = try await fixture.engine.applyCatalog(document: withPrice)
        try await fixture.open("ada")
        let broken = StoredCatalog(
            version: 3, effectiveAt: fixture.clock.now(), recordedAt: fixture.clock.now(), actor: nil, document: "?")
        try await fixture.engine.store.write { try $0.append(broken) }
        provider.set(PaymentSubscription.ofAda(price: "price_pro"))
        let desk = desk(fixture)
        await #expect(throws: Rejection.catalogDamaged(version: 3)) { _ = try await tell(desk) }
        #expect(try await fixture.engine.billingProfile(of: ada).subscription == nil)
        #expect(try await !fixture.engine.isKnown(eventID: "evt_1", provider: "stripe"))
    }

    @Test(
        "Credits of a payment that the ledger refuses come as soon as it takes them, without a message",
        arguments: StoreKind.allCases)
    func refusedCredits(kind: StoreKind) async throws {
        let (fixture, purchase) = try await Fixture.withPurchase(kind)
        let desk = desk(fixture)
        var last: Int64 = 0
        for _ in 0..<Limits.openGrants {
            let order = GrantOrder(creditType: credits, amount: Credits(nanocredits: 1), source: .bonus)
            last = try #require(try await fixture.submit("ada", .grant(order)).entry).entry.seq
        }
        let stuck = try await fixture.record(.paid(), of: purchase, event: "evt_1")
        #expect(stuck.problem == "too_many_open_grants")
        provider.set(stuck.facts, of: purchase.id)
        for _ in 0..<5 {
            _ = try await desk.runTopUps()
            #expect(try await fixture.engine.purchase(purchase.id)?.grants.isEmpty == true)
            fixture.clock.advance(seconds: 86_400)
        }
        _ = try await fixture.submit("ada", .voidGrant(GrantID(seq: last), reason: nil))
        _ = try await desk.runTopUps()
        let mended = try #require(try await fixture.engine.purchase(purchase.id))
        #expect(mended.problem == nil && mended.grants.count == 1 && mended.nextAttemptAt == nil)
        #expect(try await fixture.available("ada") == "100.000000999")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("A payment provider that does not answer is asked again", arguments: StoreKind.allCases)
    func silentProvider(kind: StoreKind) async throws {
        let (fixture, desk) = try await waiting(kind)
        _ = try await tell(desk)
        provider.set(.deaf)
        _ = try await fixture.engine.applyCatalog(document: withPrice)
        for _ in 0..<2 { try await desk.runDue() }
        #expect(try await plan(fixture) == "free")
        provider.set(.paying)
        fixture.clock.advance(seconds: 60)
        try await desk.runDue()
        #expect(try await plan(fixture) == "pro")
    }

    @Test("A subscription to something else displaces none that has a plan", arguments: StoreKind.allCases)
    func somethingElse(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        let desk = desk(fixture)
        _ = try await fixture.engine.applyCatalog(document: withPrice)
        try await fixture.open("ada")
        provider.set(PaymentSubscription.ofAda(price: "price_pro"))
        #expect(try await tell(desk) == .handled)
        var newsletter = PaymentSubscription(
            id: "sub_2", status: "active", standing: .good, createdAt: Fixture.day("2026-02-01"))
        (newsletter.account, newsletter.customer, newsletter.prices) = (ada, "cus_1", ["price_newsletter"])
        provider.set(newsletter)
        #expect(
            try await desk.receive(
                Array("evt_2 customer.subscription.updated sub_2".utf8), headers: ["stripe-signature": "good"],
                from: "stripe") == .waiting)
        var renewed = PaymentSubscription.ofAda(price: "price_pro")
        renewed.periodStart = Fixture.day("2026-03-02")
        renewed.periodEnd = Fixture.day("2026-04-02")
        provider.set(renewed)
        #expect(try await tell(desk, event: "evt_3") == .handled)
        #expect(
            try await fixture.engine.account(ada).state.subscription.endsAt.map { $0 > Fixture.day("2026-03-31") }
                == true)
        #expect(try await fixture.engine.billingProfile(of: ada).subscription?.id == "sub_1")
    }
}
