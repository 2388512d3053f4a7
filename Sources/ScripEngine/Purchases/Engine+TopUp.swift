import ScripCore

/// Buying packs by themselves: when, how often, and what becomes of failures.
extension Engine {
    /// How often a bank may refuse a top-up before it is given up.
    static let mostRefusals: Int64 = 3
    /// For how many seconds a top-up without an answer is tried again. A payment service remembers the name of a
    /// request for a day; beyond that a repetition could take the money twice.
    static let retrySeconds: Int64 = 72_000
    /// For how many seconds a top-up that is being tried belongs to whoever tries it.
    static let attemptSeconds: Int64 = 120

    /// Switches an account's top-up on or changes it; `nil` switches it off. What was spent this month stays counted, and
    /// what was bought for a crossing stays bought: the same setting again changes nothing, and a changed one buys for a
    /// crossing that was bought for only after a bank's certain refusal.
    /// - Throws: ``Rejection/accountNotFound(_:)``, ``PurchaseRefusal/unknownPack(_:)``.
    public func setTopUp(
        _ topUp: BillingProfile.TopUp?, of account: AccountID, origin: Origin = Origin()
    ) async throws -> BillingProfile {
        let now = clock.now()
        let packs = catalogs.history.inForce(at: now).packs
        if let topUp, !packs.contains(where: { $0.id == topUp.pack }) { throw PurchaseRefusal.unknownPack(topUp.pack) }
        let profile = try await store.write { writing in
            if try writing.account(account) == nil { throw Rejection.accountNotFound(account) }
            var profile = try writing.billingProfile(of: account) ?? BillingProfile(account: account)
            var next = topUp ?? profile.topUp
            if topUp == nil { next?.isEnabled = false }
            if let before = profile.topUp, let wanted = next {
                if before.hasSettings(of: wanted) { return profile }
                next = before.with(settingsOf: wanted)
                var last = try before.lastPurchase.flatMap { try writing.purchase($0, of: account) }
                if !wanted.isEnabled, var refused = last, refused.waitsAfterRefusal(at: now) {
                    refused.giveUp(at: now)
                    next?.giveBack(refused)
                    try writing.save(refused)
                    last = refused
                }
                if last?.facts.stage == .failed { next?.crossings.retry() }
            }
            let change = AuditedChange.topUp(of: account, from: profile.topUp, to: next)
            profile.topUp = next
            try writing.save(profile)
            if let change { try writing.audit(change, by: origin, at: now) }
            return profile
        }
        if profile.topUp?.isEnabled == true { feed.topUps.listen(forOneMore: account) }
        return profile
    }

    /// Finds accounts whose balance has fallen below their threshold, and notes a purchase for each. The crossing and
    /// the purchase are noted in one transaction; until the balance has risen again, there is no second one.
    /// - Returns: how many purchases were noted.
    public func noteTopUps(policy: TakeBackPolicy) async throws -> Int {
        var count = 0
        var last: AccountID?
        while true {
            let after = last
            let profiles = try await store.read { try $0.billingProfilesWithTopUp(after: after, limit: 200) }
            guard let end = profiles.last else { return count }
            for profile in profiles {
                do {
                    if try await noteTopUp(of: profile.account, policy: policy) != nil { count += 1 }
                } catch {
                    guard DamagedAccounts.isDamage(error) else { throw error }
                    damagedAccounts.note(profile.account, error, at: clock.now())
                }
            }
            last = end.account
        }
    }

    /// Looks at one account's balance, and notes a purchase if it calls for one. Writes nothing otherwise.
    /// - Parameter takes: whether the caller takes the money at once, so that nobody else gets the purchase by
    ///   ``takeTopUp()`` meanwhile.
    /// - Returns: the purchase that was noted.
    func noteTopUp(of account: AccountID, policy: TakeBackPolicy, takes: Bool = false) async throws -> Purchase? {
        let (now, history) = (clock.now(), catalogs.history)
        let isNews = try await store.read { reading in
            try TopUpLook(of: account, at: now, catalogs: history, policy: policy, in: reading)?.isNews ?? false
        }
        if !isNews { return nil }
        return try await store.write { writing in
            let look = try TopUpLook(of: account, at: now, catalogs: history, policy: policy, in: writing)
            guard var look, look.isNews else { return nil }
            if takes { look.purchase?.nextAttemptAt = now.adding(seconds: Engine.attemptSeconds) }
            if let purchase = look.purchase {
                try writing.save(purchase)
                try writing.audit(.created(purchase), by: Origin(actor: "top_up"), at: now)
            }
            try writing.save(look.profile)
            return look.purchase
        }
    }

    /// Listens for changes of the accounts whose packs are bought by themselves.
    func listenForTopUps() async throws {
        var accounts: Set<AccountID> = []
        var last: AccountID?
        while accounts.count < TopUpBell.mostAccounts {
            let after = last
            let profiles = try await store.read { try $0.billingProfilesWithTopUp(after: after, limit: 1_000) }
            guard let end = profiles.last else { break }
            accounts.formUnion(profiles.map(\.account))
            last = end.account
        }
        feed.topUps.listen(for: accounts)
    }

    /// Takes a purchase whose saved payment method is to be tried now, or, where the money came, whose refunds wait for an
    /// answer. Nobody else gets it for two minutes, which is
    /// longer than any provider is waited for; if nobody says by then what came of it, it is due again.
    /// - Returns: `nil` when none is due.
    public func takeTopUp() async throws -> Purchase? {
        let now = clock.now()
        return try await store.write { writing in
            guard var purchase = try writing.purchasesDue(by: now, limit: 1).first else { return nil }
            purchase.nextAttemptAt = now.adding(seconds: Engine.attemptSeconds)
            try writing.save(purchase)
            return purchase
        }
    }

    /// Notes that a top-up brought an answer, though perhaps no money yet; it is not tried again.
    public func topUpAnswered(_ purchase: Purchase, facts: PaymentFacts) async throws -> Purchase {
        try await change(purchase.account, purchase.id, origin: Origin()) { settlement in
            settlement.purchase.nextAttemptAt = nil
            settlement.purchase.updatedAt = max(settlement.now, settlement.purchase.updatedAt)
            try settlement.writing.save(settlement.purchase)
            try settlement.settle(facts)
            try settlement.noteBuyer()
        }
    }

    /// Notes that a top-up failed, and when it is tried again, if at all.
    /// - Parameter isRefusal: whether the bank refused it for certain; without an answer, the same request is repeated.
    public func topUpFailed(_ purchase: Purchase, problem: String, isRefusal: Bool) async throws {
        try await changeTopUp(purchase) { settlement, topUp in
            // Somebody else may have tried meanwhile, if this attempt took too long.
            if settlement.purchase.facts.stage == .paid || settlement.purchase.nextAttemptAt == nil
                || settlement.purchase.attempts != purchase.attempts
            {
                return
            }
            let age = settlement.now.microseconds(since: settlement.purchase.createdAt) / 1_000_000
            var isOver = age >= Engine.retrySeconds
            if isRefusal {
                settlement.purchase.attempts = settlement.purchase.attempts.addingClamped(1)
                isOver = isOver || settlement.purchase.attempts >= Engine.mostRefusals
            }
            let wait = isRefusal ? 3_600 * min(max(settlement.purchase.attempts, 0), 24) * 4 : max(30, min(3_600, age))
            settlement.purchase.nextAttemptAt = isOver ? nil : settlement.now.adding(seconds: wait)
            settlement.purchase.problem = problem
            if isOver {
                // Without an answer the money may still have been taken; only a refusal is certain.
                if isRefusal { settlement.purchase.facts.join(PaymentFacts(stage: .failed)) }
                if isRefusal { topUp?.giveBack(settlement.purchase) }
            }
            topUp?.problem = problem
        }
    }

    private func changeTopUp(
        _ purchase: Purchase,
        _ change: @escaping @Sendable (inout PurchaseSettlement, inout BillingProfile.TopUp?) -> Void
    ) async throws {
        let (now, history) = (clock.now(), catalogs.history)
        try await store.write { writing in
            guard let kept = try writing.purchase(purchase.id, of: purchase.account) else { return }
            var profile = try writing.billingProfile(of: kept.account) ?? BillingProfile(account: kept.account)
            var settlement = PurchaseSettlement(purchase: kept, now: now, catalogs: history, writing: writing)
            change(&settlement, &profile.topUp)
            settlement.purchase.updatedAt = max(now, kept.updatedAt)
            try writing.save(settlement.purchase)
            try writing.save(profile)
        }
    }
}

extension Purchase {
    /// Whether the bank refused it and it is to be tried again, but not just now: so that nobody has asked since.
    fileprivate func waitsAfterRefusal(at now: Timestamp) -> Bool {
        let codes: Set<String> = [
            PaymentProblem.Code.declined.rawValue, PaymentProblem.Code.refused.rawValue, "no_payment_method",
        ]
        guard facts.stage != .paid, let problem, codes.contains(problem), let nextAttemptAt else { return false }
        return nextAttemptAt > now.adding(seconds: Engine.attemptSeconds)
    }

    /// Has it not tried again.
    fileprivate mutating func giveUp(at now: Timestamp) {
        facts.join(PaymentFacts(stage: .failed))
        nextAttemptAt = nil
        updatedAt = max(now, updatedAt)
    }
}

extension BillingProfile.TopUp {
    /// The same with other settings. Why nothing was bought is found out anew.
    fileprivate func with(settingsOf other: BillingProfile.TopUp) -> BillingProfile.TopUp {
        var next = self
        next.isEnabled = other.isEnabled
        next.threshold = other.threshold
        next.pack = other.pack
        next.monthlyCapMinorUnits = other.monthlyCapMinorUnits
        next.problem = nil
        return next
    }

    /// Counts a purchase that came to nothing as not spent, if it was made this month.
    fileprivate mutating func giveBack(_ purchase: Purchase) {
        let civil = CivilTime(purchase.createdAt)
        if Int64(civil.year) * 12 + Int64(civil.month) == month {
            spentMinorUnits = max(0, spentMinorUnits.addingClamped(-max(0, purchase.price.minorUnits)))
        }
    }
}
