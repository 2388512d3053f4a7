import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite("Periods of subscriptions over HTTP", .timeLimit(.minutes(15)))
struct SubscriptionPeriodTests {
    private static let catalog = """
        credit_types: [{id: credits, name: Credits}]
        default_plan: free
        plans:
          - {id: none, name: None}
          - {id: free, name: Free, allowances: [{credit_type: credits, amount: "5"}]}
          - {id: pro, name: Pro, price: {minor_units: 900, currency: usd}, provider_price: price_pro, trial_allowances: [{credit_type: credits, amount: "20"}], allowances: [{credit_type: credits, amount: "100"}]}
          - {id: seats, name: Seats, provider_price: price_seat, allowances: [{credit_type: credits, amount: "10", per_seat: true}]}
          - {id: month, name: Month, period: calendar, allowances: [{credit_type: credits, amount: "50"}]}
        """

    /// A server on 10 February 2026 with an account that has counted from the 5th for long.
    private func run(
        providers: [any PaymentProvider] = [], _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run(providers: providers) { server in
            _ = try await server.engine.applyCatalog(document: SubscriptionPeriodTests.catalog)
            server.clock.set(SubscriptionPeriodTests.day(2, 10))
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"anchor":"2025-06-05T00:00:00Z"}"#)
            try await body(server)
        }
    }

    private static func day(_ month: Int, _ day: Int, year: Int = 2026) -> Timestamp {
        CivilTime(year: year, month: month, day: day, microsecondOfDay: 0).asUTC
    }

    private static func subscription(_ server: TestServer) async throws -> TestServer.Reply {
        try await server.call(.get, "/v1/accounts/ada/subscription")
    }

    @Test("A subscription that was paid for counts from its beginning, by every route that begins one")
    func everyRoute() async throws {
        let until = #""ends_at":"2026-03-10T00:00:00Z""#
        let routes: [(HTTPRequest.Method, String, String)] = [
            (.put, "", #"{"plan":"pro",\#(until)}"#), (.put, "", #"{"plan":"pro"}"#),
            (.post, "/upgrade", #"{"plan":"pro",\#(until)}"#), (.put, "", #"{"plan":"pro","anchor":"start"}"#),
        ]
        for (method, path, body) in routes {
            try await run { server in
                let reply = try await server.call(method, "/v1/accounts/ada/subscription\(path)", body)
                #expect(reply.status == 200)
                let begun = try await SubscriptionPeriodTests.subscription(server)
                #expect(begun["resets_at"] == "2026-03-10T00:00:00Z")
                #expect(begun["anchor"] == "2026-02-10T00:00:00Z")
                #expect(begun["balances", "0", "available"] == "100")
                server.clock.set(SubscriptionPeriodTests.day(3, 5))
                #expect(try await SubscriptionPeriodTests.subscription(server)["balances", "0", "available"] == "100")
            }
        }
        try await run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"pro"}"#)
            #expect(try await SubscriptionPeriodTests.subscription(server)["resets_at"] == "2026-03-10T00:00:00Z")
        }
    }

    @Test("On request it keeps the account's periods; other words are refused by name")
    func keep() async throws {
        try await run { server in
            let path = "/v1/accounts/ada/subscription"
            let refused = try await server.call(.put, path, #"{"plan":"pro","anchor":"now"}"#)
            #expect(refused.status == 400)
            #expect(refused.text.contains("#/anchor"))
            let kept = try await server.call(.put, path, #"{"plan":"pro","anchor":"keep"}"#)
            #expect(kept["subscription", "anchor"] == "null")
            #expect(try await SubscriptionPeriodTests.subscription(server)["resets_at"] == "2026-03-05T00:00:00Z")
        }
    }

    @Test("Stripe's subscriptions take Stripe's period, monthly and yearly")
    func stripe() async throws {
        for isYearly in [false, true] {
            let provider = ScriptedPaymentProvider()
            try await run(providers: [provider]) { server in
                _ = try await server.call(.put, "/v1/accounts/ada", #"{"timezone":"Europe/Vienna"}"#)
                let start = SubscriptionPeriodTests.day(2, 9).adding(seconds: 84_600)
                var made = PaymentSubscription(id: "sub_1", status: "active", standing: .good, createdAt: start)
                (made.account, made.customer, made.prices) = (AccountID(unchecked: "ada"), "cus_1", ["price_pro"])
                made.periodStart = start
                made.periodEnd = SubscriptionPeriodTests.day(isYearly ? 2 : 3, 9, year: isYearly ? 2027 : 2026)
                    .adding(seconds: 84_600)
                provider.set(made)
                let reply = try await server.call(
                    .post, "/v1/webhooks/stripe", "evt_1 customer.subscription.created sub_1", secret: nil,
                    headers: ["Stripe-Signature": "good"])
                #expect(reply["result"] == "handled")
                let begun = try await SubscriptionPeriodTests.subscription(server)
                #expect(begun["period_start"] == "2026-02-09T23:30:00Z")
                #expect(begun["resets_at"] == "2026-03-09T23:30:00Z")
                #expect(begun["balances", "0", "available"] == "100")
                if isYearly {
                    // Stripe knows no summer time; nor do the months of what it is paid for.
                    server.clock.set(SubscriptionPeriodTests.day(4, 10))
                    let spring = try await SubscriptionPeriodTests.subscription(server)
                    #expect(spring["resets_at"] == "2026-05-09T23:30:00Z")
                } else {
                    server.clock.set(SubscriptionPeriodTests.day(3, 5))
                    let later = try await SubscriptionPeriodTests.subscription(server)
                    #expect(later["resets_at"] == "2026-03-09T23:30:00Z")
                }
            }
        }
    }

    @Test("A plan of calendar months begins on the first")
    func calendar() async throws {
        try await run { server in
            _ = try await server.call(.put, "/v1/accounts/ada/subscription", #"{"plan":"month"}"#)
            #expect(try await SubscriptionPeriodTests.subscription(server)["resets_at"] == "2026-03-01T00:00:00Z")
        }
    }

    @Test("A trial and seats are stated and shown; what they may not be is refused by name")
    func trialAndSeats() async throws {
        try await run { server in
            let path = "/v1/accounts/ada/subscription"
            let body = #"{"plan":"pro","trial_ends_at":"2026-02-24T00:00:00Z","ends_at":"2026-03-24T00:00:00Z"}"#
            let begun = try await server.call(.put, path, body)
            #expect(begun["subscription", "trial_ends_at"] == "2026-02-24T00:00:00Z")
            #expect(begun["balances", "0", "available"] == "20")
            server.clock.set(SubscriptionPeriodTests.day(2, 24))
            let paid = try await SubscriptionPeriodTests.subscription(server)
            #expect(paid["trial_ends_at"] == "null")
            #expect(paid["balances", "0", "available"] == "100")
            #expect(paid["resets_at"] == "2026-03-24T00:00:00Z")
            let seats = try await server.call(.put, path, #"{"plan":"seats","quantity":3,"when":"now"}"#)
            #expect(seats["subscription", "quantity"] == "3")
            #expect(seats["balances", "0", "available"] == "30")
            for (field, text) in [
                ("quantity", #""quantity":0"#), ("quantity", #""quantity":1000001"#),
                ("trial_ends_at", #""trial_ends_at":"2026-02-01T00:00:00Z""#),
            ] {
                let refused = try await server.call(.put, path, #"{"plan":"seats",\#(text)}"#)
                #expect(refused.status == 400)
                #expect(refused.text.contains(field))
            }
        }
    }

    @Test("Stripe's trialing brings the trial's allowances, and its quantity the seats")
    func stripeTrialAndSeats() async throws {
        let provider = ScriptedPaymentProvider()
        try await run(providers: [provider]) { server in
            func look(_ made: PaymentSubscription, _ event: String) async throws -> TestServer.Reply {
                provider.set(made)
                let reply = try await server.call(
                    .post, "/v1/webhooks/stripe", "\(event) x \(made.id)", secret: nil,
                    headers: ["Stripe-Signature": "good"])
                #expect(reply["result"] == "handled")
                return try await SubscriptionPeriodTests.subscription(server)
            }
            let start = SubscriptionPeriodTests.day(2, 10)
            var made = PaymentSubscription(id: "sub_1", status: "trialing", standing: .good, createdAt: start)
            (made.account, made.customer, made.prices) = (AccountID(unchecked: "ada"), "cus_1", ["price_pro"])
            (made.periodStart, made.periodEnd) = (start, SubscriptionPeriodTests.day(2, 24))
            #expect(try await look(made, "e1")["balances", "0", "available"] == "20")
            server.clock.set(SubscriptionPeriodTests.day(2, 24))
            made.status = "active"
            (made.periodStart, made.periodEnd) = (made.periodEnd, SubscriptionPeriodTests.day(3, 24))
            let paid = try await look(made, "e2")
            #expect(paid["balances", "0", "available"] == "100")
            #expect(paid["resets_at"] == "2026-03-24T00:00:00Z")
            made.prices = ["price_seat"]
            made.quantities = ["price_seat": 20]
            let seats = try await look(made, "e3")
            #expect(seats["quantity"] == "20")
            #expect(seats["balances", "0", "available"] == "200")
            made.quantities = ["price_seat": 21]
            #expect(try await look(made, "e4")["balances", "0", "available"] == "210")
        }
    }
}
