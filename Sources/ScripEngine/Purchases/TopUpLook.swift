import ScripCore

/// What an account's balance calls for, of the pack that is bought by itself: nothing, or a purchase.
struct TopUpLook {
    /// How many lines of a journal are read at most to see whether the balance has been at the threshold in between.
    static let mostLines = 200

    /// The profile as it is to be.
    private(set) var profile: BillingProfile
    /// The purchase to note with it.
    var purchase: Purchase?
    /// Whether there is anything to write.
    let isNews: Bool

    /// Looks at an account; `nil` when its top-up is switched off.
    init?(
        of account: AccountID, at now: Timestamp, catalogs: CatalogHistory, policy: TakeBackPolicy,
        in reading: any LedgerReading
    ) throws {
        guard let kept = try reading.billingProfile(of: account), var topUp = kept.topUp, topUp.isEnabled,
            var state = try reading.account(account)?.state
        else { return nil }
        profile = kept
        try state.requireSound(catalogs, through: max(now, state.lastRecordedAt))
        _ = state.advance(to: max(now, state.lastRecordedAt), catalogs: catalogs)
        // What is tracked of a suspended account must not make it buy.
        if state.settings.isSuspended { return nil }
        let catalog = catalogs.inForce(at: now)
        if let pack = catalog.pack(topUp.pack) {
            let balance = state.standing(of: pack.creditType)
            let isEnough = balance.isUnlimited || balance.available >= topUp.threshold
            if let line = topUp.crossings[pack.creditType],
                try isEnough || TopUpLook.hasRisen(account, pack.creditType, topUp, since: line, reading)
            {
                topUp.crossings.end(pack.creditType)
            }
            if !isEnough && topUp.crossings[pack.creditType] == nil {
                let id = topUp.crossings.purchaseID(of: account, pack.creditType, at: state.seq)
                let isBought = try reading.purchase(id, of: account) != nil
                if !isBought { topUp.problem = topUp.take(pack.price, at: now, profile: profile) }
                if isBought {
                    topUp.crossings.begin(pack.creditType, at: state.seq)
                } else if topUp.problem == nil, let provider = profile.provider {
                    var made = Purchase(
                        id: id, account: account, kind: .topUp, pack: pack, catalogVersion: catalog.version,
                        provider: provider, policy: policy, actor: "top_up", at: now)
                    made.nextAttemptAt = now
                    topUp.crossings.begin(pack.creditType, at: state.seq)
                    topUp.lastPurchase = made.id
                    purchase = made
                }
            }
        } else {
            topUp.problem = "unknown_pack"
        }
        profile.topUp = topUp
        isNews = profile != kept
    }

    /// Whether the balance has been at the threshold since the last crossing, by the lines that gave credits.
    private static func hasRisen(
        _ account: AccountID, _ creditType: CreditTypeID, _ topUp: BillingProfile.TopUp, since crossedAt: Int64,
        _ reading: any LedgerReading
    ) throws -> Bool {
        var query = EntryQuery(account: account, limit: mostLines)
        query.after = crossedAt
        query.creditType = creditType
        query.kinds = [.grant, .allowance, .adjustment, .refund, .release, .holdExpired, .capture, .writeOff]
        return try reading.entries(query).contains { $0.entry.availableAfter >= topUp.threshold }
    }
}

extension BillingProfile.TopUp {
    /// Takes a price out of what the month allows.
    /// - Returns: the stable code of what forbids it; `nil` when nothing does.
    fileprivate mutating func take(_ price: Price, at now: Timestamp, profile: BillingProfile) -> String? {
        if profile.customer == nil || profile.provider == nil { return "no_payment_method" }
        let civil = CivilTime(now)
        let current = Int64(civil.year) * 12 + Int64(civil.month)
        if current != month { (month, spentMinorUnits) = (current, 0) }
        let (sum, overflow) = spentMinorUnits.addingReportingOverflow(price.minorUnits)
        if overflow || sum > monthlyCapMinorUnits { return "monthly_cap_reached" }
        spentMinorUnits = sum
        return nil
    }
}
