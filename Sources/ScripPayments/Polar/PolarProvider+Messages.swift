import ScripCore
import ScripEngine
import ScripJSON

/// What Polar tells by itself, its subscriptions, and its page for customers.
extension PolarProvider {
    public func event(
        in body: [UInt8], headers: [String: String], at now: Timestamp
    ) throws(PaymentProblem) -> PaymentEvent {
        let id = try signature.verify(body, headers: headers, at: now)
        guard let json = try? JSONValue.parse(body), let event = PolarProvider.event(json, id: id) else {
            throw PaymentProblem(.malformed, "The message is not an event.")
        }
        return event
    }

    public func events(since moment: Timestamp) async throws(PaymentProblem) -> [PaymentEvent] {
        var query = FormBody()
        query.add("start_timestamp", RFC3339.print(microseconds: moment.microseconds))
        return try await client.list("/v1/webhooks/deliveries", query).reversed().compactMap { delivery in
            guard let id = ServiceObjects.id(delivery["webhook_event"]),
                let payload = delivery["webhook_event"]?["payload"]?.stringValue,
                let json = try? JSONValue.parse(Array(payload.utf8))
            else { return nil }
            return PolarProvider.event(json, id: id)
        }
    }

    public func subscription(_ id: String) async throws(PaymentProblem) -> PaymentSubscription? {
        try await client.get("/v1/subscriptions/\(FormBody.escaped(id))").flatMap { PolarObjects.subscription($0) }
    }

    public func subscriptions(of customer: String) async throws(PaymentProblem) -> [PaymentSubscription] {
        var query = FormBody()
        query.add("customer_id", customer)
        return try await client.list("/v1/subscriptions/", query, most: 100)
            .compactMap { PolarObjects.subscription($0) }
    }

    public func openSubscription(
        of account: AccountID, price: String, order: CheckoutOrder
    ) async throws(PaymentProblem) -> Checkout {
        var fields = PolarProvider.fields(of: order, product: price, account: account)
        fields.append(
            ("metadata", PolarProvider.object([(PolarObjects.accountKey, .string(account.rawValue))])))
        return try PolarProvider.checkout(try await client.post("/v1/checkouts/", PolarProvider.object(fields)))
    }

    public func portal(for customer: String, returnURL: String) async throws(PaymentProblem) -> String {
        let session = try await client.post(
            "/v1/customer-sessions/",
            PolarProvider.object([("customer_id", .string(customer)), ("return_url", .string(returnURL))]))
        guard let url = ServiceObjects.address(session["customer_portal_url"]) else {
            throw PaymentProblem(.malformed, "Polar's customer session has no URL.")
        }
        return url
    }
}
