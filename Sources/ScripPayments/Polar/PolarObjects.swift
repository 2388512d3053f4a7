import ScripCore
import ScripEngine
import ScripJSON

/// Reads Polar's objects. Names and words are those of Polar's API, version 2026-10.
enum PolarObjects {
    static let purchaseKey = "scrip_purchase"
    static let accountKey = "scrip_account"
    static let refundKey = "scrip_refund"
    /// Its words for a dispute after which the money is here again, or that a refund prevented.
    static let wonDisputes: Set = ["won", "prevented"]

    /// A reference to a checkout session. Polar's ids do not say what they are of.
    static func checkout(_ id: String) -> String { "checkout_\(id)" }

    /// A reference to an order.
    static func order(_ id: String) -> String { "order_\(id)" }

    /// The id in a reference of a kind; `nil` in one of another.
    static func id(in reference: String, of kind: String) -> String? {
        reference.hasPrefix("\(kind)_") ? String(reference.dropFirst(kind.utf8.count + 1)) : nil
    }

    static func time(_ value: JSONValue?) -> Timestamp? {
        value?.stringValue.flatMap { RFC3339.parse($0) }.map { Timestamp(microseconds: $0) }
            .flatMap { (.earliest ... .latest).contains($0) ? $0 : nil }
    }

    /// Whose an object is, as its metadata says.
    static func owner(_ object: JSONValue) -> PaymentOwner? {
        ServiceObjects.owner(
            object, purchase: purchaseKey, account: accountKey, customer: ServiceObjects.id(object["customer_id"]))
    }

    /// What a checkout session says of the payment. That money came is for its order to say.
    static func facts(ofCheckout checkout: JSONValue) -> PaymentFacts? {
        guard let id = ServiceObjects.id(checkout["id"]) else { return nil }
        var facts = PaymentFacts(stage: .pending, references: [self.checkout(id)])
        facts.customer = ServiceObjects.id(checkout["customer_id"])
        switch checkout["status"]?.stringValue {
        case "expired": facts.stage = .expired
        case "failed": facts.stage = .failed
        default: break
        }
        return facts
    }

    /// What an order says of the payment.
    /// - Parameter price: what is asked for. Taxes that Polar adds to it are not paid for credits.
    static func facts(ofOrder order: JSONValue, price: Price) -> PaymentFacts? {
        guard let id = ServiceObjects.id(order["id"]) else { return nil }
        var facts = PaymentFacts(stage: .pending, references: [self.order(id)])
        if let checkout = ServiceObjects.id(order["checkout_id"]) { facts.references.insert(self.checkout(checkout)) }
        facts.customer = ServiceObjects.id(order["customer_id"])
        facts.paymentMethod = ServiceObjects.id(order["customer"]?["default_payment_method_id"])
        switch order["status"]?.stringValue {
        case "paid", "refunded", "partially_refunded":
            facts.stage = .paid
            facts.paid = paid(order, price: price)
            if order["paid"]?.boolValue == false { facts.contradiction = PaymentDifference.status.rawValue }
        case "void": facts.stage = .failed
        default: break
        }
        return facts
    }

    /// What was paid for the credits: the amount before taxes, or with them where the price has them in it.
    private static func paid(_ order: JSONValue, price: Price) -> Price? {
        guard let currency = order["currency"]?.stringValue, let net = order["net_amount"]?.integerValue else {
            return nil
        }
        let total = order["total_amount"]?.integerValue
        let units = total == price.minorUnits ? price.minorUnits : net
        return Price(minorUnits: max(0, units), currency: currency.lowercased())
    }

    static func subscription(_ object: JSONValue) -> PaymentSubscription? {
        guard var subscription = ServiceObjects.subscription(object, createdAt: time(object["created_at"])) else {
            return nil
        }
        subscription.customer = ServiceObjects.id(object["customer_id"])
        subscription.account = (object["metadata"]?[accountKey] ?? object["customer"]?["external_id"])?.stringValue
            .flatMap { AccountID($0) }
        subscription.prices = [ServiceObjects.id(object["product_id"])].compactMap { $0 }
        if let product = ServiceObjects.id(object["product_id"]), let seats = object["seats"]?.integerValue {
            subscription.quantities[product] = seats
        }
        subscription.trialEndsAt = time(object["trial_end"])
        subscription.periodStart = time(object["current_period_start"])
        subscription.periodEnd = time(object["current_period_end"])
        subscription.endsAt = time(object["ends_at"])
        if object["cancel_at_period_end"]?.boolValue == true || object["pause_at_period_end"]?.boolValue == true {
            subscription.endsAt = subscription.endsAt ?? subscription.periodEnd
        }
        if subscription.standing == .late {
            subscription.lateSince = time(object["past_due_at"]) ?? subscription.periodStart
        }
        return subscription
    }

    /// What a message is about, by its kind and its object.
    static func subject(of kind: String, _ object: JSONValue) -> PaymentEvent.Subject {
        let references: [String?]
        switch kind.prefix(while: { $0 != "." }) {
        case "checkout":
            if let subscription = ServiceObjects.id(object["subscription_id"]) { return .subscription(subscription) }
            references = [ServiceObjects.id(object["id"]).map(checkout)]
        case "order":
            if let subscription = ServiceObjects.id(object["subscription_id"]) { return .subscription(subscription) }
            references = [
                ServiceObjects.id(object["id"]).map(order), ServiceObjects.id(object["checkout_id"]).map(checkout),
            ]
        case "refund", "dispute": references = [ServiceObjects.id(object["order_id"]).map(order)]
        case "subscription": return ServiceObjects.id(object["id"]).map { .subscription($0) } ?? .nothing
        default: return .nothing
        }
        let known = references.compactMap { $0 }
        return known.isEmpty ? .nothing : .payment(known)
    }
}
