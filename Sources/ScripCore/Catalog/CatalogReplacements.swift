/// What takes the place of things that a version of the catalog no longer has.
public struct CatalogReplacements: Hashable, Sendable {
    /// The plan that accounts on a removed one are on instead.
    public var plans: [PlanID: PlanID] = [:]
    /// The action by whose rate holds of a removed one are captured.
    public var actions: [ActionID: ActionID] = [:]
    /// The credit type that balances of a removed one move to, one for one.
    public var creditTypes: [CreditTypeID: CreditTypeID] = [:]
    /// The pack that top-ups buy instead of a removed one.
    public var packs: [String: String] = [:]

    /// Nothing is replaced.
    public init() {}

    /// Whether nothing is replaced.
    public var isEmpty: Bool { plans.isEmpty && actions.isEmpty && creditTypes.isEmpty && packs.isEmpty }

    /// These replacements combined with those of earlier versions. A thing that came back replaces itself again.
    func following(_ earlier: CatalogReplacements, in catalog: Catalog) -> CatalogReplacements {
        if isEmpty && earlier.isEmpty { return self }
        let packIDs = Set(catalog.packs.map(\.id))
        var all = CatalogReplacements()
        all.plans = CatalogReplacements.chain(earlier.plans, plans) { catalog.plans[$0] != nil }
        all.actions = CatalogReplacements.chain(earlier.actions, actions) { catalog.actions[$0] != nil }
        all.creditTypes = CatalogReplacements.chain(earlier.creditTypes, creditTypes) {
            catalog.creditTypes[$0] != nil
        }
        all.packs = CatalogReplacements.chain(earlier.packs, packs) { packIDs.contains($0) }
        return all
    }

    private static func chain<ID: Hashable>(
        _ earlier: [ID: ID], _ own: [ID: ID], isThere: (ID) -> Bool
    ) -> [ID: ID] {
        earlier.mapValues { own[$0] ?? $0 }.merging(own) { _, new in new }
            .filter { !isThere($0.key) && isThere($0.value) }
    }
}

extension Subscription {
    /// The same with plans that are gone replaced, wherever it names them.
    func replacing(_ plans: [PlanID: PlanID]) -> Subscription {
        if plans.isEmpty { return self }
        var next = self
        next.plan = plan.map { plans[$0] ?? $0 }
        next.fallbackPlan = fallbackPlan.map { plans[$0] ?? $0 }
        next.pending?.plan = pending?.plan.map { plans[$0] ?? $0 }
        next.pending?.fallbackPlan = pending?.fallbackPlan.map { plans[$0] ?? $0 }
        if let ended { next.ended?.plan = plans[ended.plan] ?? ended.plan }
        return next
    }
}
