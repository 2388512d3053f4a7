import ScripCore
import ScripEngine
import ScripJSON

/// Stripe: Checkout for packs and subscriptions, its customer portal, refunds, and saved payment methods.
///
/// Every answer about a payment is put together from the payment's own objects as they are now, never from the message
/// that made us ask.
public struct StripeProvider: PaymentProvider {
    public let name = ProvidedProvider.stripe.rawValue
    public let signatureHeaders = ["stripe-signature"]
    let client: StripeClient
    private let signature: StripeSignature

    /// Makes the provider that asks Stripe.
    public init(client: StripeClient) {
        self.client = client
        signature = StripeSignature(secrets: client.configuration.webhookSecrets)
    }

    public func openCheckout(for purchase: Purchase, order: CheckoutOrder) async throws(PaymentProblem) -> Checkout {
        var form = StripeProvider.form(of: order, mode: "payment")
        form.add("client_reference_id", purchase.account.rawValue)
        if let price = purchase.providerPrice {
            form.add("line_items[0][price]", price)
        } else {
            form.add("line_items[0][price_data][currency]", purchase.price.currency)
            form.add("line_items[0][price_data][unit_amount]", purchase.price.minorUnits)
            form.add("line_items[0][price_data][product_data][name]", "\(purchase.credits) \(purchase.creditType)")
        }
        form.add("line_items[0][quantity]", 1)
        if order.customer == nil && order.savesPaymentMethod { form.add("customer_creation", "always") }
        if order.savesPaymentMethod { form.add("payment_intent_data[setup_future_usage]", "off_session") }
        StripeProvider.sign(&form, purchase, prefix: "metadata")
        // A session's metadata is not copied to its payment intent.
        StripeProvider.sign(&form, purchase, prefix: "payment_intent_data[metadata]")
        let session = try await client.post("/v1/checkout/sessions", form, key: "scrip-\(purchase.id)-checkout")
        return try StripeProvider.checkout(session)
    }

    public func payment(of purchase: Purchase) async throws(PaymentProblem) -> PaymentFacts? {
        var facts = PaymentFacts(stage: .created)
        let references = purchase.facts.references.sorted()
        for session in references where session.hasPrefix("cs_") {
            guard let object = try await client.get("/v1/checkout/sessions/\(FormBody.escaped(session))") else {
                continue
            }
            if StripeProvider.isOfAnother(object, purchase) {
                facts.contradiction = PaymentDifference.otherPurchase.rawValue
            } else if let seen = StripeObjects.facts(ofSession: object) {
                facts.join(seen)
            }
        }
        let sessions = facts
        var isPaidByIntent: Bool?
        let intents = facts.references.union(references).filter { $0.hasPrefix("pi_") }.sorted()
        for intent in intents {
            guard let object = try await client.get("/v1/payment_intents/\(FormBody.escaped(intent))") else { continue }
            if StripeProvider.isOfAnother(object, purchase) {
                facts.contradiction = PaymentDifference.otherPurchase.rawValue
                continue
            }
            if let seen = StripeObjects.facts(ofIntent: object) {
                facts.join(seen)
                isPaidByIntent = (isPaidByIntent ?? false) || seen.stage == .paid
            }
            try await addMoneyGone(
                of: intent, to: &facts, currency: facts.paid?.currency ?? purchase.price.currency)
        }
        // The intent is what takes the money. Where it says that it did not, its session's word does not count.
        if sessions.stage == .paid && isPaidByIntent == false {
            facts.stage = .pending
            facts.contradiction = PaymentDifference.status.rawValue
        }
        return facts.stage == .created && facts.contradiction == nil ? nil : facts
    }

    private func addMoneyGone(
        of intent: String, to facts: inout PaymentFacts, currency: String
    ) async throws(PaymentProblem) {
        var query = FormBody()
        query.add("payment_intent", intent)
        for object in try await client.list("/v1/refunds", query, most: PaymentFacts.maxParts) {
            facts.add(refund: object, key: StripeObjects.refundKey, currency: currency)
        }
        for object in try await client.list("/v1/disputes", query, most: PaymentFacts.maxParts) {
            facts.add(dispute: object, won: StripeObjects.wonDisputes, currency: currency)
        }
    }

    /// Whether an object says that it is another purchase's.
    private static func isOfAnother(_ object: JSONValue, _ purchase: Purchase) -> Bool {
        StripeObjects.owner(object).map { !$0.isOf(purchase) } ?? false
    }

    public func owner(of references: [String]) async throws(PaymentProblem) -> PaymentOwner? {
        for reference in references {
            let path = reference.hasPrefix("cs_") ? "/v1/checkout/sessions" : "/v1/payment_intents"
            let object = try await client.get("\(path)/\(FormBody.escaped(reference))")
            if let owner = object.flatMap({ StripeObjects.owner($0) }) { return owner }
        }
        return nil
    }

    public func refund(
        _ purchase: Purchase, minorUnits: Int64, key: String
    ) async throws(PaymentProblem) -> PaymentFacts {
        guard let intent = purchase.facts.references.filter({ $0.hasPrefix("pi_") }).min() else {
            throw PaymentProblem(.refused, "The payment has no payment intent at Stripe.")
        }
        var form = FormBody()
        form.add("payment_intent", intent)
        form.add("amount", minorUnits)
        StripeProvider.sign(&form, purchase, prefix: "metadata")
        // A caller's name may hold what a header may not.
        let digest = RefundRequest.mark(of: key)
        form.add("metadata[\(StripeObjects.refundKey)]", digest)
        let object = try await client.post("/v1/refunds", form, key: "scrip-\(purchase.id)-refund-\(digest)")
        var facts = PaymentFacts(stage: .pending, references: [intent])
        let currency = purchase.facts.paid?.currency ?? purchase.price.currency
        facts.add(refund: object, key: StripeObjects.refundKey, currency: currency)
        if facts.refunds.values.contains(where: { $0.minorUnits != minorUnits }) {
            facts.contradiction = PaymentDifference.moneyBack.rawValue
        }
        return facts
    }

    public func charge(
        _ purchase: Purchase, customer: String, paymentMethod: String?
    ) async throws(PaymentProblem) -> PaymentFacts {
        guard let paymentMethod else { throw PaymentProblem(.noPaymentMethod, "No payment method is saved.") }
        var form = FormBody()
        form.add("amount", purchase.price.minorUnits)
        form.add("currency", purchase.price.currency)
        form.add("customer", customer)
        form.add("payment_method", paymentMethod)
        form.add("off_session", "true")
        form.add("confirm", "true")
        form.add("description", "\(purchase.credits) \(purchase.creditType)")
        StripeProvider.sign(&form, purchase, prefix: "metadata")
        let intent = try await client.post(
            "/v1/payment_intents", form, key: "scrip-\(purchase.id)-charge-\(purchase.attempts)")
        guard let facts = StripeObjects.facts(ofIntent: intent) else {
            throw PaymentProblem(.malformed, "Stripe's payment intent has no id.")
        }
        return facts
    }

    public func event(
        in body: [UInt8], headers: [String: String], at now: Timestamp
    ) throws(PaymentProblem) -> PaymentEvent {
        try signature.verify(body, header: headers["stripe-signature"], at: now)
        guard let json = try? JSONValue.parse(body), let event = StripeProvider.event(json) else {
            throw PaymentProblem(.malformed, "The message is not an event.")
        }
        return event
    }

    public func events(since moment: Timestamp) async throws(PaymentProblem) -> [PaymentEvent] {
        var query = FormBody()
        query.add("created[gte]", moment.microseconds / Timestamp.microsecondsPerSecond)
        return try await client.list("/v1/events", query).reversed().compactMap { StripeProvider.event($0) }
    }

    public func subscription(_ id: String) async throws(PaymentProblem) -> PaymentSubscription? {
        var query = FormBody()
        query.add("expand[0]", "latest_invoice")
        return try await client.get("/v1/subscriptions/\(FormBody.escaped(id))", query)
            .flatMap { StripeObjects.subscription($0) }
    }

    public func subscriptions(of customer: String) async throws(PaymentProblem) -> [PaymentSubscription] {
        var query = FormBody()
        query.add("customer", customer)
        query.add("status", "all")
        query.add("expand[0]", "data.latest_invoice")
        return try await client.list("/v1/subscriptions", query, most: 100)
            .compactMap { StripeObjects.subscription($0) }
    }

    public func openSubscription(
        of account: AccountID, price: String, order: CheckoutOrder
    ) async throws(PaymentProblem) -> Checkout {
        var form = StripeProvider.form(of: order, mode: "subscription")
        form.add("client_reference_id", account.rawValue)
        form.add("line_items[0][price]", price)
        form.add("line_items[0][quantity]", 1)
        form.add("metadata[\(StripeObjects.accountKey)]", account.rawValue)
        form.add("subscription_data[metadata][\(StripeObjects.accountKey)]", account.rawValue)
        return try StripeProvider.checkout(try await client.post("/v1/checkout/sessions", form, key: nil))
    }

    public func portal(for customer: String, returnURL: String) async throws(PaymentProblem) -> String {
        var form = FormBody()
        form.add("customer", customer)
        form.add("return_url", returnURL)
        let session = try await client.post("/v1/billing_portal/sessions", form, key: nil)
        guard let url = ServiceObjects.address(session["url"]) else {
            throw PaymentProblem(.malformed, "Stripe's portal session has no URL.")
        }
        return url
    }

    private static func form(of order: CheckoutOrder, mode: String) -> FormBody {
        var form = FormBody()
        form.add("mode", mode)
        form.add("success_url", order.successURL)
        form.add("cancel_url", order.cancelURL)
        form.add("customer", order.customer)
        return form
    }

    private static func sign(_ form: inout FormBody, _ purchase: Purchase, prefix: String) {
        form.add("\(prefix)[\(StripeObjects.purchaseKey)]", purchase.id)
        form.add("\(prefix)[\(StripeObjects.accountKey)]", purchase.account.rawValue)
    }

    private static func checkout(_ session: JSONValue) throws(PaymentProblem) -> Checkout {
        guard let id = StripeObjects.id(session["id"]), let url = ServiceObjects.address(session["url"]) else {
            throw PaymentProblem(.malformed, "Stripe's checkout session has no URL.")
        }
        return Checkout(
            url: url, expiresAt: StripeObjects.time(session["expires_at"]),
            facts: StripeObjects.facts(ofSession: session) ?? PaymentFacts(stage: .pending, references: [id]))
    }

    private static func event(_ json: JSONValue) -> PaymentEvent? {
        guard json["object"]?.stringValue == "event", let id = StripeObjects.id(json["id"]),
            let kind = StripeObjects.id(json["type"]), let object = json["data"]?["object"]
        else { return nil }
        return PaymentEvent(id: id, kind: kind, subject: StripeObjects.subject(of: object))
    }
}
