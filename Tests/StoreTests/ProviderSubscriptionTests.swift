import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let ada = AccountID(unchecked: "ada")

@Suite("Subscriptions at a payment provider", .timeLimit(.minutes(15)))
struct ProviderSubscriptionTests {
    private func subscription(
        _ id: String = "sub_1", _ standing: PaymentSubscription.Standing = .good, from day: String = "2026-01-31"
    ) -> PaymentSubscription {
        let status: [PaymentSubscription.Standing: String] = [
            .good: "active", .late: "past_due", .waiting: "incomplete", .over: "canceled",
        ]
        var made = PaymentSubscription(
            id: id, status: status[standing] ?? "", standing: standing, createdAt: Fixture.day(day))
        made.account = ada
        made.customer = "cus_1"
        made.prices = ["price_pro"]
        made.periodStart = Fixture.day(day)
        made.periodEnd = Fixture.day(day).adding(seconds: 30 * 86_400)
        return made
    }

    private func desk() async throws -> (Fixture, ScriptedPaymentProvider, PaymentDesk) {
        let fixture = try await Fixture(.memory)
        _ = try await fixture.engine.applyCatalog(
            document: Fixture.catalog.replacing("{id: pro,", with: "{id: pro, provider_price: price_pro,"))
        try await fixture.open("ada")
        let provider = ScriptedPaymentProvider()
        let desk = PaymentDesk(
            engine: fixture.engine, providers: [provider],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        return (fixture, provider, desk)
    }

    private func plan(_ fixture: Fixture) async throws -> String? {
        try await fixture.engine.account(ada).state.subscription.plan?.rawValue
    }

    @Test("Messages in any order give the plan that the subscription gives now, and write it down once")
    func anyOrder() async throws {
        let (fixture, provider, desk) = try await desk()
        provider.set(subscription())
        let kinds = ["invoice.paid", "customer.subscription.updated", "customer.subscription.created"]
        for (index, kind) in (kinds + kinds).enumerated() {
            let body = Array("evt_\(index % 4) \(kind) sub_1".utf8)
            let result = try await desk.receive(body, headers: ["stripe-signature": "good"], from: "stripe")
            #expect(result == (index < 4 ? .handled : .repeated))
            #expect(try await plan(fixture) == "pro")
        }
        var query = EntryQuery(account: ada)
        query.kinds = [.subscription]
        #expect(try await fixture.engine.entries(query).count == 1)
        #expect(try await fixture.available("ada") == "100")
    }

    @Test("A late payment keeps the plan for the days of grace, an end ends it, another subscription does not")
    func course() async throws {
        let (fixture, provider, desk) = try await desk()
        func look(_ subscription: PaymentSubscription, _ event: String) async throws {
            provider.set(subscription)
            _ = try await desk.receive(
                Array("\(event) x \(subscription.id)".utf8), headers: ["stripe-signature": "good"], from: "stripe")
        }
        try await look(subscription("sub_1", .waiting), "e0")
        #expect(try await plan(fixture) == "free")
        try await look(subscription(), "e1")
        try await look(subscription("sub_0", .over, from: "2026-01-30"), "e2")
        #expect(try await plan(fixture) == "pro")
        var late = subscription("sub_1", .late)
        late.periodStart = Fixture.day("2026-03-02")
        fixture.clock.set(Fixture.day("2026-03-02"))
        try await look(late, "e3")
        #expect(try await plan(fixture) == "pro")
        fixture.clock.set(Fixture.day("2026-03-05"))
        #expect(try await plan(fixture) == "free")
        try await look(late, "e4")
        #expect(try await plan(fixture) == "free")
        var paid = subscription()
        paid.periodStart = Fixture.day("2026-03-02")
        paid.periodEnd = Fixture.day("2026-04-01")
        try await look(paid, "e5")
        #expect(try await plan(fixture) == "pro")
        var ending = paid
        ending.endsAt = paid.periodEnd
        try await look(ending, "e6")
        fixture.clock.set(Fixture.day("2026-04-01"))
        #expect(try await plan(fixture) == "free")
        fixture.clock.set(Fixture.day("2026-04-02"))
        try await look(subscription("sub_1", .over), "e7")
        #expect(try await plan(fixture) == "free")
        var stranger = subscription("sub_9")
        stranger.account = AccountID(unchecked: "nobody")
        provider.set(stranger)
        let result = try await desk.receive(
            Array("e8 x sub_9".utf8), headers: ["stripe-signature": "good"], from: "stripe")
        #expect(result == .unrelated)
        #expect(try await fixture.engine.verify().isClean)
    }
}
