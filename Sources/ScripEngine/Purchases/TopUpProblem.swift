import ScripCore

/// Why a top-up buys nothing, apart from what payment providers say. The raw values are stable codes.
enum TopUpProblem: String {
    /// The month's cap leaves no room for a pack.
    case monthlyCapReached = "monthly_cap_reached"
    /// Nobody has paid yet, or the payment method was not saved.
    case noPaymentMethod = "no_payment_method"
    /// The catalog has no such pack any more.
    case unknownPack = "unknown_pack"
    /// The account is for demonstration.
    case demoAccount = "demo_account"
    /// The payment failed after the provider had taken it up.
    case paymentFailed = "payment_failed"

    /// The actor of top-ups in journals and the audit log.
    static let actor = "top_up"
}

extension BillingProfile.TopUp {
    /// How a top-up stands. The raw values are stable names.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It is switched off.
        case off
        /// The balance suffices, or nobody has looked yet.
        case ready
        /// A pack was noted and its payment has not been decided.
        case buying
        /// The month's cap leaves no room for a pack.
        case capReached = "monthly_cap_reached"
        /// There is nothing to pay with.
        case noPaymentMethod = "no_payment_method"
        /// The catalog has no such pack any more.
        case unknownPack = "unknown_pack"
        /// The provider has not answered; the same request is repeated for some hours.
        case waiting = "payment_waiting"
        /// The payment was refused, or differs from the price.
        case failed = "payment_failed"
    }

    /// How it stands.
    public var state: State {
        if !isEnabled { return .off }
        guard let problem else { return crossings.isEmpty ? .ready : .buying }
        switch problem {
        case TopUpProblem.monthlyCapReached.rawValue: return .capReached
        case TopUpProblem.noPaymentMethod.rawValue: return .noPaymentMethod
        case TopUpProblem.unknownPack.rawValue: return .unknownPack
        case PaymentProblem.Code.unreachable.rawValue, PaymentProblem.Code.malformed.rawValue,
            PaymentProblem.Code.notConfigured.rawValue:
            return .waiting
        default: return .failed
        }
    }

    /// Gives crossings of versions that kept the entry alone the purchase that was noted for them.
    mutating func nameEarlierCrossings(of account: AccountID, in reading: any LedgerReading) throws {
        guard let lastPurchase, crossings.hasEarlier, let last = try reading.purchase(lastPurchase, of: account) else {
            return
        }
        crossings.nameEarlier(last.creditType, purchase: last.id, threshold: threshold)
    }

    /// Takes a price out of what the month allows.
    /// - Returns: whether there was room.
    mutating func take(_ price: Price, at now: Timestamp) -> Bool {
        count(month: now)
        let (sum, overflow) = spentMinorUnits.addingReportingOverflow(price.minorUnits)
        if overflow || sum > monthlyCapMinorUnits { return false }
        spentMinorUnits = sum
        return true
    }

    /// Counts a purchase as not spent when it comes to nothing, and as spent again if its money comes all the same,
    /// where it was made this month.
    mutating func count(_ purchase: inout Purchase) {
        if purchase.kind != .topUp || purchase.isRefusedForGood == purchase.isGivenBack { return }
        purchase.isGivenBack.toggle()
        if BillingProfile.TopUp.number(ofMonth: purchase.createdAt) != month { return }
        let change = max(0, purchase.price.minorUnits)
        spentMinorUnits = max(0, spentMinorUnits.addingClamped(purchase.isGivenBack ? -change : change))
    }

    private mutating func count(month now: Timestamp) {
        let current = BillingProfile.TopUp.number(ofMonth: now)
        if current != month { (month, spentMinorUnits) = (current, 0) }
    }

    private static func number(ofMonth moment: Timestamp) -> Int64 {
        let civil = CivilTime(moment)
        return Int64(civil.year) * 12 + Int64(civil.month)
    }
}

extension LedgerWriting {
    /// Keeps what came of a top-up; why nothing is bought, or why a payment failed, is on record in the audit log.
    func save(_ profile: BillingProfile, since before: BillingProfile, at now: Timestamp) throws {
        if profile == before { return }
        try save(profile)
        let change = AuditedChange.topUpProblem(of: profile.account, from: before.topUp, to: profile.topUp)
        if let change { try audit(change, by: Origin(actor: TopUpProblem.actor), at: now) }
    }
}
