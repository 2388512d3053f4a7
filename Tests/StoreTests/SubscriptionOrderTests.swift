import Logging
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

private let ada = AccountID(unchecked: "ada")
private let day: Int64 = 86_400
private let catalog = Fixture.catalog
    .replacing("{id: pro,", with: "{id: pro, provider_price: price_pro,")
    .replacing("{id: saver,", with: "{id: saver, grace_days: 5, provider_price: price_saver,")

extension PaymentSubscription {
    /// A subscription of ada's as it stands on a day of February 2026.
    fileprivate static func made(
        _ status: String, price: String = "price_pro", from start: String = "2026-01-31", id: String = "sub_1"
    ) -> PaymentSubscription {
        let balances: [String: Standing] = [
            "active": .good, "trialing": .good, "past_due": .late, "incomplete": .waiting,
        ]
        var made = PaymentSubscription(
            id: id, status: status, standing: balances[status] ?? .over, createdAt: Fixture.day("2026-01-31"))
        made.account = ada
        made.customer = "cus_1"
        made.prices = [price]
        made.periodStart = Fixture.day(start)
        made.periodEnd = Fixture.day(start).adding(seconds: 30 * day)
        return made
    }

    fileprivate func with(_ change: (inout PaymentSubscription) -> Void) -> PaymentSubscription {
        var next = self
        change(&next)
        return next
    }
}

/// What can be seen of ada's subscription.
private struct Ending: Hashable, CustomStringConvertible {
    var plan: String?
    var state: SubscriptionStatus.State
    var endsAt: Timestamp?
    var graceEndsAt: Timestamp?
    var available: String

    var description: String {
        let ends = endsAt.map { "\($0)" } ?? "-"
        let grace = graceEndsAt.map { "\($0)" } ?? "-"
        return "\(plan ?? "none") \(state) to \(ends), grace to \(grace), \(available) available"
    }

    init(of fixture: Fixture) async throws {
        let now = fixture.clock.now()
        let state = try await fixture.engine.account(ada).state
        let status = state.subscriptionStatus(at: now, catalog: fixture.engine.catalogs.history.inForce(at: now))
        plan = status.plan?.rawValue
        self.state = status.state
        endsAt = status.endsAt
        graceEndsAt = status.graceEndsAt
        available = try await fixture.available("ada")
    }
}

@Suite("Subscriptions at a provider come to the same whatever the order of messages", .timeLimit(.minutes(15)))
struct SubscriptionOrderTests {
    /// Ada on the free plan, with 3 of 5 credits used.
    private func fixture(_ kind: StoreKind = .memory) async throws -> Fixture {
        let fixture = try await Fixture(kind)
        _ = try await fixture.engine.applyCatalog(document: catalog)
        try await fixture.open("ada")
        for _ in 0..<3 {
            _ = try await fixture.submit("ada", .charge(Usage(action: ActionID(unchecked: "chat"))))
        }
        return fixture
    }

    /// - Parameter turn: the later, the later the provider was asked.
    private func record(
        _ subscription: PaymentSubscription, _ turn: Int, event: String? = nil, in fixture: Fixture
    ) async throws {
        _ = try await fixture.engine.recordSubscription(
            subscription, provider: "stripe", graceDays: 3,
            askedAt: Fixture.day("2026-01-30").adding(seconds: Int64(turn)),
            event: event.map {
                PaymentMessage(provider: "stripe", id: $0, kind: "test", recordedAt: fixture.clock.now())
            })
    }

    @Test("What a provider says is what the account has: plan, state, ends and credits", arguments: StoreKind.allCases)
    func table(kind: StoreKind) async throws {
        let start = Fixture.day("2026-01-31")
        func at(_ days: Int64) -> Timestamp { start.adding(seconds: days * day) }
        let ending = PaymentSubscription.made("active").with { $0.endsAt = $0.periodEnd }
        let late = PaymentSubscription.made("past_due", from: "2026-03-02").with { $0.lateSince = at(30) }
        let inTheMiddle = PaymentSubscription.made("past_due").with { $0.lateSince = at(10) }
        // Looked at on a day, a row of days later, what is to be seen: plan, state, end, end of grace.
        let rows: [(PaymentSubscription, Int64, Int64, String?, SubscriptionStatus.State, Int64?, Int64?)] = [
            (.made("incomplete"), 0, 0, "free", .active, nil, nil),
            (.made("trialing"), 0, 0, "pro", .active, 30, nil),
            (.made("active"), 0, 0, "pro", .active, 30, nil),
            (.made("active"), 0, 31, "pro", .grace, 30, 33),
            (.made("active"), 0, 33, "free", .expired, nil, nil),
            (.made("active", price: "price_saver"), 0, 34, "saver", .grace, 30, 35),
            (.made("active", price: "price_saver"), 0, 35, "free", .expired, nil, nil),
            (.made("active", from: "2026-03-02"), 31, 0, "pro", .active, 60, nil),
            (.made("active"), 31, 0, "pro", .grace, 30, 33),
            (ending, 0, 29, "pro", .canceledAtPeriodEnd, 30, nil),
            (ending, 0, 30, "free", .expired, nil, nil),
            (late, 30, 0, "pro", .grace, 30, 33),
            (late, 30, 3, "free", .expired, nil, nil),
            (inTheMiddle, 10, 2, "pro", .grace, 10, 13),
            (inTheMiddle, 10, 3, "free", .expired, nil, nil),
            (.made("unpaid"), 1, 0, "free", .expired, nil, nil),
            (.made("paused"), 1, 0, "free", .expired, nil, nil),
            (.made("canceled"), 1, 0, "free", .expired, nil, nil),
        ]
        for (subscription, looked, later, plan, state, end, grace) in rows {
            let fixture = try await fixture(kind)
            // One that is over or late was in good standing before.
            if ![.good, .waiting].contains(subscription.standing) { try await record(.made("active"), 0, in: fixture) }
            fixture.clock.advance(seconds: looked * day)
            for turn in 1...2 { try await record(subscription, turn, in: fixture) }
            fixture.clock.advance(seconds: later * day)
            let seen = try await Ending(of: fixture)
            let told = "\(subscription.status) on day \(looked), seen after \(later): \(seen)"
            #expect(seen.plan == plan, "\(told)")
            #expect(seen.state == state, "\(told)")
            #expect(seen.endsAt == end.map(at), "\(told)")
            #expect(seen.graceEndsAt == grace.map(at), "\(told)")
            try await record(subscription, 3, in: fixture)
            #expect(try await Ending(of: fixture) == seen, "\(told)")
            #expect(try await fixture.engine.verify().isClean)
        }
    }

    /// A subscription's course: begun, paid, changed down and up, late, paid again, and ending or over.
    private static func course(_ end: String) -> [PaymentSubscription] {
        let late = PaymentSubscription.made("past_due").with { $0.lateSince = Fixture.day("2026-01-31") }
        var course = [
            .made("incomplete"), .made("active", price: "price_saver"), .made("active"), late,
            .made("active", price: "price_saver"),
        ]
        if end == "ending" { course.append(.made("active").with { $0.endsAt = $0.periodEnd }) }
        if end == "active" { course.append(.made("active")) }
        if end == "canceled" { course.append(.made("canceled")) }
        return course
    }

    @Test(
        "Every order of a subscription's course ends as the last state says",
        arguments: ["active", "ending", "canceled"])
    func everyOrder(end: String) async throws {
        let course = SubscriptionOrderTests.course(end)
        let expected: (String?, SubscriptionStatus.State, String) =
            switch end {
            case "active": ("pro", .active, "97")
            case "ending": ("pro", .canceledAtPeriodEnd, "97")
            default: ("free", .active, "2")
            }
        for order in PurchaseOrderTests.permutations(Array(course.indices)) {
            let fixture = try await fixture()
            for turn in order {
                try await record(course[turn], turn, event: "evt_\(turn)", in: fixture)
                // The same message again, and the same answer for another message.
                if turn.isMultiple(of: 2) { try await record(course[turn], turn, event: "evt_\(turn)", in: fixture) }
                if turn.isMultiple(of: 3) { try await record(course[turn], turn, event: "again_\(turn)", in: fixture) }
            }
            let seen = try await Ending(of: fixture)
            #expect(seen.plan == expected.0 && seen.available == expected.2, "\(order): \(seen)")
            // A subscription that was over when it was first heard of never was the account's.
            let state = seen.state == .expired ? .active : seen.state
            #expect(state == expected.1, "\(order): \(seen)")
        }
    }

    @Test("Random courses of two subscriptions end as their last states say", arguments: StoreKind.allCases)
    func twoSubscriptions(kind: StoreKind) async throws {
        let first = UInt64.random(in: 0...(.max - 1_000))
        print("subscription orders on \(kind): seed \(first)")
        for seed in first..<(first + (kind == .memory ? 150 : 15)) {
            var generator = SeededGenerator(seed: seed)
            var states: [PaymentSubscription] = []
            var latest: [String: PaymentSubscription] = [:]
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let id = Bool.random(using: &generator) ? "sub_1" : "sub_2"
                if latest[id]?.status == "canceled" { continue }
                let status = ["active", "active", "unpaid", "canceled"].randomElement(using: &generator) ?? ""
                var next = PaymentSubscription.made(status, price: id == "sub_1" ? "price_pro" : "price_saver", id: id)
                if id == "sub_2" { next.createdAt = Fixture.day("2026-02-01") }
                states.append(next)
                latest[id] = next
            }
            let alive = latest.values.filter { $0.status == "active" }.max { $0.createdAt < $1.createdAt }
            let expected = alive.map { $0.id == "sub_1" ? "pro" : "saver" } ?? "free"
            let fixture = try await fixture(kind)
            var order = Array(states.indices) + states.indices.filter { _ in Bool.random(using: &generator) }
            order.shuffle(using: &generator)
            // A message of each subscription comes last that finds how both stand then.
            for turn in order {
                let others = states[...turn].reduce(into: [:]) { $0[$1.id] = $1 }.values
                _ = try await fixture.engine.recordSubscription(
                    states[turn], others: Array(others), provider: "stripe", graceDays: 3,
                    askedAt: Fixture.day("2026-01-30").adding(seconds: Int64(turn)))
            }
            for subscription in latest.values.shuffled(using: &generator) {
                _ = try await fixture.engine.recordSubscription(
                    subscription, others: Array(latest.values), provider: "stripe", graceDays: 3,
                    askedAt: Fixture.day("2026-01-31"))
            }
            #expect(try await Ending(of: fixture).plan == expected, "seed \(seed), order \(order)")
            #expect(try await fixture.engine.verify().isClean)
        }
    }

    @Test("When one of a customer's subscriptions ends, the other one's plan follows at once")
    func theOtherOne() async throws {
        let fixture = try await fixture()
        let provider = ScriptedPaymentProvider()
        let desk = PaymentDesk(
            engine: fixture.engine, providers: [provider],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let old = PaymentSubscription.made("active", price: "price_saver", id: "sub_old")
        let new = PaymentSubscription.made("active", id: "sub_new").with { $0.createdAt = Fixture.day("2026-02-01") }
        for subscription in [old, new, new.with { ($0.status, $0.standing) = ("canceled", .over) }] {
            provider.set(subscription)
            let body = Array("\(subscription.id)-\(subscription.status) x \(subscription.id)".utf8)
            #expect(try await desk.receive(body, headers: ["stripe-signature": "good"], from: "stripe") == .handled)
        }
        #expect(try await Ending(of: fixture).plan == "saver")
        let profile = try await fixture.engine.billingProfile(of: ada)
        #expect(profile.subscription?.id == "sub_old")
        var query = AuditQuery(account: ada)
        query.action = .subscriptionChanged
        let records = try await fixture.engine.auditRecords(query).map(\.record)
        #expect(records.map(\.change.subject) == ["sub_old", "sub_new", "sub_old"])
        let last = try #require(records.first)
        #expect(last.actorID == "stripe:sub_old" && last.change.reason == "active" && last.change.entry != nil)
        #expect(last.change.before?["plan"]?.stringValue == "pro")
        #expect(last.change.after?["plan"]?.stringValue == "saver")
        #expect(try await fixture.engine.verifyAudit().isClean)
    }
}
