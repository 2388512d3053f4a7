import ScripCore

/// Top-ups: when packs are bought automatically, how often, and what happens after failures.
extension Engine {
    /// How often a bank may refuse a top-up before Scrip stops trying.
    static let maxRefusals: Int64 = 3
    /// For how many seconds a top-up without an answer is tried again. A payment service remembers the name of a
    /// request for a day; beyond that a repetition could take the money twice.
    static let retrySeconds: Int64 = 72_000
    /// For how many seconds a top-up that is being tried belongs to whoever tries it.
    static let attemptSeconds: Int64 = 120

    /// Switches an account's top-up on or changes it; `nil` switches it off. What was spent this month stays counted,
    /// and what was bought for a crossing stays bought: the same setting again changes nothing, and a changed one buys
    /// for a crossing that was bought for only after a bank's certain refusal.
    /// - Throws: ``Rejection/accountNotFound(_:)``, ``PurchaseRefusal/unknownPack(_:)``.
    public func setTopUp(
        _ topUp: BillingProfile.TopUp?, of account: AccountID, origin: Origin = Origin()
    ) async throws -> BillingProfile {
        let profile = try await transact(on: account) { scope in
            let (writing, now) = (scope.writing, scope.now)
            if let topUp, !scope.catalog.packs.contains(where: { $0.id == topUp.pack }) {
                throw PurchaseRefusal.unknownPack(topUp.pack)
            }
            if try writing.account(account) == nil { throw Rejection.accountNotFound(account) }
            var profile = try writing.billingProfile(of: account) ?? BillingProfile(account: account)
            var next = topUp ?? profile.topUp
            if topUp == nil { next?.isEnabled = false }
            if var before = profile.topUp, let wanted = next {
                if before.hasSettings(of: wanted) { return profile }
                try before.nameEarlierCrossings(of: account, in: writing)
                var changed = before.with(settingsOf: wanted)
                try changed.dropRefused(of: account, at: now, origin: origin, in: writing)
                next = changed
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
        let (now, cache) = (clock.now(), catalogs)
        let isNews = try await store.read { reading in
            let catalogs = try cache.history(keptIn: reading, at: now)
            return try TopUpEvaluation(of: account, at: now, catalogs: catalogs, policy: policy, in: reading)?.isNews
                ?? false
        }
        if !isNews { return nil }
        return try await transact(on: account) { scope in
            let (writing, now) = (scope.writing, scope.now)
            let look = try TopUpEvaluation(of: account, at: now, catalogs: scope.catalogs, policy: policy, in: writing)
            guard var look, look.isNews else { return nil }
            if takes { look.purchase?.nextAttemptAt = now.adding(seconds: Engine.attemptSeconds) }
            if let purchase = look.purchase {
                try writing.save(purchase)
                try writing.audit(.created(purchase), by: Origin(actor: "top_up"), at: now)
            }
            if let refused = look.givenUp {
                try writing.save(refused)
                let change = AuditedChange(
                    .purchaseFailed, account: refused.account, subject: refused.id,
                    after: AuditValues.purchase(refused))
                try writing.audit(change, by: Origin(actor: TopUpProblem.actor), at: now)
            }
            try writing.save(look.profile, since: look.before, at: now)
            return look.purchase
        }
    }

    /// Listens for changes of the accounts that have top-ups.
    func listenForTopUps() async throws {
        var accounts: Set<AccountID> = []
        var last: AccountID?
        while accounts.count < TopUpSignal.maxAccounts {
            let after = last
            let profiles = try await store.read { try $0.billingProfilesWithTopUp(after: after, limit: 1_000) }
            guard let end = profiles.last else { break }
            accounts.formUnion(profiles.map(\.account))
            last = end.account
        }
        feed.topUps.listen(for: accounts)
    }

    /// Takes a purchase whose saved payment method is to be tried now, or, where the money came, whose refunds wait for
    /// an answer. Nobody else gets it for two minutes, which is
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

    /// Notes who pays at the attempt that is about to be made, before it is made; whoever was noted before stays.
    func notePayer(_ payer: Purchase.Payer, of purchase: Purchase) async throws -> Purchase {
        try await change(purchase.account, purchase.id, origin: Origin()) { settlement in
            if settlement.purchase.payer != nil { return }
            settlement.purchase.payer = payer
            try settlement.writing.save(settlement.purchase)
        }
    }

    /// Notes that a top-up brought an answer, though perhaps no money yet; then it is asked about again.
    public func topUpAnswered(_ purchase: Purchase, facts: PaymentFacts) async throws -> Purchase {
        try await change(purchase.account, purchase.id, origin: Origin()) { settlement in
            settlement.purchase.nextAttemptAt = nil
            settlement.purchase.problem = nil
            if max(facts.stage, settlement.purchase.facts.stage) == .pending {
                let age = settlement.now.microseconds(since: settlement.purchase.createdAt) / 1_000_000
                settlement.purchase.nextAttemptAt = settlement.now.adding(seconds: min(max(age, 3_600), 86_400))
            }
            settlement.purchase.updatedAt = max(settlement.now, settlement.purchase.updatedAt)
            try settlement.writing.save(settlement.purchase)
            try settlement.settle(facts)
            try settlement.noteBuyer()
        }
    }

    /// Notes that a top-up failed, and when it is tried again, if at all.
    /// - Parameter isRefusal: whether the bank refused it for certain; without an answer, the same request is repeated.
    public func topUpFailed(_ purchase: Purchase, problem: String, isRefusal: Bool) async throws {
        _ = try await change(purchase.account, purchase.id, origin: Origin(actor: TopUpProblem.actor)) { settlement in
            // Somebody else may have tried meanwhile, if this attempt took too long.
            if settlement.purchase.facts.stage == .paid || settlement.purchase.nextAttemptAt == nil
                || settlement.purchase.attempts != purchase.attempts
            {
                return
            }
            let age = settlement.now.microseconds(since: settlement.purchase.createdAt) / 1_000_000
            // What the provider has taken up is asked about, however long that takes, and nothing is taken by that.
            let isTakenUp = settlement.purchase.facts.stage == .pending
            let isRefusal = isRefusal && !isTakenUp
            var isOver = age >= Engine.retrySeconds && !isTakenUp
            if isRefusal {
                settlement.purchase.attempts = settlement.purchase.attempts.addingClamped(1)
                settlement.purchase.payer = nil
                isOver = isOver || settlement.purchase.attempts >= Engine.maxRefusals
            }
            let wait = isRefusal ? 3_600 * min(max(settlement.purchase.attempts, 0), 24) * 4 : max(30, min(3_600, age))
            settlement.purchase.nextAttemptAt = isOver ? nil : settlement.now.adding(seconds: wait)
            settlement.purchase.problem = problem
            // Without an answer the money may still have been taken; only a refusal is certain.
            if isOver && isRefusal { settlement.purchase.facts.join(PaymentFacts(stage: .failed)) }
            settlement.purchase.updatedAt = max(settlement.now, settlement.purchase.updatedAt)
            try settlement.noteTopUp(problem: problem)
            try settlement.writing.save(settlement.purchase)
        }
    }
}

extension Purchase {
    /// Whether the bank refused it and it is to be tried again, but not just now: so that nobody has asked since.
    func waitsAfterRefusal(at now: Timestamp) -> Bool {
        let codes: Set<String> = [
            PaymentProblem.Code.declined.rawValue, PaymentProblem.Code.refused.rawValue, "no_payment_method",
        ]
        guard facts.stage != .paid, let problem, codes.contains(problem), let nextAttemptAt else { return false }
        return nextAttemptAt > now.adding(seconds: Engine.attemptSeconds)
    }

    /// Has it not tried again.
    mutating func giveUp(at now: Timestamp) {
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

    /// What a changed setting does to the payments of crossings that have not ended: what was refused for good may be
    /// tried once more, and what was refused and waits is given up when nothing is to be bought any more.
    fileprivate mutating func dropRefused(
        of account: AccountID, at now: Timestamp, origin: Origin, in writing: any LedgerWriting
    ) throws {
        var refused: Set<String> = []
        for id in crossings.purchases {
            guard var purchase = try writing.purchase(id, of: account) else { continue }
            if !isEnabled && purchase.waitsAfterRefusal(at: now) {
                let waiting = purchase
                purchase.giveUp(at: now)
                count(&purchase)
                try writing.save(purchase)
                for change in AuditedChange.changes(from: waiting, to: purchase) {
                    try writing.audit(change, by: origin, at: now)
                }
            }
            if purchase.isRefusedForGood { refused.insert(id) }
        }
        crossings.retry(refused)
    }
}
