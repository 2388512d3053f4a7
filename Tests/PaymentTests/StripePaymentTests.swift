import Logging
import ScripCore
import ScripEngine
import ScripJSON
import Testing

@testable import ScripPayments

/// What Stripe's objects say of a payment, when they are not what they should be.
@Suite(.timeLimit(.minutes(15))) struct StripePaymentTests {
    private static let owner = #""metadata":{"purchase_id":"pu_1","account_id":"ada"}"#
    private static let emptyList = #"{"object":"list","data":[],"has_more":false}"#

    private func purchase() -> Purchase {
        let pack = Pack(
            id: "p", creditType: CreditTypeID(unchecked: "credits"), credits: Credits(nanocredits: 1),
            price: Price(minorUnits: 1_000, currency: "usd"), providerPrice: nil)
        var purchase = Purchase(
            id: "pu_1", account: AccountID(unchecked: "ada"), pack: pack, catalogVersion: 1, provider: "stripe",
            at: .earliest)
        purchase.facts = PaymentFacts(stage: .pending, references: ["cs_1"])
        return purchase
    }

    private func session(_ fields: String = "") -> String {
        """
        {"id":"cs_1","object":"checkout.session","status":"complete","payment_status":"paid","payment_intent":"pi_1",
        "amount_total":1000,"currency":"usd",\(fields)\(Self.owner)}
        """
    }

    private func intent(
        _ status: String = "succeeded", _ amount: Int = 1_000, _ currency: String = "usd", owner: String = owner
    ) -> String {
        """
        {"id":"pi_1","object":"payment_intent","status":"\(status)","amount_received":\(amount),
        "currency":"\(currency)",\(owner)}
        """
    }

    /// The purchase with what Stripe says of it.
    private func asked(
        session: String, intent: String, refunds: String = emptyList, disputes: String = emptyList
    ) async throws -> Purchase {
        var purchase = purchase()
        let answers: [String: LocalService.Answer] = [
            "/v1/checkout/sessions/cs_1": .object(session), "/v1/payment_intents/pi_1": .object(intent),
            "/v1/refunds?payment_intent=pi_1&limit=100": .object(refunds),
            "/v1/disputes?payment_intent=pi_1&limit=100": .object(disputes),
        ]
        try await LocalService.run(answers) { _, address in
            let configuration = ServiceConfiguration(secret: "sk", address: address, attempts: 1)
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let provider = StripeProvider(client: StripeClient(configuration: configuration, logger: logger))
            if let facts = try await provider.payment(of: purchase) { purchase.facts.join(facts) }
        }
        return purchase
    }

    @Test func `a payment of the price in its currency is as it should be`() async throws {
        let purchase = try await asked(session: session(), intent: intent())
        #expect(purchase.facts.stage == .paid && purchase.difference == nil)
        #expect(purchase.facts.references == ["cs_1", "pi_1"])
    }

    @Test func `amount and currency of session and intent must both be the price's`() async throws {
        for (amount, currency, difference) in [
            (999, "usd", PaymentDifference.amount), (0, "usd", .amount), (1_000, "jpy", .currency),
        ] {
            let purchase = try await asked(session: session(), intent: intent("succeeded", amount, currency))
            #expect(purchase.difference == difference)
        }
        let free = session().replacing("\"amount_total\":1000", with: "\"amount_total\":0")
            .replacing("\"paid\"", with: "\"no_payment_required\"").replacing("\"pi_1\"", with: "null")
        #expect(try await asked(session: free, intent: intent()).difference == .amount)
    }

    @Test func `a session's word does not count against its intent's, or its own status`() async throws {
        for status in ["processing", "requires_payment_method", "requires_capture", "canceled"] {
            let purchase = try await asked(session: session(), intent: intent(status, 0))
            #expect(purchase.facts.stage != .paid && purchase.difference == .status, "\(status)")
        }
        for status in ["open", "expired"] {
            let odd = session().replacing("\"complete\"", with: "\"\(status)\"").replacing("\"pi_1\"", with: "null")
            let purchase = try await asked(session: odd, intent: intent())
            #expect(purchase.facts.stage != .paid && purchase.difference == .status, "\(status)")
        }
    }

    @Test func `objects of another purchase are none of this one's`() async throws {
        let other = #""metadata":{"purchase_id":"pu_2","account_id":"ada"}"#
        let purchase = try await asked(session: session(), intent: intent(owner: other))
        #expect(purchase.difference == .otherPurchase)
        let session = session().replacing(Self.owner, with: other).replacing("\"pi_1\"", with: "null")
        let another = try await asked(session: session, intent: intent())
        #expect(another.facts.stage == .pending && another.difference == .otherPurchase)
    }

    @Test func `money that went back in another currency is not counted, and shown`() async throws {
        func list(_ currency: String) -> String {
            """
            {"object":"list","has_more":false,"data":[{"id":"x_1","amount":400,"currency":"\(currency)",
            "status":"lost"}]}
            """
        }
        let refunds = list("usd").replacing("\"lost\"", with: "\"succeeded\"")
        var purchase = try await asked(session: session(), intent: intent(), refunds: refunds)
        #expect(purchase.facts.refundedMinorUnits == 400 && purchase.difference == nil)
        purchase = try await asked(session: session(), intent: intent(), refunds: refunds.replacing("usd", with: "eur"))
        #expect(purchase.facts.refundedMinorUnits == 0 && purchase.difference == .moneyBack)
        purchase = try await asked(session: session(), intent: intent(), disputes: list("usd"))
        #expect(purchase.facts.disputedMinorUnits == 400 && purchase.difference == nil)
        purchase = try await asked(session: session(), intent: intent(), disputes: list("eur"))
        #expect(purchase.facts.disputedMinorUnits == 0 && purchase.difference == .moneyBack)
    }
}
