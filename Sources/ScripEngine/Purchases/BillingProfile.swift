import ScripCore

/// The ties of an account to a payment provider: who pays, the subscription, and the top-up.
public struct BillingProfile: Sendable, Hashable {
    /// Whose.
    public var account: AccountID
    /// The payment provider the ids below are of.
    public var provider: String?
    /// The provider's id of who pays.
    public var customer: String?
    /// The provider's id of the payment method that may be used without the buyer.
    public var paymentMethod: String?
    /// The subscription at the provider that decides the account's plan.
    public var subscription: LinkedSubscription?
    /// The account's top-up.
    public var topUp: TopUp?

    /// A profile without any ties.
    public init(account: AccountID) {
        self.account = account
    }

    /// A subscription at a provider, as it was when it was last looked at.
    public struct LinkedSubscription: Sendable, Hashable {
        /// The provider's id.
        public var id: String
        /// The provider's word for its status.
        public var status: String
        /// Whether it gave a right to a plan.
        public var isLive: Bool
        /// Whether it will never give a right to a plan again.
        public var isFinal: Bool
        /// When it was made. Of two subscriptions, the later one decides.
        public var createdAt: Timestamp
        /// When the provider was asked for it. An answer to an earlier question never replaces a later one's.
        public var askedAt: Timestamp?
        /// Whether it gives a right to a plan that no version of the catalog in force has had so far. The provider is
        /// asked again when the catalog changes.
        public var isWaiting = false

        /// A subscription as a provider has it.
        public init(_ subscription: PaymentSubscription, askedAt: Timestamp?) {
            self.init(
                id: subscription.id, status: subscription.status, isLive: subscription.isLive,
                isFinal: subscription.isFinal, createdAt: subscription.createdAt, askedAt: askedAt)
        }

        /// A subscription.
        public init(
            id: String, status: String, isLive: Bool, isFinal: Bool, createdAt: Timestamp, askedAt: Timestamp? = nil
        ) {
            self.id = id
            self.status = status
            self.isLive = isLive
            self.isFinal = isFinal
            self.createdAt = createdAt
            self.askedAt = askedAt
        }
    }

    /// The settings of a top-up, and its results so far.
    public struct TopUp: Sendable, Hashable {
        /// Whether it is switched on.
        public var isEnabled: Bool
        /// Below how many available credits.
        public var threshold: Credits
        /// Which pack.
        public var pack: String
        /// For how much money at most in a calendar month of UTC, in minor units of the pack's currency.
        public var monthlyCapMinorUnits: Int64
        /// The crossings that a purchase was noted for and that have not ended.
        public var crossings = Crossings()
        /// The month that ``spentMinorUnits`` counts, as year × 12 + month.
        public var month: Int64 = 0
        /// What was spent in that month.
        public var spentMinorUnits: Int64 = 0
        /// The purchase of the last crossing.
        public var lastPurchase: String?
        /// Why nothing was bought, or why the last purchase failed.
        public var problem: String?

        /// Whether the settings are the same, whatever came of them.
        public func hasSettings(of other: TopUp) -> Bool {
            isEnabled == other.isEnabled && threshold == other.threshold && pack == other.pack
                && monthlyCapMinorUnits == other.monthlyCapMinorUnits
        }

        /// Makes the settings of a top-up.
        public init(isEnabled: Bool = true, threshold: Credits, pack: String, monthlyCapMinorUnits: Int64) {
            self.isEnabled = isEnabled
            self.threshold = threshold
            self.pack = pack
            self.monthlyCapMinorUnits = monthlyCapMinorUnits
        }
    }
}

/// A payment provider's message that was handled. It is kept for ever, so that it is never handled twice.
public struct PaymentMessage: Sendable, Hashable {
    /// Whose message.
    public var provider: String
    /// The provider's id of it.
    public var id: String
    /// The provider's word for what it is about.
    public var kind: String
    /// The purchase or account it changed; absent when it was about neither.
    public var subject: String?
    /// When it was dealt with.
    public var recordedAt: Timestamp

    /// A message.
    public init(provider: String, id: String, kind: String, subject: String? = nil, recordedAt: Timestamp) {
        self.provider = provider
        self.id = id
        self.kind = kind
        self.subject = subject
        self.recordedAt = recordedAt
    }
}
