import Logging
import ScripCore

extension Engine {
    /// Notes the wish to buy a pack. The same idempotency key finds the same purchase again.
    /// - Throws: ``Rejection/accountNotFound(_:)``, ``PurchaseRefusal`` for an unknown pack or a key that was used for
    ///   something else.
    public func createPurchase(
        of packID: String, for account: AccountID, provider: String, policy: TakeBackPolicy = .takeBackRemaining,
        origin: Origin = Origin()
    ) async throws -> Purchase {
        try await notePurchase(of: packID, for: account, provider: provider, policy: policy, origin: origin).purchase
    }

    /// The same, with whether the idempotency key named an earlier purchase.
    func notePurchase(
        of packID: String, for account: AccountID, provider: String, policy: TakeBackPolicy, origin: Origin
    ) async throws -> (purchase: Purchase, isRepeat: Bool) {
        let key = origin.idempotencyKey
        let id = key.map { Purchase.id(for: $0, of: account) } ?? Purchase.makeID()
        return try await transact(on: account) { scope in
            let (writing, catalog) = (scope.writing, scope.catalog)
            guard let state = try writing.account(account)?.state else {
                if !catalog.packs.contains(where: { $0.id == packID }) { throw PurchaseRefusal.unknownPack(packID) }
                throw Rejection.accountNotFound(account)
            }
            if let key, let earlier = try writing.purchase(named: key, actor: origin.actor, of: account) {
                if earlier.pack != packID || earlier.provider != provider { throw Rejection.idempotencyKeyReused(key) }
                return (earlier, true)
            }
            // What was ordered before is answered again, though its pack may be gone by now.
            guard let pack = catalog.packs.first(where: { $0.id == packID }) else {
                throw PurchaseRefusal.unknownPack(packID)
            }
            if state.settings.isDemo { throw PurchaseRefusal.demoAccount }
            let purchase = Purchase(
                id: id, account: account, pack: pack, catalogVersion: catalog.version, provider: provider,
                policy: policy, actor: origin.actor, at: scope.now)
            try writing.save(purchase)
            try writing.audit(.created(purchase), by: origin, at: scope.now)
            return (purchase, false)
        }
    }

    /// Notes where the buyer pays, and what the provider said of it.
    public func openedCheckout(
        of purchase: Purchase, url: String?, expiresAt: Timestamp?, facts: PaymentFacts, origin: Origin = Origin()
    ) async throws -> Purchase {
        try await change(purchase.account, purchase.id, origin: origin) { settlement in
            settlement.purchase.checkoutURL = url
            settlement.purchase.expiresAt = expiresAt
            try settlement.writing.save(settlement.purchase)
            try settlement.settle(facts)
        }
    }

    /// Adds facts about a payment and moves the credits they call for, all in one transaction. Facts that are known
    /// already change nothing.
    /// - Parameter event: the provider's message that told of it; it is kept, and dealt with only once.
    public func recordPayment(
        _ facts: PaymentFacts, of purchase: String, account: AccountID, event: PaymentMessage? = nil,
        origin: Origin? = nil
    ) async throws -> Purchase {
        let origin = origin ?? Origin(actor: event.map { "\($0.provider):\($0.id)" })
        return try await change(account, purchase, origin: origin) { settlement in
            if let event {
                if try settlement.writing.paymentMessage(provider: event.provider, id: event.id) != nil { return }
                try settlement.writing.append(event)
            }
            try settlement.settle(facts)
            try settlement.noteBuyer()
        }
    }

    /// Accepts a payment that differs from the price, as it was when a person looked at it.
    func acceptPayment(_ statement: String, of purchase: Purchase, origin: Origin) async throws -> Purchase {
        try await change(purchase.account, purchase.id, origin: origin) { settlement in
            settlement.purchase.acceptedPayment = statement
            settlement.purchase.problem = nil
            try settlement.writing.save(settlement.purchase)
            try settlement.settle(PaymentFacts())
        }
    }

    /// Whether a provider's message was dealt with.
    public func isKnown(eventID: String, provider: String) async throws -> Bool {
        try await store.read { try $0.paymentMessage(provider: provider, id: eventID) != nil }
    }

    /// Purchases that match, the newest first. What cannot be read is set aside, with a line in the log.
    public func purchases(_ query: PurchaseQuery) async throws -> [Purchase] {
        try await purchasePage(query).purchases
    }

    /// The same with the ids of the purchases that lie among them and cannot be read.
    public func purchasePage(_ query: PurchaseQuery) async throws -> (purchases: [Purchase], damaged: [String]) {
        let page = try await store.read { reading in
            var damaged: [PurchaseLocation] = []
            let purchases = try reading.purchases(query, setAside: { damaged.append($0) })
            return (purchases: purchases, damaged: damaged)
        }
        for place in page.damaged {
            logger.error(
                "purchase set aside: its stored data is damaged; see 'scrip verify'",
                metadata: ["account": "\(place.account)", "purchase": "\(place.purchase)"])
        }
        return (page.purchases, page.damaged.map(\.purchase))
    }

    /// The purchase with an id; `nil` when there is none.
    public func purchase(_ id: String) async throws -> Purchase? {
        try await store.read { reading in
            let place = try reading.purchaseLocation(provider: Purchase.ownReferences, reference: id)
            return try place.flatMap { try reading.purchase($0.purchase, of: $0.account) }
        }
    }

    /// The purchase that a provider's id belongs to; `nil` when there is none.
    public func purchase(provider: String, references: [String]) async throws -> Purchase? {
        try await store.read { reading in
            for reference in references {
                if let place = try reading.purchaseLocation(provider: provider, reference: reference) {
                    return try reading.purchase(place.purchase, of: place.account)
                }
            }
            return nil
        }
    }

    /// Changes a purchase in one transaction, with an audit record of what that changed.
    func change(
        _ account: AccountID, _ id: String, origin: Origin,
        _ body: @escaping @Sendable (inout PurchaseSettlement) throws -> Void
    ) async throws -> Purchase {
        try await transact(on: account) { scope in
            guard let purchase = try scope.writing.purchase(id, of: account) else { throw PurchaseRefusal.notFound }
            var settlement = PurchaseSettlement(purchase: purchase, scope: scope)
            try body(&settlement)
            for change in AuditedChange.changes(from: purchase, to: settlement.purchase) {
                try scope.writing.audit(change, by: origin, at: scope.now)
            }
            return settlement.purchase
        }
    }
}

extension PurchaseSettlement {
    /// Keeps who paid and with what, for the next purchase.
    func noteBuyer() throws {
        guard purchase.facts.stage == .paid, let customer = purchase.facts.customer else { return }
        var profile = try writing.billingProfile(of: purchase.account) ?? BillingProfile(account: purchase.account)
        let before = profile
        if profile.customer == nil || profile.provider != purchase.provider {
            profile.provider = purchase.provider
            profile.customer = customer
            profile.paymentMethod = nil
        }
        if profile.customer == customer, let method = purchase.facts.paymentMethod { profile.paymentMethod = method }
        if profile != before { try writing.save(profile) }
    }
}

/// Why a purchase cannot be made or changed.
public enum PurchaseRefusal: Error, Sendable, Hashable {
    /// The catalog has no such pack.
    case unknownPack(String)
    /// There is no such purchase.
    case notFound
    /// The purchase's status does not allow it.
    case wrongStatus(PurchaseStatus)
    /// The account is for demonstration, and pays for nothing.
    case demoAccount
    /// More than what is left of the payment.
    case refundExceedsPayment(refundable: Int64)
}

extension Purchase {
    /// The id of the purchase that an account's idempotency key names.
    static func id(for key: IdempotencyKey, of account: AccountID) -> String {
        id(from: "\(account.rawValue)\u{0}\(key.owner.text)\u{0}\(key.rawValue)")
    }

    /// The id that a version gave it that kept no owners of keys.
    fileprivate static func earlierID(for key: IdempotencyKey, of account: AccountID) -> String {
        id(from: "\(account.rawValue)\u{0}\(key.earlierName)")
    }

    private static func id(from text: String) -> String {
        "pu_" + Digest(of: Array(text.utf8)).description.prefix(24)
    }
}

extension LedgerReading {
    /// The purchase that was made under a name; `nil` when there is none.
    fileprivate func purchase(
        named key: IdempotencyKey, actor: String?, of account: AccountID
    ) throws -> Purchase? {
        if let purchase = try purchase(Purchase.id(for: key, of: account), of: account) { return purchase }
        guard let earlier = try purchase(Purchase.earlierID(for: key, of: account), of: account) else { return nil }
        // Such versions marked the names of users, which were shared, but no names of callers.
        let wasUsers = earlier.actor.map { $0.utf8.starts(with: "user:".utf8) } ?? false
        let isTheirs = earlier.actor?.utf8.elementsEqual((actor ?? "").utf8) ?? false
        return wasUsers == key.owner.isUser && (!wasUsers || isTheirs) ? earlier : nil
    }
}
