import ScripCore
import ScripEngine
import Synchronization

/// A payment provider that says what a test wants it to say.
public final class ScriptedPaymentProvider: PaymentProvider {
    /// What becomes of the next charges.
    public enum Mood: Sendable, Hashable {
        /// The money comes.
        case paying
        /// The bank refuses.
        case declining
        /// The money comes, but no answer.
        case silent
        /// Neither money nor an answer comes.
        case deaf
        /// The request is taken up, and what becomes of it is decided later.
        case processing
    }

    private struct Content {
        var mood = Mood.paying
        var payments: [String: PaymentFacts] = [:]
        var owners: [String: PaymentOwner] = [:]
        var subscriptions: [String: PaymentSubscription] = [:]
        /// Charges by the name under which a payment service would make them once.
        var charges: [String: PaymentFacts] = [:]
        /// With what each name was asked for at first; a payment service refuses the name with anything else.
        var payers: [String: String] = [:]
        /// What was sent back, by purchase and the name under which a payment service would send it once.
        var refunds: [String: [String: PaymentFacts.Refund]] = [:]
        var beforeRefund: @Sendable () async -> Void = {}
        var requests = 0
        var lists = 0
        var beforeCharge: @Sendable () async -> Void = {}
        var beforeList: @Sendable () async -> Void = {}
        var events: [PaymentEvent] = []
    }

    /// The provider's name.
    public let name: String
    private let content = Mutex(Content())

    /// Invoices are paid elsewhere.
    public var isSettledByOperator: Bool { name == "manual" }

    /// A provider that knows nothing yet.
    public init(name: String = "stripe") {
        self.name = name
    }

    /// Sets what becomes of the next charges.
    public func set(_ mood: Mood) { content.withLock { $0.mood = mood } }

    /// Sets how a purchase's payment stands.
    public func set(_ facts: PaymentFacts, of purchase: String) { content.withLock { $0.payments[purchase] = facts } }

    /// Sets whose the object with an id says that it is.
    public func set(_ owner: PaymentOwner, of reference: String) {
        content.withLock { $0.owners[reference] = owner }
    }

    /// Sets how a subscription stands.
    public func set(_ subscription: PaymentSubscription) {
        content.withLock { $0.subscriptions[subscription.id] = subscription }
    }

    /// Sets what happens when money is to be taken, before the answer.
    public func onCharge(_ body: @escaping @Sendable () async -> Void) {
        content.withLock { $0.beforeCharge = body }
    }

    /// Sets what happens when money is to be sent back, before the answer.
    public func onRefund(_ body: @escaping @Sendable () async -> Void) {
        content.withLock { $0.beforeRefund = body }
    }

    /// How much money of a purchase was sent back, in minor units.
    public func refunded(of purchase: String) -> Int64 {
        content.withLock { $0.refunds[purchase, default: [:]].values.reduce(0) { $0 + $1.minorUnits } }
    }

    /// Sets what happens when messages are to be listed, before the answer.
    public func onList(_ body: @escaping @Sendable () async -> Void) {
        content.withLock { $0.beforeList = body }
    }

    /// How often messages were listed.
    public var listCount: Int { content.withLock { $0.lists } }

    /// How often money was taken.
    public var chargeCount: Int { content.withLock { $0.charges.count } }

    /// How often it was asked to take money.
    public var requestCount: Int { content.withLock { $0.requests } }

    public func openCheckout(for purchase: Purchase, order: CheckoutOrder) async throws(PaymentProblem) -> Checkout {
        Checkout(
            url: "https://pay.example.com/\(purchase.id)",
            facts: PaymentFacts(stage: .pending, references: ["cs_\(purchase.id)"]))
    }

    public func payment(of purchase: Purchase) async throws(PaymentProblem) -> PaymentFacts? {
        content.withLock { content in
            var facts = content.payments[purchase.id]
            for (id, refund) in content.refunds[purchase.id] ?? [:] { facts?.refunds[id] = refund }
            return facts
        }
    }

    public func owner(of references: [String]) async throws(PaymentProblem) -> PaymentOwner? {
        content.withLock { content in references.compactMap { content.owners[$0] }.first }
    }

    public func refund(
        _ purchase: Purchase, minorUnits: Int64, key: String
    ) async throws(PaymentProblem) -> PaymentFacts {
        let before = content.withLock { $0.beforeRefund }
        await before()
        let (mood, refund) = content.withLock { content in
            if content.mood != .declining && content.mood != .deaf && content.refunds[purchase.id]?["re_\(key)"] == nil
            {
                let mark = RefundRequest.mark(of: key)
                content.refunds[purchase.id, default: [:]]["re_\(key)"] = .init(
                    minorUnits: minorUnits, status: .succeeded, request: mark)
            }
            return (content.mood, content.refunds[purchase.id]?["re_\(key)"])
        }
        if mood == .silent || mood == .deaf { throw PaymentProblem(.unreachable, "There is no answer.") }
        guard let refund else { throw PaymentProblem(.refused, "The payment service refuses.") }
        var facts = PaymentFacts(stage: .pending)
        facts.refunds["re_\(key)"] = refund
        return facts
    }

    public func charge(
        _ purchase: Purchase, customer: String, paymentMethod: String?
    ) async throws(PaymentProblem) -> PaymentFacts {
        let before = content.withLock { content in
            content.requests += 1
            return content.beforeCharge
        }
        await before()
        let (mood, facts) = content.withLock { content in
            let name = "\(purchase.id)-\(purchase.attempts)"
            let payer = "\(customer) \(paymentMethod ?? "-")"
            if content.payers[name, default: payer] != payer { return (Mood.declining, PaymentFacts?.none) }
            if content.mood != .deaf { content.payers[name] = payer }
            if content.mood == .processing {
                return (Mood.processing, PaymentFacts(stage: .pending, references: ["pi_\(name)"]))
            }
            if content.mood != .declining && content.mood != .deaf && content.charges[name] == nil {
                content.charges[name] = PaymentFacts(stage: .paid, paid: purchase.price, references: ["pi_\(name)"])
            }
            return (content.mood, content.charges[name])
        }
        if mood == .silent || mood == .deaf { throw PaymentProblem(.unreachable, "There is no answer.") }
        guard let facts else { throw PaymentProblem(.declined, "The bank refuses.") }
        return facts
    }

    public func events(since moment: Timestamp) async throws(PaymentProblem) -> [PaymentEvent] {
        let before = content.withLock { content in
            content.lists += 1
            return content.beforeList
        }
        await before()
        return content.withLock { $0.events }
    }

    /// Sets which messages are listed.
    public func set(_ events: [PaymentEvent]) { content.withLock { $0.events = events } }

    /// Opens a place whose address ends with the price.
    public func openSubscription(
        of account: AccountID, price: String, order: CheckoutOrder
    ) async throws(PaymentProblem) -> Checkout {
        Checkout(url: "https://pay.example.com/\(price)", facts: PaymentFacts())
    }

    public func subscription(_ id: String) async throws(PaymentProblem) -> PaymentSubscription? {
        if content.withLock({ $0.mood }) == .deaf { throw PaymentProblem(.unreachable, "There is no answer.") }
        return content.withLock { $0.subscriptions[id] }
    }

    public func subscriptions(of customer: String) async throws(PaymentProblem) -> [PaymentSubscription] {
        content.withLock { $0.subscriptions.values.filter { $0.customer == customer } }
    }

    public var signatureHeaders: [String] { ["stripe-signature"] }

    /// Reads `ID KIND SUBJECT`, where the subject is a purchase or a subscription; the signature is `good`.
    public func event(
        in body: [UInt8], headers: [String: String], at now: Timestamp
    ) throws(PaymentProblem) -> PaymentEvent {
        if headers["stripe-signature"] != "good" { throw PaymentProblem(.badSignature, "The signature is not good.") }
        let words = String(decoding: body, as: UTF8.self).split(separator: " ").map(String.init)
        guard words.count == 3 else { throw PaymentProblem(.malformed, "The message makes no sense.") }
        let subject: PaymentEvent.Subject =
            words[2].hasPrefix("sub_") ? .subscription(words[2]) : .payment(["cs_\(words[2])"])
        return PaymentEvent(id: words[0], kind: words[1], subject: subject)
    }
}
