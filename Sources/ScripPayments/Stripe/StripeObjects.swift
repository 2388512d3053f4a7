import ScripCore
import ScripEngine
import ScripJSON

/// Reads Stripe's objects. Names and words are those of Stripe's API reference, version 2025-03-31.basil.
enum StripeObjects {
    static let purchaseKey = "purchase_id"
    static let accountKey = "account_id"
    static let refundKey = "refund_request"
    /// Its words for a dispute after which the money is here again.
    static let wonDisputes: Set = ["won", "warning_closed", "prevented"]

    static func id(_ value: JSONValue?) -> String? { ServiceObjects.id(value) }

    static func time(_ value: JSONValue?) -> Timestamp? {
        value?.integerValue.map { Timestamp.earliest.adding(seconds: $0) }
            .flatMap { (.earliest ... .latest).contains($0) ? $0 : nil }
    }

    /// Whose an object is, as its metadata says.
    static func owner(_ object: JSONValue) -> PaymentOwner? {
        ServiceObjects.owner(object, purchase: purchaseKey, account: accountKey, customer: id(object["customer"]))
    }

    /// What a checkout session says of the payment.
    static func facts(ofSession session: JSONValue) -> PaymentFacts? {
        guard let id = id(session["id"]) else { return nil }
        var facts = PaymentFacts(stage: .pending, references: [id])
        if let intent = self.id(session["payment_intent"]) { facts.references.insert(intent) }
        facts.customer = self.id(session["customer"])
        if session["status"]?.stringValue == "expired" { facts.stage = .expired }
        if let status = session["payment_status"]?.stringValue, ["paid", "no_payment_required"].contains(status) {
            facts.paid = price(session["amount_total"], session["currency"])
            if session["status"]?.stringValue == "complete" {
                facts.stage = .paid
            } else {
                facts.contradiction = PaymentDifference.status.rawValue
            }
        }
        return facts
    }

    /// What a payment intent says of the payment.
    static func facts(ofIntent intent: JSONValue) -> PaymentFacts? {
        guard let id = id(intent["id"]) else { return nil }
        var facts = PaymentFacts(stage: .pending, references: [id])
        facts.customer = self.id(intent["customer"])
        switch intent["status"]?.stringValue {
        case "succeeded":
            facts.stage = .paid
            facts.paid = price(intent["amount_received"], intent["currency"])
            if intent["setup_future_usage"]?.stringValue != nil {
                facts.paymentMethod = self.id(intent["payment_method"])
            }
        case "canceled": facts.stage = .failed
        case "requires_payment_method" where intent["last_payment_error"]?.objectValue != nil:
            facts.stage = .failed
        default: break
        }
        if facts.stage == .failed {
            facts.failure = ServiceObjects.words(intent["last_payment_error"]?["message"])
        }
        return facts
    }

    static func price(_ amount: JSONValue?, _ currency: JSONValue?) -> Price? {
        guard let units = amount?.integerValue, let currency = currency?.stringValue else { return nil }
        return Price(minorUnits: max(0, units), currency: currency.lowercased())
    }

    static func subscription(_ object: JSONValue) -> PaymentSubscription? {
        guard var subscription = ServiceObjects.subscription(object, createdAt: time(object["created"])) else {
            return nil
        }
        subscription.customer = self.id(object["customer"])
        subscription.account = object["metadata"]?[accountKey]?.stringValue.flatMap { AccountID($0) }
        let items = object["items"]?["data"]?.arrayValue ?? []
        subscription.prices = items.compactMap { self.id($0["price"]) }
        for item in items {
            if let price = self.id(item["price"]), let quantity = item["quantity"]?.integerValue {
                subscription.quantities[price] = quantity
            }
        }
        subscription.trialEndsAt = time(object["trial_end"])
        // Periods moved from the subscription to its items with the version 2025-03-31.basil.
        let places = items + [object]
        subscription.periodStart = places.compactMap { time($0["current_period_start"]) }.first
        subscription.periodEnd = places.compactMap { time($0["current_period_end"]) }.first
        subscription.endsAt = time(object["cancel_at"])
        if object["cancel_at_period_end"]?.boolValue == true {
            subscription.endsAt = subscription.endsAt ?? subscription.periodEnd
        }
        if subscription.standing == .late {
            // Beyond the period's own invoice, one for a change of plan in its middle may be what is unpaid.
            let invoice = object["latest_invoice"]
            let isOpen = ["open", "uncollectible"].contains(invoice?["status"]?.stringValue ?? "")
            subscription.lateSince = (isOpen ? time(invoice?["created"]) : nil) ?? subscription.periodStart
        }
        return subscription
    }

    /// What a message's object is about, whatever the kind of the message.
    static func subject(of object: JSONValue) -> PaymentEvent.Subject {
        let ids: [String?]
        switch object["object"]?.stringValue {
        case "checkout.session":
            if let subscription = id(object["subscription"]) { return .subscription(subscription) }
            ids = [id(object["id"]), id(object["payment_intent"])]
        case "payment_intent": ids = [id(object["id"])]
        case "charge", "refund", "dispute": ids = [id(object["payment_intent"])]
        case "subscription": return id(object["id"]).map { .subscription($0) } ?? .nothing
        case "invoice":
            let subscription =
                id(object["parent"]?["subscription_details"]?["subscription"]) ?? id(object["subscription"])
            return subscription.map { .subscription($0) } ?? .nothing
        default: return .nothing
        }
        let references = ids.compactMap { $0 }
        return references.isEmpty ? .nothing : .payment(references)
    }
}
