import ScripCore

/// Credits that somebody buys, from the wish to buy them until the last of the money has come or gone.
public struct Purchase: Sendable, Hashable {
    /// How a purchase came about.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Somebody chose a pack.
        case pack
        /// The balance fell below the account's own threshold.
        case topUp = "top_up"
    }

    /// The id: `pu_` and 24 hexadecimal digits.
    public var id: String
    /// Whose.
    public var account: AccountID
    /// How it came about.
    public var kind: Kind
    /// The catalog's id of the pack.
    public var pack: String
    /// The catalog's version the terms are from.
    public var catalogVersion: Int64
    /// Which credits.
    public var creditType: CreditTypeID
    /// How many.
    public var credits: Credits
    /// For how much money.
    public var price: Price
    /// The provider's id of the price, where the catalog names one.
    public var providerPrice: String?
    /// Who takes the money: the name of a ``PaymentProvider``.
    public var provider: String
    /// What becomes of used credits when the money goes back.
    public var policy: TakeBackPolicy
    /// Who asked for it: a key's id, the command line, a job.
    public var actor: String?
    /// When it was asked for.
    public var createdAt: Timestamp
    /// When something last changed.
    public var updatedAt: Timestamp
    /// Where the buyer pays.
    public var checkoutURL: String?
    /// Until when the buyer may pay there.
    public var expiresAt: Timestamp?
    /// When the money was first known to have come.
    public var paidAt: Timestamp?
    /// What is known of the payment.
    public var facts = PaymentFacts()
    /// The grants that gave the credits: the first, and one more each time money came back after it had gone.
    public var grants: [GrantID] = []
    /// How many of the credits are taken back now.
    public var takenBack: Credits = .zero
    /// How many of the credits were last found not to be paid for.
    public var unpaid: Credits = .zero
    /// How often credits were given or taken; it numbers the commands.
    public var movementCount: Int64 = 0
    /// Refunds that were asked for, by their names and the names' owners.
    public var refundRequests: [String: RefundRequest] = [:]
    /// The payment that a person accepted although it differs from the price; see ``PaymentFacts/statement``.
    public var acceptedPayment: String?
    /// The stable code of what keeps the credits from being given or taken, or of what a person should look at.
    public var problem: String?
    /// How often the saved payment method was tried.
    public var attempts: Int64 = 0
    /// Who pays and with what, at the attempt that is being made: a repetition of a request without an answer is the same
    /// request, whatever was saved since.
    public var payer: Payer?
    /// Whether it counts as not spent in its month, because its payment was refused for good.
    public var isGivenBack = false
    /// When the payment method is tried again, the provider is asked about refunds without an answer, or what the ledger
    /// refused to a paid purchase is tried again.
    public var nextAttemptAt: Timestamp?

    /// What became of it.
    public var status: PurchaseStatus { PurchaseStatus(facts) }

    /// A wish to buy a pack.
    public init(
        id: String = Purchase.makeID(), account: AccountID, kind: Kind = .pack, pack: Pack, catalogVersion: Int64,
        provider: String, policy: TakeBackPolicy = .takeBackRemaining, actor: String? = nil, at moment: Timestamp
    ) {
        self.id = id
        self.account = account
        self.kind = kind
        self.pack = pack.id
        self.catalogVersion = catalogVersion
        creditType = pack.creditType
        credits = pack.credits
        price = pack.price
        providerPrice = pack.providerPrice
        self.provider = provider
        self.policy = policy
        self.actor = actor
        createdAt = moment
        updatedAt = moment
    }

    /// A new id with 96 random bits.
    public static func makeID() -> String {
        let digits = Array("0123456789abcdef")
        return "pu_" + String((0..<24).map { _ in digits[Int.random(in: 0..<16)] })
    }
}

extension Purchase {
    /// Who pays without the buyer, and with what.
    public struct Payer: Sendable, Hashable {
        /// The provider's id of who pays.
        public var customer: String
        /// The provider's id of the payment method.
        public var paymentMethod: String?
    }
}

/// What becomes of credits that were used when their money goes back.
public enum TakeBackPolicy: String, Sendable, Hashable, CaseIterable {
    /// Only what is left of the purchase is taken back; what was used is let go.
    case takeBackRemaining = "take_back_remaining"
    /// What was used is taken from other credits, and becomes debt where there are none.
    case allowDebt = "allow_debt"
}

/// Which purchases are wanted, newest first.
public struct PurchaseQuery: Sendable, Hashable {
    /// Only of this account.
    public var account: AccountID?
    /// Only with one of these; all if empty.
    public var statuses: Set<PurchaseStatus>
    /// Only after this one in the order.
    public var after: Place?
    /// Only made at this moment or later.
    public var from: Timestamp?
    /// How many at most.
    public var limit: Int

    /// A purchase's place in the order.
    public struct Place: Sendable, Hashable {
        /// When it was made.
        public var createdAt: Timestamp
        /// Its id.
        public var id: String

        /// A place.
        public init(createdAt: Timestamp, id: String) {
            self.createdAt = createdAt
            self.id = id
        }
    }

    /// The newest purchases.
    public init(account: AccountID? = nil, statuses: Set<PurchaseStatus> = [], limit: Int = 50) {
        self.account = account
        self.statuses = statuses
        self.limit = limit
    }

    /// Whether a purchase is wanted.
    public func matches(_ purchase: Purchase) -> Bool {
        if let account, purchase.account != account { return false }
        if !statuses.isEmpty && !statuses.contains(purchase.status) { return false }
        if let from, purchase.createdAt < from { return false }
        guard let after else { return true }
        return (purchase.createdAt, purchase.id) < (after.createdAt, after.id)
    }
}
