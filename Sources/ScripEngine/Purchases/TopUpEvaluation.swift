import ScripCore

/// Decides what an account's balance requires of its top-up: nothing, or a purchase.
struct TopUpEvaluation {
    /// How many entries of a journal are read at most to see whether the balance has been at the threshold in between.
    static let maxLines = 200

    /// The profile as it was.
    let before: BillingProfile
    /// The profile as it is to be.
    private(set) var profile: BillingProfile
    /// The purchase to note with it.
    var purchase: Purchase?
    /// A purchase that was refused, and is not tried again because its crossing has ended.
    private(set) var givenUp: Purchase?
    /// Whether there is anything to write.
    var isNews: Bool { profile != before }

    /// Looks at an account; `nil` when its top-up is switched off.
    init?(
        of account: AccountID, at now: Timestamp, catalogs: CatalogHistory, policy: TakeBackPolicy,
        in reading: any LedgerReading
    ) throws {
        guard let kept = try reading.billingProfile(of: account), var topUp = kept.topUp, topUp.isEnabled,
            var state = try reading.account(account)?.state
        else { return nil }
        (before, profile) = (kept, kept)
        try state.requireSound(catalogs, through: max(now, state.lastRecordedAt))
        _ = state.advance(to: max(now, state.lastRecordedAt), catalogs: catalogs)
        // Usage tracked for a suspended account must not start a purchase.
        if state.settings.isSuspended { return nil }
        // A demo account is never charged, so it needs no credits.
        if state.settings.isDemo { return }
        try topUp.nameEarlierCrossings(of: account, in: reading)
        let catalog = catalogs.inForce(at: now)
        if let pack = catalog.pack(topUp.pack) {
            let standing = state.balance(of: pack.creditType)
            let isEnough = standing.isUnlimited || standing.available >= topUp.threshold
            if let crossing = topUp.crossings[pack.creditType] {
                let noted = try crossing.purchase.flatMap { try reading.purchase($0, of: account) }
                let isRefused = noted?.waitsAfterRefusal(at: now) ?? false
                // The credits of one whose payment may still come may suffice.
                if noted?.mayStillBePaid != true || isRefused {
                    let after = try TopUpEvaluation.crossing(
                        crossing, of: account, standing: standing, setting: topUp, in: reading)
                    if let after {
                        topUp.problem = topUp.problem ?? noted?.problem
                        topUp.crossings.begin(pack.creditType, after)
                    } else {
                        topUp.crossings.end(pack.creditType)
                        if isRefused, var refused = noted {
                            refused.giveUp(at: now)
                            topUp.count(&refused)
                            givenUp = refused
                        }
                    }
                }
            }
            if topUp.crossings[pack.creditType] == nil {
                if isEnough {
                    topUp.problem = nil
                } else {
                    purchase = try TopUpEvaluation.buy(
                        pack, with: &topUp, profile: profile, at: state.seq, now: now, catalog: catalog,
                        policy: policy, in: reading)
                }
            }
        } else {
            topUp.problem = TopUpProblem.unknownPack.rawValue
        }
        profile.topUp = topUp
    }

    /// What becomes of a crossing whose payment was decided; `nil` when it has ended.
    private static func crossing(
        _ crossing: Crossing, of account: AccountID, standing: Balance, setting: BillingProfile.TopUp,
        in reading: any LedgerReading
    ) throws -> Crossing? {
        let threshold = crossing.threshold ?? setting.threshold
        if standing.isUnlimited || standing.available >= threshold { return nil }
        if try hasRisen(account, standing.creditType, to: threshold, since: crossing.line, reading) { return nil }
        var crossing = crossing
        return crossing.isLeft(available: standing.available, setting: setting) ? nil : crossing
    }

    /// Whether the balance has been at the threshold since the last crossing, by the entries that gave credits.
    private static func hasRisen(
        _ account: AccountID, _ creditType: CreditTypeID, to threshold: Credits, since line: Int64,
        _ reading: any LedgerReading
    ) throws -> Bool {
        var query = EntryQuery(account: account, limit: maxLines)
        query.after = line
        query.creditType = creditType
        query.kinds = [.grant, .allowance, .adjustment, .refund, .release, .holdExpired, .capture, .writeOff]
        return try reading.entries(query).contains { $0.entry.availableAfter >= threshold }
    }

    /// Notes a crossing and its purchase, or why nothing can be bought.
    private static func buy(
        _ pack: Pack, with topUp: inout BillingProfile.TopUp, profile: BillingProfile, at line: Int64, now: Timestamp,
        catalog: Catalog, policy: TakeBackPolicy, in reading: any LedgerReading
    ) throws -> Purchase? {
        let id = topUp.crossings.purchaseID(of: profile.account, pack.creditType, at: line)
        let crossing = Crossing(line: line, threshold: topUp.threshold, purchase: id)
        if try reading.purchase(id, of: profile.account) != nil {
            topUp.crossings.begin(pack.creditType, crossing)
            return nil
        }
        guard let provider = profile.provider, profile.customer != nil else {
            topUp.problem = TopUpProblem.noPaymentMethod.rawValue
            return nil
        }
        guard topUp.take(pack.price, at: now) else {
            topUp.problem = TopUpProblem.monthlyCapReached.rawValue
            return nil
        }
        var made = Purchase(
            id: id, account: profile.account, kind: .topUp, pack: pack, catalogVersion: catalog.version,
            provider: provider, policy: policy, actor: TopUpProblem.actor, at: now)
        made.nextAttemptAt = now
        topUp.problem = nil
        topUp.crossings.begin(pack.creditType, crossing)
        topUp.lastPurchase = made.id
        return made
    }
}

extension Purchase {
    /// Whether money may still come for it without the buyer, or has come and its credits have not been given.
    var mayStillBePaid: Bool {
        if !grants.isEmpty { return false }
        if facts.stage == .paid { return facts.paid.map { facts.refundedMinorUnits < $0.minorUnits } ?? true }
        return nextAttemptAt != nil || facts.stage == .pending
    }

    /// Whether its payment was refused for certain, and is not tried again.
    var isRefusedForGood: Bool {
        (facts.stage == .failed || facts.stage == .expired) && nextAttemptAt == nil
    }
}
