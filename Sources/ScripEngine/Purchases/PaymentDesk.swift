import Logging
import ScripCore
import Synchronization

/// Makes purchases and handles payment providers' messages: it asks providers and tells the engine.
public final class PaymentDesk: Sendable {
    /// What is bought, and what it does to the ledger.
    public let engine: Engine
    /// How purchases are made.
    public let settings: PaymentSettings
    let providers: [String: any PaymentProvider]
    /// The provider that is asked where nobody names one.
    private let usual: String?
    let logger: Logger
    /// The version of the catalog whose prices are known to have been taken up, and when to try a failed one again.
    let pricesTakenUp = Mutex((version: Int64(0), nextAttemptAt: Timestamp.earliest))
    /// For how many seconds nobody asks again after a payment provider that did not answer about waiting subscriptions.
    static let priceRetrySeconds: Int64 = 60

    /// A desk over providers, whose names are distinct. The first that takes money by itself is the usual one.
    public init(
        engine: Engine, providers: [any PaymentProvider], settings: PaymentSettings = PaymentSettings(),
        logger: Logger
    ) {
        self.engine = engine
        self.settings = settings
        self.providers = Dictionary(providers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        usual = providers.first { !$0.isSettledByOperator }?.name
        self.logger = logger
    }

    /// The provider with a name; without one, the payment service that is set up. Invoices are written only where they
    /// are asked for by name: nobody is sent anywhere to pay one.
    /// - Throws: ``PaymentProblem``.
    public func provider(_ name: String? = nil) throws(PaymentProblem) -> any PaymentProvider {
        guard let name = name ?? usual else {
            throw PaymentProblem(
                .notConfigured,
                "No payment service is set up on this server, so users cannot buy anything. An app's server may "
                    + "use the provider 'manual' and send an invoice.")
        }
        guard let provider = providers[name] else {
            let names = providers.keys.sorted()
            let hint = Spelling.question(after: name, among: names)
            throw PaymentProblem(
                .notConfigured,
                "There is no payment provider '\(name)'; there \(names.count == 1 ? "is" : "are") "
                    + "\(names.joined(separator: ", ")).\(hint)")
        }
        return provider
    }

    /// Whether nobody but an operator knows that money came to a provider.
    public func isSettledByOperator(_ name: String) -> Bool { providers[name]?.isSettledByOperator ?? false }

    /// Whether there is a provider with a name.
    public func hasProvider(_ name: String) -> Bool { providers[name] != nil }

    /// The headers in which messages of a provider say that they are genuine; none when it is not there, or sends none.
    public func signatureHeaders(of name: String) -> [String] { providers[name]?.signatureHeaders ?? [] }

    /// Buys a pack: notes the purchase and opens the place to pay. The same idempotency key gives the same purchase.
    ///
    /// The caller has made sure that `account` is the one to buy for.
    /// - Throws: ``PurchaseRefusal``, ``PaymentProblem``, a ``Rejection``.
    public func buy(_ order: PurchaseOrder, for account: AccountID) async throws -> Purchase {
        try await place(order, for: account).purchase
    }

    /// The same, with whether the order's idempotency key named an earlier purchase.
    public func place(
        _ order: PurchaseOrder, for account: AccountID
    ) async throws -> (purchase: Purchase, isRepeat: Bool) {
        let provider = try provider(order.provider)
        let (purchase, isRepeat) = try await engine.notePurchase(
            of: order.pack, for: account, provider: provider.name, policy: settings.policy,
            origin: order.origin)
        if purchase.status != .created { return (purchase, isRepeat) }
        let profile = try await engine.billingProfile(of: account)
        let customer = profile.provider == provider.name ? profile.customer : nil
        let checkout = try await provider.openCheckout(
            for: purchase,
            order: CheckoutOrder(
                successURL: order.successURL ?? settings.successURL,
                cancelURL: order.cancelURL ?? settings.cancelURL, customer: customer,
                savesPaymentMethod: order.savesPaymentMethod))
        let opened = try await engine.openedCheckout(
            of: purchase, url: checkout.url, expiresAt: checkout.expiresAt, facts: checkout.facts,
            origin: order.origin)
        return (opened, isRepeat)
    }

    /// Asks the provider how a purchase's payment stands, and does what follows.
    public func refresh(
        _ purchase: Purchase, event: PaymentMessage? = nil, origin: Origin? = nil
    ) async throws -> Purchase {
        let facts = try await provider(purchase.provider).payment(of: purchase)
        if facts == nil && event == nil { return purchase }
        return try await engine.recordPayment(
            facts ?? PaymentFacts(), of: purchase.id, account: purchase.account, event: event,
            origin: origin)
    }

    /// Notes that a purchase was paid, as an operator says who has seen the money; or, where a payment service took
    /// something that differs from the price, that this is accepted as it is.
    /// - Throws: ``PurchaseRefusal/wrongStatus(_:)`` when a payment service decides that, not an operator.
    public func markPaid(
        _ purchase: Purchase, reference: String? = nil, origin: Origin = Origin()
    ) async throws -> Purchase {
        if try !provider(purchase.provider).isSettledByOperator {
            if purchase.difference == nil { throw PurchaseRefusal.wrongStatus(purchase.status) }
            return try await engine.acceptPayment(purchase.facts.statement, of: purchase, origin: origin)
        }
        let facts = PaymentFacts(
            stage: .paid, paid: purchase.price, references: Set([reference].compactMap { $0 }))
        return try await engine.recordPayment(facts, of: purchase.id, account: purchase.account, origin: origin)
    }
}

/// How purchases are made.
public struct PaymentSettings: Sendable, Hashable {
    /// What becomes of used credits when their money goes back.
    public var policy: TakeBackPolicy
    /// Where buyers go after paying, unless the app says otherwise.
    public var successURL: String
    /// Where buyers go instead, unless the app says otherwise.
    public var cancelURL: String
    /// For how many days after its period a plan goes on while its payment is awaited, where the plan has no
    /// `grace_days` of its own.
    public var graceDays: Int

    /// The settings of a server.
    public init(
        policy: TakeBackPolicy = .takeBackRemaining, successURL: String = "http://localhost:8080/livez",
        cancelURL: String = "http://localhost:8080/livez", graceDays: Int = 3
    ) {
        self.policy = policy
        self.successURL = successURL
        self.cancelURL = cancelURL
        self.graceDays = graceDays
    }
}

/// What somebody wants to buy, and how.
public struct PurchaseOrder: Sendable, Hashable {
    /// The catalog's id of the pack.
    public var pack: String
    /// Who takes the money; the usual provider if absent.
    public var provider: String?
    /// Where the buyer goes after paying.
    public var successURL: String?
    /// Where the buyer goes instead.
    public var cancelURL: String?
    /// Whether the payment method is kept for purchases without the buyer.
    public var savesPaymentMethod: Bool
    /// Who asks for it, from where, and under which name.
    public var origin: Origin

    /// Makes an order for a pack.
    public init(
        pack: String, provider: String? = nil, successURL: String? = nil, cancelURL: String? = nil,
        savesPaymentMethod: Bool = false, origin: Origin = Origin()
    ) {
        self.pack = pack
        self.provider = provider
        self.successURL = successURL
        self.cancelURL = cancelURL
        self.savesPaymentMethod = savesPaymentMethod
        self.origin = origin
    }
}
