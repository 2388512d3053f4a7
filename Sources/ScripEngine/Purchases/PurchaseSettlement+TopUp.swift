import ScripCore

/// The effects of a purchase on the account's top-up.
extension PurchaseSettlement {
    /// A balance that a purchase has lifted to the threshold may fall below it again at once, before anybody looks.
    /// Where a crossing's credits came and do not suffice, what is still missing is another crossing.
    /// Where money went back, the fall of the balance is a crossing that buys nothing: a buyer who is paid back is not
    /// charged for that.
    func noteCrossing(_ state: AccountState, since earlier: Purchase) throws {
        guard var profile = try writing.billingProfile(of: state.id), var topUp = profile.topUp else { return }
        let before = profile
        try topUp.nameEarlierCrossings(of: state.id, in: writing)
        if earlier.grants.isEmpty {
            let isItsOwn = topUp.crossings.end(boughtBy: purchase.id) || topUp.lastPurchase == purchase.id
            if isItsOwn { topUp.problem = nil }
        } else if topUp.lastPurchase == purchase.id && purchase.problem != nil {
            topUp.problem = nil
        }
        if let pack = scope.catalog.pack(topUp.pack) {
            let available = state.balance(of: pack.creditType).available
            if let crossing = topUp.crossings[pack.creditType], try !mayStillBePaid(crossing),
                available >= crossing.threshold ?? topUp.threshold
            {
                topUp.crossings.end(pack.creditType)
            }
            if pack.creditType == purchase.creditType, purchase.takenBack > earlier.takenBack,
                available < topUp.threshold
            {
                var crossing = topUp.crossings[pack.creditType] ?? Crossing(line: state.seq, threshold: topUp.threshold)
                crossing.line = state.seq
                topUp.crossings.begin(pack.creditType, crossing)
            }
        }
        profile.topUp = topUp
        try writing.save(profile, since: before, at: now)
    }

    private func mayStillBePaid(_ crossing: Crossing) throws -> Bool {
        guard let id = crossing.purchase, id != purchase.id else { return false }
        return try writing.purchase(id, of: purchase.account)?.mayStillBePaid == true
    }

    /// Tells the account's top-up what became of its purchase.
    /// - Parameter problem: what went wrong, if anything did.
    mutating func noteTopUp(problem: String?) throws {
        guard var profile = try writing.billingProfile(of: purchase.account), var topUp = profile.topUp else { return }
        let before = profile
        topUp.count(&purchase)
        if problem != nil || purchase.facts.stage == .pending { topUp.problem = problem }
        profile.topUp = topUp
        try writing.save(profile, since: before, at: now)
    }
}
