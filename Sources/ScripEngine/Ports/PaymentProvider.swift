import ScripCore

/// Somebody who takes money: a payment service, an operator with invoices, or a test page.
///
/// A provider only says what it knows and does what it is told; what follows for credits is decided by the engine.
public protocol PaymentProvider: Sendable {
    /// The provider's name in purchases and in addresses, such as `stripe`.
    var name: String { get }

    /// Whether only an operator knows that money came, because the provider itself cannot check.
    var isSettledByOperator: Bool { get }

    /// The headers in which a message of the provider says that it is genuine, in lower case; none when it sends none.
    var signatureHeaders: [String] { get }

    /// Makes a place where the buyer can pay. Asking again for the same purchase gives the same place.
    func openCheckout(for purchase: Purchase, order: CheckoutOrder) async throws(PaymentProblem) -> Checkout

    /// Asks what is known of a purchase's payment now; `nil` when the provider keeps nothing beyond what it told.
    func payment(of purchase: Purchase) async throws(PaymentProblem) -> PaymentFacts?

    /// Asks which purchase one of the provider's ids belongs to; `nil` when it is none of ours.
    func owner(of references: [String]) async throws(PaymentProblem) -> PaymentOwner?

    /// Sends money back. The same key sends it once.
    func refund(_ purchase: Purchase, minorUnits: Int64, key: String) async throws(PaymentProblem) -> PaymentFacts

    /// Takes the money from a payment method the buyer saved. The same purchase is charged once.
    func charge(
        _ purchase: Purchase, customer: String, paymentMethod: String?
    ) async throws(PaymentProblem) -> PaymentFacts

    /// Checks the signature of a message and reads what it is about.
    /// - Parameter headers: those of ``signatureHeaders`` that came.
    func event(in body: [UInt8], headers: [String: String], at now: Timestamp) throws(PaymentProblem) -> PaymentEvent

    /// Messages since a moment, the oldest first, for whatever did not arrive.
    func events(since moment: Timestamp) async throws(PaymentProblem) -> [PaymentEvent]

    /// Asks how a subscription stands now; `nil` when there is none with this id.
    func subscription(_ id: String) async throws(PaymentProblem) -> PaymentSubscription?

    /// Asks for all subscriptions of a customer, in any order.
    func subscriptions(of customer: String) async throws(PaymentProblem) -> [PaymentSubscription]

    /// Makes a place where the buyer can subscribe to a plan.
    func openSubscription(
        of account: AccountID, price: String, order: CheckoutOrder
    ) async throws(PaymentProblem) -> Checkout

    /// Makes a place where a customer can change payment methods and subscriptions.
    func portal(for customer: String, returnURL: String) async throws(PaymentProblem) -> String
}

/// Default behaviour for features that a provider need not have.
extension PaymentProvider {
    public var isSettledByOperator: Bool { false }

    public var signatureHeaders: [String] { [] }

    public func payment(of purchase: Purchase) async throws(PaymentProblem) -> PaymentFacts? { nil }

    public func owner(of references: [String]) async throws(PaymentProblem) -> PaymentOwner? { nil }

    public func charge(
        _ purchase: Purchase, customer: String, paymentMethod: String?
    ) async throws(PaymentProblem) -> PaymentFacts {
        throw PaymentProblem(.unsupported, "'\(name)' cannot use saved payment methods.")
    }

    public func event(
        in body: [UInt8], headers: [String: String], at now: Timestamp
    ) throws(PaymentProblem) -> PaymentEvent {
        throw PaymentProblem(.unsupported, "'\(name)' sends no messages.")
    }

    public func events(since moment: Timestamp) async throws(PaymentProblem) -> [PaymentEvent] { [] }

    public func subscription(_ id: String) async throws(PaymentProblem) -> PaymentSubscription? { nil }

    public func subscriptions(of customer: String) async throws(PaymentProblem) -> [PaymentSubscription] { [] }

    public func openSubscription(
        of account: AccountID, price: String, order: CheckoutOrder
    ) async throws(PaymentProblem) -> Checkout {
        throw PaymentProblem(.unsupported, "'\(name)' has no subscriptions.")
    }

    public func portal(for customer: String, returnURL: String) async throws(PaymentProblem) -> String {
        throw PaymentProblem(.unsupported, "'\(name)' has no page for customers.")
    }
}

/// Where the buyer comes from and goes back to.
public struct CheckoutOrder: Sendable, Hashable {
    /// Where the buyer goes after paying.
    public var successURL: String
    /// Where the buyer goes instead.
    public var cancelURL: String
    /// The provider's id of the buyer, when there is one already.
    public var customer: String?
    /// Whether the payment method is kept for purchases without the buyer.
    public var savesPaymentMethod: Bool

    /// A way there and back.
    public init(successURL: String, cancelURL: String, customer: String? = nil, savesPaymentMethod: Bool = false) {
        self.successURL = successURL
        self.cancelURL = cancelURL
        self.customer = customer
        self.savesPaymentMethod = savesPaymentMethod
    }
}

/// A place where the buyer can pay.
public struct Checkout: Sendable, Hashable {
    /// Its address; `nil` when the buyer pays elsewhere.
    public var url: String?
    /// Until when it works.
    public var expiresAt: Timestamp?
    /// What is known of the payment so far.
    public var facts: PaymentFacts

    /// A place.
    public init(url: String?, expiresAt: Timestamp? = nil, facts: PaymentFacts) {
        self.url = url
        self.expiresAt = expiresAt
        self.facts = facts
    }
}

/// Whose a payment is, as the provider's own object says. It was told so when the payment was made, but perhaps not by
/// Scrip.
public struct PaymentOwner: Sendable, Hashable {
    /// The account.
    public var account: AccountID
    /// The purchase.
    public var purchase: String
    /// The provider's id of who pays.
    public var customer: String?

    /// An owner.
    public init(account: AccountID, purchase: String, customer: String? = nil) {
        self.account = account
        self.purchase = purchase
        self.customer = customer
    }
}

/// A message of a provider. It only says that something changed; the present state is then requested.
public struct PaymentEvent: Sendable, Hashable {
    /// What a message is about.
    public enum Subject: Sendable, Hashable {
        /// A payment, by the provider's ids.
        case payment([String])
        /// A subscription, by the provider's id.
        case subscription(String)
        /// Nothing that concerns credits.
        case nothing
    }

    /// The provider's id of the message.
    public var id: String
    /// The provider's word for what happened.
    public var kind: String
    /// What it is about.
    public var subject: Subject

    /// A message.
    public init(id: String, kind: String, subject: Subject) {
        self.id = id
        self.kind = kind
        self.subject = subject
    }
}

/// A subscription as a provider has it now.
public struct PaymentSubscription: Sendable, Hashable {
    /// What it gives a right to.
    public enum Standing: String, Sendable, Hashable {
        /// It is paid, or on trial.
        case good
        /// A payment is late.
        case late
        /// It never began, or waits for its first payment.
        case waiting
        /// It is over.
        case over
    }

    /// The provider's id.
    public var id: String
    /// The provider's id of who pays.
    public var customer: String?
    /// The account, as the provider was told.
    public var account: AccountID?
    /// The provider's word for its status.
    public var status: String
    /// What it gives a right to.
    public var standing: Standing
    /// Whether it will never give a right to a plan again.
    public var isFinal: Bool
    /// The provider's ids of the prices.
    public var prices: [String]
    /// For how many seats each of the prices is paid, where it says so.
    public var quantities: [String: Int64] = [:]
    /// Until when it is on trial.
    public var trialEndsAt: Timestamp?
    /// When the current period began.
    public var periodStart: Timestamp?
    /// When the current period ends.
    public var periodEnd: Timestamp?
    /// When it ends for good, if that is decided.
    public var endsAt: Timestamp?
    /// Since when a payment is missing, while it is late; the beginning of the period if it is not known.
    public var lateSince: Timestamp?
    /// When it was made.
    public var createdAt: Timestamp

    /// A subscription.
    public init(id: String, status: String, standing: Standing, createdAt: Timestamp) {
        self.id = id
        self.status = status
        self.standing = standing
        self.createdAt = createdAt
        isFinal = false
        prices = []
    }
}

/// Why a provider did not do what it was asked.
public struct PaymentProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of problems; their raw values are stable codes.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// No such provider is set up.
        case notConfigured = "payment_provider_unknown"
        /// The provider does not offer this.
        case unsupported = "payment_unsupported"
        /// The provider does not answer; trying again later may help.
        case unreachable = "payment_provider_unavailable"
        /// The provider refuses the request: it did not do it, and never will under the request's name.
        case refused = "payment_refused"
        /// The bank refuses the payment method.
        case declined = "payment_declined"
        /// No payment method is saved.
        case noPaymentMethod = "no_payment_method"
        /// The message is not signed with a secret we know, or is too old.
        case badSignature = "bad_signature"
        /// The provider's data makes no sense.
        case malformed = "payment_message_malformed"
    }

    /// What kind of problem.
    public var code: Code
    /// A sentence for people, without secrets.
    public var description: String
    /// What the provider still says about the payment.
    public var facts: PaymentFacts?

    /// A problem.
    public init(_ code: Code, _ description: String, facts: PaymentFacts? = nil) {
        self.code = code
        self.description = description
        self.facts = facts
    }
}
