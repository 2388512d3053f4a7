import ScripAPI
import ScripCore
import ScripEngine
import ScripJSON

/// Reads Polar's objects. Names and words are those of Polar's API, version 2026-10.
enum PolarObjects {
    static let purchaseKey = "scrip_purchase"
    static let accountKey = "scrip_account"
    static let refundKey = "scrip_refund"

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
        guard let purchase = object["metadata"]?[purchaseKey]?.stringValue,
            let account = object["metadata"]?[accountKey]?.stringValue.flatMap({ AccountID($0) })
        else { return nil }
        return PaymentOwner(account: account, purchase: purchase, customer: object["customer_id"]?.stringValue)
    }

    /// What a checkout session says of the payment. That money came is for its order to say.
    static func facts(ofCheckout checkout: JSONValue) -> PaymentFacts? {
        guard let id = checkout["id"]?.stringValue else { return nil }
        var facts = PaymentFacts(stage: .pending, references: [self.checkout(id)])
        facts.customer = checkout["customer_id"]?.stringValue
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
        guard let id = order["id"]?.stringValue else { return nil }
        var facts = PaymentFacts(stage: .pending, references: [self.order(id)])
        if let checkout = order["checkout_id"]?.stringValue { facts.references.insert(self.checkout(checkout)) }
        facts.customer = order["customer_id"]?.stringValue
        facts.paymentMethod = order["customer"]?["default_payment_method_id"]?.stringValue
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

    static func refund(_ object: JSONValue) -> PaymentFacts.Refund? {
        guard let units = object["amount"]?.integerValue, units >= 0 else { return nil }
        let status: PaymentFacts.Refund.Status =
            switch object["status"]?.stringValue {
            case "succeeded": .succeeded
            case "failed", "canceled": .failed
            default: .pending
            }
        return PaymentFacts.Refund(
            minorUnits: units, status: status, request: object["metadata"]?[refundKey]?.stringValue)
    }

    static func dispute(_ object: JSONValue) -> PaymentFacts.Dispute? {
        guard let units = object["amount"]?.integerValue, units >= 0 else { return nil }
        let status: PaymentFacts.Dispute.Status =
            switch object["status"]?.stringValue {
            case "won": .won
            case "lost": .lost
            case "needs_response", "under_review": .open
            // A dispute that a refund prevented has taken nothing beyond that refund.
            case "prevented": .won
            default: .inquiry
            }
        return PaymentFacts.Dispute(minorUnits: units, status: status)
    }

    /// Whether an amount is in a currency, as far as the object says.
    static func isIn(_ currency: String, _ object: JSONValue) -> Bool {
        object["currency"]?.stringValue.map { $0.lowercased() == currency.lowercased() } ?? true
    }

    static func subscription(_ object: JSONValue) -> ProviderSubscription? {
        guard let id = object["id"]?.stringValue, let status = object["status"]?.stringValue,
            let createdAt = time(object["created_at"])
        else { return nil }
        let standing: ProviderSubscription.Standing =
            switch status {
            case "active", "trialing": .good
            case "past_due": .late
            case "incomplete": .waiting
            default: .over
            }
        var subscription = ProviderSubscription(id: id, status: status, standing: standing, createdAt: createdAt)
        subscription.isFinal = ["canceled", "incomplete_expired"].contains(status)
        subscription.customer = object["customer_id"]?.stringValue
        subscription.account = (object["metadata"]?[accountKey] ?? object["customer"]?["external_id"])?.stringValue
            .flatMap { AccountID($0) }
        subscription.prices = [object["product_id"]?.stringValue].compactMap { $0 }
        subscription.periodStart = time(object["current_period_start"])
        subscription.periodEnd = time(object["current_period_end"])
        subscription.endsAt = time(object["ends_at"])
        if object["cancel_at_period_end"]?.boolValue == true || object["pause_at_period_end"]?.boolValue == true {
            subscription.endsAt = subscription.endsAt ?? subscription.periodEnd
        }
        if standing == .late { subscription.lateSince = time(object["past_due_at"]) ?? subscription.periodStart }
        return subscription
    }

    /// What a message is about, by its kind and its object.
    static func subject(of kind: String, _ object: JSONValue) -> PaymentEvent.Subject {
        let references: [String?]
        switch kind.prefix(while: { $0 != "." }) {
        case "checkout":
            if let subscription = object["subscription_id"]?.stringValue { return .subscription(subscription) }
            references = [object["id"]?.stringValue.map(checkout)]
        case "order":
            if let subscription = object["subscription_id"]?.stringValue { return .subscription(subscription) }
            references = [object["id"]?.stringValue.map(order), object["checkout_id"]?.stringValue.map(checkout)]
        case "refund", "dispute": references = [object["order_id"]?.stringValue.map(order)]
        case "subscription": return object["id"]?.stringValue.map { .subscription($0) } ?? .nothing
        default: return .nothing
        }
        let known = references.compactMap { $0 }
        return known.isEmpty ? .nothing : .payment(known)
    }
}
