import ScripCore

/// A fall of a balance below a top-up's threshold, for which a purchase was noted.
///
/// It is known by the account's newest journal entry when it was noted, and buys once. It has not ended while its
/// payment may still come, whatever the balance and the setting are meanwhile. After that it ends when its credits
/// came, and else when a later entry left the balance at the threshold that it was below. Another threshold does not
/// end it: the balance has not moved by that.
public struct Crossing: Sendable, Hashable {
    /// The newest entry when it was noted.
    public internal(set) var line: Int64
    /// The threshold that the balance was below; a version that kept none meant the present one.
    public internal(set) var threshold: Credits?
    /// The purchase that was noted for it; none where it buys nothing, because money went back.
    public internal(set) var purchase: String?
    /// A lower threshold that was set later, and that the balance was found to be at: a fall below that is another
    /// crossing.
    public internal(set) var floor: Credits?

    init(line: Int64, threshold: Credits? = nil, purchase: String? = nil, floor: Credits? = nil) {
        self.line = line
        self.threshold = threshold
        self.purchase = purchase
        self.floor = floor
    }

    /// Whether a version wrote it that kept the entry alone.
    var isEarlier: Bool { threshold == nil && purchase == nil && floor == nil }

    /// Notes that the balance was found at a lower threshold, or finds that it fell below one since.
    /// - Returns: whether it is another crossing now.
    mutating func isLeft(available: Credits, setting: BillingProfile.TopUp) -> Bool {
        if let floor, available < floor, available < setting.threshold { return true }
        if let threshold, available >= setting.threshold, available < threshold {
            floor = max(floor ?? setting.threshold, setting.threshold)
        }
        return false
    }
}

/// The crossings of an account that have not ended, one for each credit type, as packs may be of several.
public struct Crossings: Sendable, Hashable {
    /// The crossings by credit type.
    private(set) var open: [CreditTypeID: Crossing] = [:]
    /// The crossing of a version that kept no credit types: it is of whatever the pack has.
    private(set) var untyped: Crossing?
    /// How often crossings were tried once more.
    private(set) var retryCount: Int64 = 0

    /// No crossings.
    public init() {}

    /// The crossing that has not ended.
    public subscript(creditType: CreditTypeID) -> Crossing? { open[creditType] ?? untyped }

    /// Whether all crossings have ended.
    public var isEmpty: Bool { open.isEmpty && untyped == nil }

    /// The purchases that were noted for crossings that have not ended, in an order that is always the same.
    var purchases: [String] {
        open.sorted { $0.key < $1.key }.compactMap { $0.value.purchase } + [untyped?.purchase].compactMap { $0 }
    }

    /// Notes a crossing, or what else is known of it.
    mutating func begin(_ creditType: CreditTypeID, _ crossing: Crossing) {
        untyped = nil
        open[creditType] = crossing
    }

    /// Ends a crossing.
    mutating func end(_ creditType: CreditTypeID) {
        untyped = nil
        open[creditType] = nil
    }

    /// Ends the crossing that a purchase was noted for.
    /// - Returns: whether there was one.
    @discardableResult
    mutating func end(boughtBy purchase: String) -> Bool {
        let before = self
        open = open.filter { $0.value.purchase != purchase }
        if untyped?.purchase == purchase { untyped = nil }
        return self != before
    }

    /// Whether there are crossings of versions that kept the entry alone.
    var hasEarlier: Bool { untyped != nil || open.values.contains { $0.isEarlier } }

    /// Gives crossings of such versions the purchase that was noted for them.
    mutating func nameEarlier(_ creditType: CreditTypeID, purchase: String, threshold: Credits) {
        guard let crossing = open[creditType] ?? untyped, crossing.isEarlier else { return }
        begin(creditType, Crossing(line: crossing.line, threshold: threshold, purchase: purchase))
    }

    /// Lets crossings whose payments were refused for certain be tried once more.
    mutating func retry(_ refused: Set<String>) {
        let before = self
        for purchase in refused { end(boughtBy: purchase) }
        if self != before { (retryCount, _) = retryCount.addingReportingOverflow(1) }
    }

    /// The id of the purchase of a crossing, so that no crossing can have two.
    func purchaseID(of account: AccountID, _ creditType: CreditTypeID, at line: Int64) -> String {
        let name = "\(account.rawValue)\u{0}top_up\u{0}\(creditType.rawValue)\u{0}\(line)\u{0}\(retryCount)"
        return "pu_" + Digest(of: Array(name.utf8)).description.prefix(24)
    }

    init(open: [CreditTypeID: Crossing], untyped: Crossing?, retryCount: Int64) {
        self.open = open
        self.untyped = untyped
        self.retryCount = retryCount
    }
}
