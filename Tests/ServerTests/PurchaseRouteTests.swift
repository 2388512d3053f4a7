import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite("Purchases over HTTP", .timeLimit(.minutes(15)))
struct PurchaseRouteTests {
    private func paid() -> PaymentFacts {
        PaymentFacts(stage: .paid, paid: Price(minorUnits: 900, currency: "usd"))
    }

    @Test("A pack is bought, paid, shown and refunded")
    func flow() async throws {
        let provider = ScriptedPaymentProvider()
        try await TestServer.run(providers: [provider]) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let packs = try await server.call(.get, "/v1/packs")
            #expect(packs["data", "0", "id"] == "starter")
            let made = try await server.call(
                .post, "/v1/accounts/ada/purchases", #"{"pack":"starter"}"#, headers: ["Idempotency-Key": "o1"])
            #expect(made.status == 201)
            #expect(made["status"] == "pending")
            #expect(made["price", "minor_units"] == "900")
            let id = try #require(made["id"])
            #expect(made["checkout_url"] == "https://pay.example.com/\(id)")
            let again = try await server.call(
                .post, "/v1/accounts/ada/purchases", #"{"pack":"starter"}"#, headers: ["Idempotency-Key": "o1"])
            #expect(again.json == made.json)
            provider.set(PurchaseRouteTests().paid(), of: id)
            let path = "/v1/accounts/ada/purchases/\(id)"
            for result in ["handled", "repeated"] {
                let reply = try await server.call(
                    .post, "/v1/webhooks/stripe", "evt_1 paid \(id)", secret: nil,
                    headers: ["Stripe-Signature": "good"])
                #expect(reply["result"] == result)
            }
            let shown = try await server.call(.get, path)
            #expect(shown["status"] == "paid")
            #expect(shown["grants", "0"]?.hasPrefix("gr_") == true)
            let refunded = try await server.call(.post, path + "/refund", #"{"minor_units":450}"#)
            #expect(refunded["status"] == "partially_refunded")
            #expect(refunded["taken_back"] == "50")
            for _ in 0..<2 {
                let rest = try await server.call(
                    .post, path + "/refund", "{}", headers: ["Idempotency-Key": "rest"])
                #expect(rest["status"] == "refunded")
            }
            let other = try await server.call(
                .post, path + "/refund", #"{"minor_units":1}"#, headers: ["Idempotency-Key": "rest"])
            #expect(other["code"] == "idempotency_key_reused")
            #expect(try await server.call(.post, path + "/refund", "{}")["code"] == "refund_exceeds_payment")
            let list = try await server.call(.get, "/v1/purchases?status=refunded")
            #expect(list["data", "0", "id"] == id)
            #expect(list["next_cursor"] == "null")
        }
    }

    @Test("Twenty refunds at once give back the price and no more")
    func refundsAtOnce() async throws {
        try await TestServer.run(providers: [ScriptedPaymentProvider(name: "test")]) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let made = try await server.call(.post, "/v1/accounts/ada/purchases", #"{"pack":"starter"}"#)
            let id = try #require(made["id"])
            let page = "/test-checkout/\(id)"
            #expect(try await server.call(.post, page, "outcome=paid", secret: nil).status == 200)
            let path = "/v1/accounts/ada/purchases/\(id)"
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let body = number.isMultiple(of: 2) ? #"{"minor_units":90}"# : "{}"
                        return try await server.call(
                            .post, path + "/refund", body, headers: ["Idempotency-Key": "r\(number)"]
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(statuses) == [200, 422])
            let shown = try await server.call(.get, path)
            #expect(shown["status"] == "refunded" && shown["refunded_minor_units"] == "900", "\(shown)")
            #expect(shown["refunding_minor_units"] == "0")
        }
    }

    @Test("A payment that differs from the price is shown, waits, and is accepted by a person")
    func difference() async throws {
        let provider = ScriptedPaymentProvider()
        try await TestServer.run(providers: [provider]) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let made = try await server.call(.post, "/v1/accounts/ada/purchases", #"{"pack":"starter"}"#)
            let id = try #require(made["id"])
            let path = "/v1/accounts/ada/purchases/\(id)"
            #expect(try await server.call(.post, path + "/mark-paid", "{}")["code"] == "purchase_status")
            provider.set(PaymentFacts(stage: .paid, paid: Price(minorUnits: 90, currency: "usd")), of: id)
            for _ in 0..<2 {
                let shown = try await server.call(.post, path + "/refresh", "{}")
                #expect(shown["problem"] == "payment_amount_differs" && shown["grants", "0"] == nil, "\(shown)")
                #expect(shown["paid", "minor_units"] == "90")
            }
            let accepted = try await server.call(.post, path + "/mark-paid", "{}")
            #expect(accepted["problem"] == "null" && accepted["grants", "0"] != nil, "\(accepted)")
            let actions = try await server.call(.get, "/v1/audit?account=ada&action=purchase_accepted")
            #expect(actions["data", "0", "subject"] == id, "\(actions)")
        }
    }

    @Test("What a catalog that waits for its time brings is neither offered nor asked for before")
    func scheduled() async throws {
        try await TestServer.run(providers: [ScriptedPaymentProvider()]) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let next = CatalogTemplate.sample.document
                .replacing("{id: starter,", with: "{id: later,")
                .replacing("credit_types:\n", with: "credit_types:\n  - {id: images, name: Images}\n")
            let applied = try await server.call(.put, "/v1/catalog?effective_at=2026-03-01T00:00:00Z", next)
            #expect(applied.status == 200, "\(applied)")
            #expect(try await server.call(.get, "/v1/packs")["data", "0", "id"] == "starter")
            let bonus = try await server.call(
                .post, "/v1/accounts/ada/subscription/bonus", #"{"amount":"5"}"#, headers: ["Idempotency-Key": "b"])
            #expect(bonus.status == 201, "\(bonus)")
            server.clock.advance(seconds: 40 * 86_400)
            #expect(try await server.call(.get, "/v1/packs")["data", "0", "id"] == "later")
        }
    }

    @Test("What cannot be bought, paid or refunded is refused with a code of its own")
    func refusals() async throws {
        try await TestServer.run(providers: [ScriptedPaymentProvider()]) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            _ = try await server.call(.put, "/v1/accounts/eve", "{}")
            let made = try await server.call(.post, "/v1/accounts/ada/purchases", #"{"pack":"starter"}"#)
            let id = try #require(made["id"])
            let table: [(String, String, Int, String)] = [
                ("/v1/accounts/ada/purchases", #"{"pack":"x"}"#, 422, "unknown_pack"),
                ("/v1/accounts/nobody/purchases", #"{"pack":"starter"}"#, 404, "account_not_found"),
                (
                    "/v1/accounts/ada/purchases", #"{"pack":"starter","provider":"x"}"#, 422,
                    "payment_provider_unknown"
                ),
                (
                    "/v1/accounts/ada/purchases", #"{"pack":"starter","success_url":"javascript:1"}"#, 400,
                    "invalid_request"
                ),
                ("/v1/accounts/ada/purchases/\(id)/mark-paid", "{}", 409, "purchase_status"),
                ("/v1/accounts/ada/purchases/\(id)/refund", "{}", 409, "purchase_status"),
                ("/v1/accounts/eve/purchases/\(id)/refresh", "{}", 404, "purchase_not_found"),
                ("/v1/accounts/ada/subscription/checkout", #"{"plan":"x"}"#, 422, "unknown_plan"),
                ("/v1/accounts/ada/portal", "{}", 422, "payment_unsupported"),
                ("/v1/webhooks/stripe", "evt_1 x y", 400, "bad_signature"),
                ("/test-checkout/\(id)", "", 404, "purchase_not_found"),
                ("/v1/purchases/reconcile", #"{"days":31}"#, 400, "invalid_request"),
            ]
            for (path, body, status, code) in table {
                let reply = try await server.call(.post, path, body)
                #expect(reply.status == status, "\(path) \(body)")
                #expect(reply["code"] == code, "\(path) \(body)")
            }
            #expect(try await server.call(.get, "/v1/accounts/eve/purchases/\(id)").status == 404)
            #expect(try await server.call(.get, "/v1/purchases?cursor=!").status == 400)
        }
        try await TestServer.run { server in
            let reply = try await server.call(.post, "/v1/purchases/reconcile", "{}")
            #expect(reply["code"] == "payment_provider_unknown")
        }
    }

    @Test("A top-up is set, shown and switched off")
    func topUp() async throws {
        try await TestServer.run(providers: [ScriptedPaymentProvider()]) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let path = "/v1/accounts/ada/top-up"
            #expect(try await server.call(.get, path)["enabled"] == "false")
            let body = #"{"pack":"starter","threshold":"2.5","monthly_cap_minor_units":5000}"#
            let set = try await server.call(.put, path, body)
            #expect(set["enabled"] == "true")
            #expect(set["threshold"] == "2.5")
            #expect(try await server.call(.put, path, #"{"pack":"starter"}"#).status == 400)
            #expect(try await server.call(.delete, path)["enabled"] == "false")
        }
    }
}
