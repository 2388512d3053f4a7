import Logging
import ScripCore
import ScripEngine
import ScripJSON
import Testing

@testable import ScripPayments

/// Polar's objects, and what is sent to make them. Shapes are those of PyPI polar-sdk 1.0.2, version 2026-10.
@Suite(.timeLimit(.minutes(15))) struct PolarPaymentTests {
    private static let owner = #""metadata":{"scrip_purchase":"pu_1","scrip_account":"ada"}"#
    private static let none = list("")
    private static func list(_ items: String) -> String {
        #"{"items":[\#(items)],"pagination":{"total_count":1,"max_page":1}}"#
    }

    private func purchase(references: Set<String> = ["checkout_c1"]) -> Purchase {
        let pack = Pack(
            id: "p", creditType: CreditTypeID(unchecked: "credits"), credits: Credits(nanocredits: 1),
            price: Price(minorUnits: 1_000, currency: "usd"), providerPrice: "prod_1")
        var purchase = Purchase(
            id: "pu_1", account: AccountID(unchecked: "ada"), pack: pack, catalogVersion: 1, provider: "polar",
            at: .earliest)
        purchase.facts = PaymentFacts(stage: .pending, references: references)
        return purchase
    }

    private func checkout(_ status: String = "succeeded", owner: String = owner) -> String {
        #"{"id":"c1","status":"\#(status)","url":"https://polar.sh/checkout/c1","customer_id":"cus_1",\#(owner)}"#
    }

    private func order(_ status: String = "paid", _ more: String = #""net_amount":1000,"total_amount":1190"#) -> String
    {
        """
        {"id":"o1","status":"\(status)","paid":true,"currency":"usd","checkout_id":"c1","customer_id":"cus_1",
        "customer":{"default_payment_method_id":"pm_1"},\(more),\(Self.owner)}
        """
    }

    private func run<Result>(
        _ answers: [String: LocalService.Answer], _ body: (PolarProvider, LocalService) async throws -> Result
    ) async throws -> Result? {
        var result: Result?
        try await LocalService.run(answers) { service, address in
            let configuration = ServiceConfiguration(
                secret: "polar_oat_x", webhookSecrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
                address: address, attempts: 1)
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            result = try await body(
                PolarProvider(client: PolarClient(configuration: configuration, logger: logger)), service)
        }
        return result
    }

    /// The purchase with what Polar says of it.
    private func asked(
        checkout: String? = nil, order: String? = nil, refunds: String = none, disputes: String = none
    ) async throws -> Purchase {
        var purchase = purchase()
        let answers: [String: LocalService.Answer] = [
            "/v1/checkouts/c1": .object(checkout ?? self.checkout()),
            "/v1/orders/?checkout_id=c1&limit=100&page=1": .object(order.map { Self.list($0) } ?? Self.none),
            "/v1/orders/o1": .object(order ?? ""),
            "/v1/refunds/?order_id=o1&limit=100&page=1": .object(refunds),
            "/v1/disputes/?order_id=o1&limit=100&page=1": .object(disputes),
        ]
        if let facts = try await run(answers, { provider, _ in try await provider.payment(of: purchase) }) ?? nil {
            purchase.facts.join(facts)
        }
        return purchase
    }

    @Test func `a paid order pays its purchase, with taxes beside the price or in it`() async throws {
        let beside = try await asked(order: order())
        #expect(beside.facts.stage == .paid && beside.difference == nil)
        #expect(beside.facts.references == ["checkout_c1", "order_o1"] && beside.facts.paymentMethod == "pm_1")
        let within = try await asked(order: order("paid", #""net_amount":840,"total_amount":1000"#))
        #expect(within.facts.stage == .paid && within.difference == nil)
    }

    @Test func `less money, other money, and a purchase of somebody else's are told`() async throws {
        let less = try await asked(order: order("paid", #""net_amount":900,"total_amount":1071"#))
        #expect(less.difference == .amount)
        let other = try await asked(order: order().replacing("\"usd\"", with: "\"jpy\""))
        #expect(other.difference == .currency)
        let unpaid = try await asked(order: order().replacing("\"paid\":true", with: "\"paid\":false"))
        #expect(unpaid.difference == .status)
        let foreign = #""metadata":{"scrip_purchase":"pu_2","scrip_account":"ada"}"#
        #expect(try await asked(checkout: checkout(owner: foreign)).difference == .otherPurchase)
        #expect(try await asked(order: order().replacing(Self.owner, with: foreign)).difference == .otherPurchase)
    }

    @Test(arguments: [
        ("open", PaymentFacts.Stage.pending), ("confirmed", .pending), ("succeeded", .pending), ("expired", .expired),
        ("failed", .failed),
    ])
    func `a checkout alone is no payment`(status: String, stage: PaymentFacts.Stage) async throws {
        #expect(try await asked(checkout: checkout(status)).facts.stage == stage)
    }

    @Test(arguments: [("draft", PaymentFacts.Stage.pending), ("pending", .pending), ("void", .failed)])
    func `an order that is not paid brings nothing`(status: String, stage: PaymentFacts.Stage) async throws {
        #expect(try await asked(order: order(status)).facts.stage == stage)
    }

    @Test func `refunds and disputes are read, and those in other money waited with`() async throws {
        let object = #"{"id":"x1","amount":400,"currency":"usd","status":"succeeded","metadata":{"scrip_refund":"m"}}"#
        let refunded = try await asked(order: order("partially_refunded"), refunds: Self.list(object))
        #expect(refunded.facts.refundedMinorUnits == 400 && refunded.facts.refunds["x1"]?.request == "m")
        let foreign = try await asked(order: order(), refunds: Self.list(object.replacing("usd", with: "eur")))
        #expect(foreign.difference == .moneyBack)
        for (status, units) in [("lost", 400), ("needs_response", 400), ("won", 0), ("prevented", 0)]
            as [(String, Int64)]
        {
            let dispute = object.replacing("succeeded", with: status)
            let disputed = try await asked(order: order(), disputes: Self.list(dispute))
            #expect(disputed.facts.disputedMinorUnits == units, "\(status)")
        }
    }

    @Test func `a checkout that was made, but not answered, is found again`() async throws {
        let mine = "/v1/checkouts/?external_customer_id=ada&status=open&limit=100&page=1"
        let order = CheckoutOrder(successURL: "https://app/ok", cancelURL: "https://app")
        let made = try await run([mine: .object(Self.list(checkout("open")))]) { provider, service in
            (try await provider.openCheckout(for: purchase(), order: order), service.bodies.count)
        }
        #expect(made?.0.url == "https://polar.sh/checkout/c1" && made?.1 == 0)
        let answers: [String: LocalService.Answer] = [
            mine: .object(Self.none), "/v1/checkouts/": .object(checkout("open")),
        ]
        let fresh = try await run(answers) { provider, service in
            (try await provider.openCheckout(for: purchase(), order: order), service.bodies)
        }
        #expect(fresh?.0.facts.references == ["checkout_c1"])
        let sent = try JSONValue.parse(Array((fresh?.1.first ?? "").drop { $0 != "{" }.utf8))
        #expect(sent["products"]?.arrayValue == [.string("prod_1")])
        #expect(sent["external_customer_id"]?.stringValue == "ada" && sent["allow_discount_codes"]?.boolValue == false)
        #expect(sent["metadata"]?["scrip_purchase"]?.stringValue == "pu_1")
    }

    @Test func `a refund of one name is asked for once`() async throws {
        let mark = RefundRequest.mark(of: "k")
        let refund =
            #"{"id":"r1","amount":300,"currency":"usd","status":"pending","metadata":{"scrip_refund":"\#(mark)"}}"#
        let paid = purchase(references: ["order_o1"])
        let path = "/v1/refunds/?order_id=o1&limit=100&page=1"
        for (there, count) in [(Self.list(refund), 0), (Self.none, 1)] {
            let answers: [String: LocalService.Answer] = [path: .object(there), "/v1/refunds/": .object(refund)]
            let done = try await run(answers) { provider, service in
                (try await provider.refund(paid, minorUnits: 300, key: "k"), service.bodies.count)
            }
            #expect(done?.0.refunds["r1"]?.minorUnits == 300 && done?.1 == count)
        }
    }

    @Test(arguments: [("draft", 1), ("paid", 0)])
    func `an order is charged once, however often that is asked for`(status: String, count: Int) async throws {
        let path = "/v1/orders/?customer_id=cus_1&metadata%5Bscrip_purchase%5D=pu_1&limit=100&page=1"
        let answers: [String: LocalService.Answer] = [
            path: .object(Self.list(order(status))), "/v1/orders/o1/finalize": .object(order()),
        ]
        let done = try await run(answers) { provider, service in
            (try await provider.charge(purchase(), customer: "cus_1", paymentMethod: "pm_1"), service.bodies.count)
        }
        #expect(done?.0.stage == .paid && done?.1 == count)
    }

    @Test(arguments: [
        (402, #"{"error":"PaymentFailed","detail":"no"}"#, PaymentProblem.Code.declined),
        (403, #"{"error":"OffSessionChargesNotEnabled","detail":"no"}"#, .refused),
        (412, #"{"error":"OrderNotDraft","detail":"no"}"#, .refused), (422, #"{"detail":[]}"#, .refused),
        (401, #"{"error":"unauthorized","detail":"no"}"#, .unreachable), (402, "{}", .unreachable),
        (403, "<html>", .unreachable), (429, "{}", .unreachable), (500, "", .unreachable), (200, "[]", .malformed),
    ])
    func `only a refusal of Polar's own is certain`(status: Int, body: String, code: PaymentProblem.Code) async throws {
        _ = try await run(["/v1/orders/o1/finalize": .status(status, body)]) { provider, service in
            await #expect {
                _ = try await provider.client.post("/v1/orders/o1/finalize", .object(JSONObject()))
            } throws: {
                ($0 as? PaymentProblem)?.code == code
            }
            #expect(service.count("/v1/orders/o1/finalize") == 1)
        }
    }
}
