import ScripCore
import ScripEngine
import ScripJSON

/// What is sent to Polar, and what its answers are made into.
extension PolarProvider {
    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(JSONObject(members.map { JSONObject.Member(name: $0.0, value: $0.1) }))
    }

    /// Whether an object says that it is another purchase's.
    static func isOfAnother(_ object: JSONValue, _ purchase: Purchase) -> Bool {
        PolarObjects.owner(object).map { !$0.isOf(purchase) } ?? false
    }

    static func fields(
        of order: CheckoutOrder, product: String, account: AccountID
    ) -> [(String, JSONValue)] {
        var fields: [(String, JSONValue)] = [
            ("products", .array([.string(product)])), ("success_url", .string(order.successURL)),
            ("return_url", .string(order.cancelURL)),
            // What is paid is compared with the price.
            ("allow_discount_codes", .bool(false)),
        ]
        if let customer = order.customer {
            fields.append(("customer_id", .string(customer)))
        } else {
            fields.append(("external_customer_id", .string(account.rawValue)))
        }
        return fields
    }

    static func metadata(of purchase: Purchase, _ more: (String, String)...) -> JSONValue {
        let pairs = [
            (PolarObjects.purchaseKey, purchase.id), (PolarObjects.accountKey, purchase.account.rawValue),
        ]
        return object((pairs + more).map { ($0.0, .string($0.1)) })
    }

    static func checkout(_ session: JSONValue) throws(PaymentProblem) -> Checkout {
        guard let facts = PolarObjects.facts(ofCheckout: session), let url = ServiceObjects.address(session["url"])
        else {
            throw PaymentProblem(.malformed, "Polar's checkout has no URL.")
        }
        return Checkout(url: url, expiresAt: PolarObjects.time(session["expires_at"]), facts: facts)
    }

    static func event(_ json: JSONValue, id: String) -> PaymentEvent? {
        guard let kind = ServiceObjects.id(json["type"]), let object = json["data"] else {
            return nil
        }
        return PaymentEvent(id: id, kind: kind, subject: PolarObjects.subject(of: kind, object))
    }
}
