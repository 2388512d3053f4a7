import ScripCore

/// Counts who uses what a version of the catalog removes, and whom a change of an allowance concerns: over all
/// accounts, in the transaction that is to add the version.
struct CatalogCensus {
    /// How many accounts are read at once.
    private static let pageSize = 500
    /// How many things that time does to one account are followed at most.
    private static let maxEvents = 1_000

    /// What is removed, by kind.
    private let removed: [CatalogReplacement.Kind: Set<String>]
    private let history: CatalogHistory
    private let now: Timestamp
    private let effectiveAt: Timestamp
    private var counts: [CatalogUse: Int64] = [:]
    /// What changes for accounts that are on a plan already.
    private(set) var changes: [AllowanceChange]

    /// - Parameters:
    ///   - history: the versions so far.
    ///   - next: the catalog that is to come into force at `effectiveAt`.
    ///   - replacements: what takes the place of something.
    init(
        of next: Catalog, after history: CatalogHistory, replacements: [CatalogReplacement], now: Timestamp,
        effectiveAt: Timestamp
    ) {
        (self.history, self.now, self.effectiveAt) = (history, now, effectiveAt)
        var removed: [CatalogReplacement.Kind: Set<String>] = [:]
        for kind in CatalogReplacement.Kind.allCases {
            var ids = history.latest.ids(of: kind).union(history.inForce(at: now).ids(of: kind))
            ids.subtract(next.ids(of: kind))
            ids.formUnion(replacements.filter { $0.kind == kind }.map(\.old))
            if !ids.isEmpty { removed[kind] = ids }
        }
        self.removed = removed
        changes = AllowanceChange.all(from: history.latest, to: next)
    }

    /// Looks over everything that is needed, and nothing else.
    mutating func take(in reading: any LedgerReading) throws {
        let kinds: Set<CatalogReplacement.Kind> = [.plan, .action, .creditType]
        if !changes.isEmpty || !kinds.isDisjoint(with: removed.keys) { try lookOverAccounts(in: reading) }
        if let packs = removed[.pack] { try lookOverPurchases(of: packs, in: reading) }
    }

    /// What is in use, with what takes its place.
    func uses(_ replacements: [CatalogReplacement]) -> [CatalogUse] {
        counts.map { use, count in
            var use = use
            use.count = count
            use.replacement = replacements.first { $0.kind == use.kind && $0.old == use.id }?.new
            return use
        }.sorted { ($0.kind.rawValue, $0.id, $0.user.rawValue) < ($1.kind.rawValue, $1.id, $1.user.rawValue) }
    }

    private mutating func lookOverAccounts(in reading: any LedgerReading) throws {
        var last: AccountID?
        while true {
            let ids = try reading.accountIDs(after: last, limit: CatalogCensus.pageSize)
            guard let end = ids.last else { return }
            do {
                for stored in try reading.accounts(after: last, limit: CatalogCensus.pageSize) { count(stored.state) }
            } catch {
                // An account that cannot be read is set aside, so it is unknown what it uses.
                guard DamagedAccounts.isDamage(error) else { throw error }
                for id in ids {
                    do {
                        if let stored = try reading.account(id) { count(stored.state) }
                    } catch {
                        guard DamagedAccounts.isDamage(error) else { throw error }
                    }
                }
            }
            last = end
        }
    }

    private mutating func count(_ stored: AccountState) {
        var state = stored
        let isSound = (try? state.requireSound(history, through: max(effectiveAt, state.lastRecordedAt))) != nil
        if isSound {
            _ = state.advance(
                to: max(now, state.lastRecordedAt), catalogs: history, maxEvents: CatalogCensus.maxEvents)
        }
        if let plans = removed[.plan] {
            let subscription = state.subscription
            let named = [
                subscription.plan, subscription.fallbackPlan, subscription.pending?.plan,
                subscription.pending?.fallbackPlan,
            ]
            for plan in Set(named.compactMap { $0?.rawValue }) where plans.contains(plan) {
                add(.plan, plan, .accounts)
            }
        }
        if let actions = removed[.action] {
            for action in state.holds.compactMap({ $0.action?.rawValue }) where actions.contains(action) {
                add(.action, action, .holds)
            }
        }
        if let types = removed[.creditType] {
            for balance in state.typeBalances where types.contains(balance.creditType.rawValue) && balance.isInUse {
                add(.creditType, balance.creditType.rawValue, .balances)
            }
        }
        if changes.isEmpty { return }
        if isSound && effectiveAt > now {
            _ = state.advance(to: effectiveAt, catalogs: history, maxEvents: CatalogCensus.maxEvents)
        }
        for index in changes.indices where changes[index].plan == state.subscription.plan {
            changes[index].count(state, inForceAt: effectiveAt)
        }
    }

    private mutating func lookOverPurchases(of packs: Set<String>, in reading: any LedgerReading) throws {
        var query = PurchaseQuery(statuses: [.created, .pending], limit: CatalogCensus.pageSize)
        while true {
            let page = try reading.purchases(query)
            for purchase in page where packs.contains(purchase.pack) { add(.pack, purchase.pack, .purchases) }
            guard let last = page.last, page.count == CatalogCensus.pageSize else { break }
            query.after = PurchaseQuery.Place(createdAt: last.createdAt, id: last.id)
        }
        var account: AccountID?
        while true {
            let page = try reading.billingProfilesWithTopUp(after: account, limit: CatalogCensus.pageSize)
            guard let last = page.last else { return }
            for pack in page.compactMap({ $0.topUp?.pack }) where packs.contains(pack) { add(.pack, pack, .topUps) }
            account = last.account
        }
    }

    private mutating func add(_ kind: CatalogReplacement.Kind, _ id: String, _ user: CatalogUse.User) {
        counts[CatalogUse(kind: kind, id: id, user: user, count: 0), default: 0] += 1
    }
}

extension TypeBalance {
    /// Whether an account has, owes or holds anything of it, or may take as much as it likes.
    fileprivate var isInUse: Bool {
        !grants.isEmpty || debt.isPositive || heldOverage.isPositive || isUnlimited
    }
}
