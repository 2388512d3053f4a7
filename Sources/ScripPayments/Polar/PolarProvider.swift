import ScripCore
import ScripEngine
import ScripJSON

/// Polar: checkouts for packs and plans, its customer portal, refunds, and charges without the buyer.
///
/// What is sold is a product of Polar's: `provider_price` of packs and plans is a product's id. Every answer about a
/// payment is put together from the payment's own objects as they are now, never from the message that made us ask.
public struct PolarProvider: PaymentProvider {
    public let name = ProvidedProvider.polar.rawValue
    public let signatureHeaders = StandardWebhookSignature.headers
    let client: PolarClient
    let signature: StandardWebhookSignature

    /// Makes the provider that asks Polar.
    public init(client: PolarClient) {
        self.client = client
        signature = StandardWebhookSignature(secrets: client.configuration.webhookSecrets)
    }

    public func openCheckout(for purchase: Purchase, order: CheckoutOrder) async throws(PaymentProblem) -> Checkout {
        guard let product = purchase.providerPrice else {
            throw PaymentProblem(.unsupported, "The pack has no provider_price: the id of a product at Polar.")
        }
        if let open = try await openCheckout(of: purchase) { return try PolarProvider.checkout(open) }
        var fields = PolarProvider.fields(of: order, product: product, account: purchase.account)
        fields.append(("metadata", PolarProvider.metadata(of: purchase)))
        return try PolarProvider.checkout(try await client.post("/v1/checkouts/", PolarProvider.object(fields)))
    }

    /// The place to pay that was made already, though its answer did not come.
    private func openCheckout(of purchase: Purchase) async throws(PaymentProblem) -> JSONValue? {
        var query = FormBody()
        query.add("external_customer_id", purchase.account.rawValue)
        query.add("status", "open")
        return try await client.list("/v1/checkouts/", query, most: 1_000).first {
            PolarObjects.owner($0)?.purchase == purchase.id
        }
    }

    public func payment(of purchase: Purchase) async throws(PaymentProblem) -> PaymentFacts? {
        var facts = PaymentFacts(stage: .created)
        for reference in purchase.facts.references.sorted() {
            guard let id = PolarObjects.id(in: reference, of: "checkout"),
                let object = try await client.get("/v1/checkouts/\(FormBody.escaped(id))")
            else { continue }
            if PolarProvider.isOfAnother(object, purchase) {
                facts.contradiction = PaymentDifference.otherPurchase.rawValue
            } else if let seen = PolarObjects.facts(ofCheckout: object) {
                facts.join(seen)
                var query = FormBody()
                query.add("checkout_id", id)
                for order in try await client.list("/v1/orders/", query, most: 100) {
                    facts.references.formUnion(
                        [ServiceObjects.id(order["id"])].compactMap { $0.map(PolarObjects.order) })
                }
            }
        }
        for reference in facts.references.union(purchase.facts.references).sorted() {
            guard let id = PolarObjects.id(in: reference, of: "order"),
                let object = try await client.get("/v1/orders/\(FormBody.escaped(id))")
            else { continue }
            if PolarProvider.isOfAnother(object, purchase) {
                facts.contradiction = PaymentDifference.otherPurchase.rawValue
            } else if let seen = PolarObjects.facts(ofOrder: object, price: purchase.price) {
                facts.join(seen)
                try await addMoneyGone(of: id, to: &facts, currency: seen.paid?.currency ?? purchase.price.currency)
            }
        }
        return facts.stage == .created && facts.contradiction == nil ? nil : facts
    }

    private func addMoneyGone(
        of order: String, to facts: inout PaymentFacts, currency: String
    ) async throws(PaymentProblem) {
        for object in try await refunds(of: order) {
            facts.add(refund: object, key: PolarObjects.refundKey, currency: currency)
        }
        var query = FormBody()
        query.add("order_id", order)
        for object in try await client.list("/v1/disputes/", query, most: PaymentFacts.maxParts) {
            facts.add(dispute: object, won: PolarObjects.wonDisputes, currency: currency)
        }
    }

    private func refunds(of order: String) async throws(PaymentProblem) -> [JSONValue] {
        var query = FormBody()
        query.add("order_id", order)
        return try await client.list("/v1/refunds/", query, most: PaymentFacts.maxParts)
    }

    public func owner(of references: [String]) async throws(PaymentProblem) -> PaymentOwner? {
        for reference in references {
            let path: String
            if let id = PolarObjects.id(in: reference, of: "checkout") {
                path = "/v1/checkouts/\(FormBody.escaped(id))"
            } else if let id = PolarObjects.id(in: reference, of: "order") {
                path = "/v1/orders/\(FormBody.escaped(id))"
            } else {
                continue
            }
            if let owner = try await client.get(path).flatMap({ PolarObjects.owner($0) }) { return owner }
        }
        return nil
    }

    public func refund(
        _ purchase: Purchase, minorUnits: Int64, key: String
    ) async throws(PaymentProblem) -> PaymentFacts {
        let orders = purchase.facts.references.compactMap { PolarObjects.id(in: $0, of: "order") }
        guard let order = orders.min() else {
            throw PaymentProblem(.refused, "The payment has no order at Polar.")
        }
        let mark = RefundRequest.mark(of: key)
        var object = try await refunds(of: order).first {
            ServiceObjects.id($0["metadata"]?[PolarObjects.refundKey]) == mark
        }
        if object == nil {
            object = try await client.post(
                "/v1/refunds/",
                PolarProvider.object([
                    ("order_id", .string(order)), ("reason", .string("customer_request")),
                    ("amount", .number("\(minorUnits)")), ("revoke_benefits", .bool(false)),
                    ("metadata", PolarProvider.metadata(of: purchase, (PolarObjects.refundKey, mark))),
                ]))
        }
        var facts = PaymentFacts(stage: .pending, references: [PolarObjects.order(order)])
        let currency = purchase.facts.paid?.currency ?? purchase.price.currency
        if let object { facts.add(refund: object, key: PolarObjects.refundKey, currency: currency) }
        if facts.refunds.values.contains(where: { $0.minorUnits != minorUnits }) {
            facts.contradiction = PaymentDifference.moneyBack.rawValue
        }
        return facts
    }

    public func charge(
        _ purchase: Purchase, customer: String, paymentMethod: String?
    ) async throws(PaymentProblem) -> PaymentFacts {
        guard let product = purchase.providerPrice else {
            throw PaymentProblem(.unsupported, "The pack has no provider_price: the id of a product at Polar.")
        }
        var order = try await draft(of: purchase, customer: customer)
        if order == nil {
            order = try await client.post(
                "/v1/orders/",
                PolarProvider.object([
                    ("customer_id", .string(customer)), ("product_id", .string(product)),
                    ("currency", .string(purchase.price.currency)),
                    ("description", .string("\(purchase.credits) \(purchase.creditType)")),
                    ("metadata", PolarProvider.metadata(of: purchase)),
                ]))
        }
        guard let id = ServiceObjects.id(order?["id"]) else {
            throw PaymentProblem(.malformed, "Polar's order has no id.")
        }
        // An order is charged once, however often that is asked for: only a draft can be finalized.
        if order?["status"]?.stringValue == "draft" {
            order = try await client.post(
                "/v1/orders/\(FormBody.escaped(id))/finalize",
                PolarProvider.object([("payment_method_id", paymentMethod.map { .string($0) } ?? .null)]))
        }
        guard let order, let facts = PolarObjects.facts(ofOrder: order, price: purchase.price) else {
            throw PaymentProblem(.malformed, "Polar's order has no id.")
        }
        return facts
    }

    /// The order that was made for a purchase already, though its answer did not come, or its charge failed.
    private func draft(of purchase: Purchase, customer: String) async throws(PaymentProblem) -> JSONValue? {
        var query = FormBody()
        query.add("customer_id", customer)
        query.add("metadata[\(PolarObjects.purchaseKey)]", purchase.id)
        return try await client.list("/v1/orders/", query, most: 100).first {
            PolarObjects.owner($0)?.purchase == purchase.id
        }
    }
}
