import ScripCore

/// What can be read of purchases in a transaction.
public protocol PurchaseReading {
    /// A purchase of an account.
    func purchase(_ id: String, of account: AccountID) throws -> Purchase?
    /// Whose purchase a provider's id belongs to; with ``Purchase/ownReferences`` as provider, a purchase's own id. In
    /// a writing transaction nobody else gives the id to a purchase until the end.
    func purchaseLocation(provider: String, reference: String) throws -> PurchaseLocation?
    /// Purchases that match, the newest first, equal moments in descending order of ids. Those that are damaged are
    /// told of, if anybody wants to know, and others come in their stead; otherwise they end it.
    func purchases(_ query: PurchaseQuery, setAside: ((PurchaseLocation) -> Void)?) throws -> [Purchase]
    /// Purchases whose saved payment method is to be tried by a moment, or whose refunds wait for an answer, or whose
    /// credits the ledger refused, in any order. In a writing transaction they are
    /// locked until its end, and those that another transaction has locked are left out, as are those that cannot be
    /// read.
    func purchasesDue(by moment: Timestamp, limit: Int) throws -> [Purchase]
    /// A provider's message that was dealt with.
    func paymentMessage(provider: String, id: String) throws -> PaymentMessage?
    /// Providers' messages that were dealt with, in order of providers' names and ids, after one.
    func paymentMessages(after event: PaymentMessage?, limit: Int) throws -> [PaymentMessage]
    /// What ties accounts to providers, in order of accounts' bytes, after one.
    func billingProfiles(after account: AccountID?, limit: Int) throws -> [BillingProfile]
    /// What ties an account to a provider.
    func billingProfile(of account: AccountID) throws -> BillingProfile?
    /// Profiles whose top-up is switched on, in order of accounts' bytes, after one, without those that cannot be read.
    func billingProfilesWithTopUp(after account: AccountID?, limit: Int) throws -> [BillingProfile]
    /// The account of a provider's customer.
    func account(ofCustomer customer: String, provider: String) throws -> AccountID?
}

extension PurchaseReading {
    /// Purchases that match, the newest first, unless one is damaged.
    public func purchases(_ query: PurchaseQuery) throws -> [Purchase] { try purchases(query, setAside: nil) }
}

/// Where purchases are kept, with what ties accounts to payment providers.
public protocol PurchaseStore: PurchaseReading {
    /// Adds a purchase or replaces it, and makes it found by its own and its provider's ids.
    func save(_ purchase: Purchase) throws
    /// Keeps a provider's message for ever. It is not there yet.
    func append(_ event: PaymentMessage) throws
    /// Adds or replaces what ties an account to a provider.
    func save(_ profile: BillingProfile) throws
}

/// Where a purchase is kept.
public struct PurchaseLocation: Sendable, Hashable {
    /// Whose.
    public var account: AccountID
    /// Which.
    public var purchase: String

    /// A place.
    public init(account: AccountID, purchase: String) {
        self.account = account
        self.purchase = purchase
    }
}

extension Purchase {
    /// The provider under which purchases are found by their own ids.
    public static let ownReferences = "scrip"
}
