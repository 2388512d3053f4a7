import ScripCore
import ScripEngine
import ScripJSON

/// What is read alike of every payment service's objects. They come from outside: ids, words and addresses have limits.
enum ServiceObjects {
    /// The most bytes of an id; the services' have far fewer.
    private static let maxIDBytes = 255
    /// The most characters of a sentence that is kept.
    private static let maxWords = 500
    private static let maxAddressBytes = 4_096

    /// The id of a member that is an id, or an object with one; `nil` for what cannot be one.
    static func id(_ value: JSONValue?) -> String? {
        guard let text = value?.stringValue ?? value?["id"]?.stringValue else { return nil }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isPlain && !text.isEmpty && text.utf8.count <= maxIDBytes ? text : nil
    }

    /// The beginning of a sentence.
    static func words(_ value: JSONValue?) -> String? { value?.stringValue.map { String($0.prefix(maxWords)) } }

    /// An address to which a browser may be sent.
    static func address(_ value: JSONValue?) -> String? {
        guard let text = value?.stringValue, text.utf8.count <= maxAddressBytes else { return nil }
        return text.hasPrefix("https://") || text.hasPrefix("http://") ? text : nil
    }

    /// Whose an object is, as its metadata says.
    static func owner(_ object: JSONValue, purchase: String, account: String, customer: String?) -> PaymentOwner? {
        guard let purchase = id(object["metadata"]?[purchase]),
            let account = object["metadata"]?[account]?.stringValue.flatMap({ AccountID($0) })
        else { return nil }
        return PaymentOwner(account: account, purchase: purchase, customer: customer)
    }

    /// A subscription with its id and how it stands, by the words that the services share; `nil` for what cannot be one.
    static func subscription(_ object: JSONValue, createdAt: Timestamp?) -> PaymentSubscription? {
        guard let id = id(object["id"]), let status = object["status"]?.stringValue, let createdAt else { return nil }
        let standing: PaymentSubscription.Standing =
            switch status {
            case "active", "trialing": .good
            case "past_due": .late
            case "incomplete": .waiting
            default: .over
            }
        var subscription = PaymentSubscription(id: id, status: status, standing: standing, createdAt: createdAt)
        subscription.isFinal = ["canceled", "incomplete_expired"].contains(status)
        return subscription
    }

    /// Whether an amount is in a currency, as far as the object says.
    static func isIn(_ currency: String, _ object: JSONValue) -> Bool {
        object["currency"]?.stringValue.map { $0.lowercased() == currency.lowercased() } ?? true
    }
}

extension PaymentOwner {
    /// Whether it is the one that a purchase is for.
    func isOf(_ other: Purchase) -> Bool { purchase == other.id && account == other.account }
}

extension PaymentFacts {
    /// Adds money that went back. In another currency it cannot be compared with what was paid.
    /// - Parameter key: where its metadata has the mark of the request.
    mutating func add(refund object: JSONValue, key: String, currency: String) {
        guard let id = ServiceObjects.id(object["id"]) else { return }
        if !ServiceObjects.isIn(currency, object) {
            contradiction = PaymentDifference.moneyBack.rawValue
            return
        }
        guard let units = object["amount"]?.integerValue, units >= 0 else { return }
        let status: Refund.Status =
            switch object["status"]?.stringValue {
            case "succeeded": .succeeded
            case "failed", "canceled": .failed
            default: .pending
            }
        refunds[id] = Refund(minorUnits: units, status: status, request: ServiceObjects.id(object["metadata"]?[key]))
    }

    /// Adds what the buyer contests.
    /// - Parameter won: the service's words for money that is here again.
    mutating func add(dispute object: JSONValue, won: Set<String>, currency: String) {
        guard let id = ServiceObjects.id(object["id"]) else { return }
        if !ServiceObjects.isIn(currency, object) {
            contradiction = PaymentDifference.moneyBack.rawValue
            return
        }
        guard let units = object["amount"]?.integerValue, units >= 0 else { return }
        let word = object["status"]?.stringValue ?? ""
        let status: Dispute.Status =
            switch word {
            case "lost": .lost
            case "needs_response", "under_review": .open
            default: won.contains(word) ? .won : .inquiry
            }
        disputes[id] = Dispute(minorUnits: units, status: status)
    }
}
