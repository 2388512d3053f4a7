import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct PurchaseAuditTests {
    private func actions(_ server: TestServer) async throws -> [String] {
        let list = try await server.call(.get, "/v1/audit?account=ada&limit=100")
        var actions: [String] = []
        while let action = list["data", "\(actions.count)", "action"] { actions.append(action) }
        return actions.reversed()
    }

    @Test func `a purchase's life is on record with who did it, and nothing twice`() async throws {
        let provider = ScriptedPaymentProvider()
        let configuration = try UserToken.configuration(opensAccounts: true)
        try await TestServer.run(configuration: configuration, providers: [provider]) { server in
            let made = try await server.call(
                .post, "/api/credits/purchase", #"{"pack":"starter"}"#, secret: UserToken.make("ada"))
            let id = try #require(made["id"])
            var facts = PaymentFacts(stage: .paid, paid: Price(minorUnits: 900, currency: "usd"))
            for (event, dispute) in [("evt_1", nil), ("evt_2", PaymentFacts.Dispute.Status.open), ("evt_3", .won)] {
                if let dispute { facts.disputes["dp_1"] = .init(minorUnits: 900, status: dispute) }
                provider.set(facts, of: id)
                for _ in 0..<2 {
                    _ = try await server.call(
                        .post, "/v1/webhooks/stripe", "\(event) paid \(id)", secret: nil,
                        headers: ["Stripe-Signature": "good"])
                }
            }
            _ = try await server.call(
                .post, "/v1/accounts/ada/purchases/\(id)/refund?reason=unhappy", #"{"minor_units":450}"#)
            #expect(
                try await actions(server) == [
                    "account_opened", "purchase_created", "purchase_paid", "purchase_disputed", "purchase_disputed",
                    "purchase_refund_requested", "purchase_refunded",
                ])
            let list = try await server.call(.get, "/v1/audit?account=ada&action=purchase_created")
            #expect(list["data", "0", "actor", "id"] == "ada" && list["data", "0", "subject"] == id, "\(list)")
            let refund = try await server.call(.get, "/v1/audit?account=ada&action=purchase_refund_requested")
            #expect(refund["data", "0", "reason"] == "unhappy", "\(refund)")
            let paid = try await server.call(.get, "/v1/audit?account=ada&action=purchase_paid")
            #expect(paid["data", "0", "before", "status"] == "pending", "\(paid)")
            #expect(paid["data", "0", "after", "status"] == "paid", "\(paid)")
            #expect(try await server.engine.verifyAudit().isClean)
        }
    }

    @Test func `top-up settings and sessions are on record, and what changes nothing is not`() async throws {
        try await TestServer.run(providers: [ScriptedPaymentProvider()]) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let body = #"{"pack":"starter","threshold":"10","monthly_cap_minor_units":5000}"#
            for _ in 0..<2 { _ = try await server.call(.put, "/v1/accounts/ada/top-up", body) }
            for _ in 0..<2 { _ = try await server.call(.delete, "/v1/accounts/ada/top-up") }
            let session = try await server.call(.post, "/v1/sessions", #"{"account":"ada","user":"u_7"}"#)
            #expect(
                try await actions(server) == [
                    "account_opened", "top_up_changed", "top_up_changed", "session_created",
                ])
            let list = try await server.call(.get, "/v1/audit?account=ada&action=session_created")
            #expect(list["data", "0", "after", "user"] == "u_7", "\(list)")
            let token = try #require(session["token"])
            #expect(!list.text.contains(token))
        }
    }
}
