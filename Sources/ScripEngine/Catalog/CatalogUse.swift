import ScripCore

/// How much something is in use that a version of the catalog removes.
public struct CatalogUse: Hashable, Sendable, CustomStringConvertible {
    /// Who uses it.
    public enum User: String, Hashable, Sendable, CaseIterable {
        /// Accounts that are on a plan, or are to be.
        case accounts
        /// Holds that are open for an action.
        case holds
        /// Accounts that have, owe or hold something of a credit type.
        case balances
        /// Purchases of a pack that are not paid.
        case purchases
        /// Accounts for which a pack is bought by itself.
        case topUps = "top_ups"

        fileprivate var words: (one: String, many: String) {
            switch self {
            case .accounts: ("account", "accounts")
            case .holds: ("open hold", "open holds")
            case .balances: ("balance", "balances")
            case .purchases: ("open purchase", "open purchases")
            case .topUps: ("top-up", "top-ups")
            }
        }
    }

    /// What kind of thing.
    public var kind: CatalogReplacement.Kind
    /// Which one.
    public var id: String
    /// Who uses it.
    public var user: User
    /// How many of them.
    public var count: Int64
    /// What takes its place; `nil` when nothing was named.
    public var replacement: String?

    /// For example `plan 'legacy' has 3 accounts`.
    public var description: String {
        let (one, many) = user.words
        return "\(kind.words) '\(id)' has \(count) \(count == 1 ? one : many)"
    }
}

/// A version of the catalog is refused, because it removes what is in use and names nothing in its place.
public struct CatalogInUse: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is in use, and how much.
    public var uses: [CatalogUse]
    /// What the version would have changed.
    public var diff: CatalogDiff

    /// The stable code that outside programs see.
    public static let code = "catalog_in_use"

    /// A sentence for people.
    public var description: String {
        let what = uses.map(\.description).joined(separator: ", ")
        return "The catalog removes things that are in use: \(what). Name a replacement for each, as in 'replace' "
            + "\(uses.first.map { "\($0.kind.rawValue):\($0.id)" } ?? "plan:old")=ANOTHER."
    }
}

/// What a version of the catalog does to an allowance of accounts that are on a plan already.
public struct AllowanceChange: Hashable, Sendable {
    /// What becomes of it.
    public enum Effect: String, Hashable, Sendable, CaseIterable {
        /// It begins when the version comes into force.
        case gained
        /// It is another one from each account's next period on.
        case changed
        /// It ends with each account's period.
        case ended
    }

    /// The plan.
    public var plan: PlanID
    /// Which credits.
    public var creditType: CreditTypeID
    /// What becomes of it.
    public var effect: Effect
    /// The allowance until then.
    public var before: Allowance?
    /// The allowance from then on.
    public var after: Allowance?
    /// How many accounts it concerns.
    public var accounts: Int64 = 0
    /// When it happens to the first of them.
    public var from: Timestamp?
    /// When it happens to the last of them.
    public var through: Timestamp?

    /// What changes from one catalog to another for plans that both have.
    static func all(from old: Catalog, to new: Catalog) -> [AllowanceChange] {
        var changes: [AllowanceChange] = []
        for (id, before) in old.plans.sorted(by: { $0.key < $1.key }) {
            guard let after = new.plans[id] else { continue }
            for type in Set((before.allowances + after.allowances).map(\.creditType)).sorted() {
                let (was, now) = (before.allowance(of: type), after.allowance(of: type))
                if was == now { continue }
                let effect: Effect = was == nil ? .gained : now == nil ? .ended : .changed
                changes.append(
                    AllowanceChange(plan: id, creditType: type, effect: effect, before: was, after: now))
            }
        }
        return changes
    }

    /// Counts an account that is on the plan when the version comes into force.
    mutating func count(_ state: AccountState, inForceAt moment: Timestamp) {
        let allowance = state.typeBalance(of: creditType).allowance
        if effect != .gained && allowance == nil { return }
        let when = effect == .gained ? moment : allowance?.period.end ?? moment
        accounts = accounts.addingClamped(1)
        from = min(from ?? when, when)
        through = max(through ?? when, when)
    }
}
