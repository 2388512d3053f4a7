import ScripCore

/// Reads catalog documents in YAML or JSON strictly: anything undefined is an error that names its line.
public enum CatalogDocument {
    /// The most bytes a document may have.
    public static let maxBytes = 1_048_576

    /// The catalog in a stored version.
    /// - Throws: ``CatalogProblem``.
    public static func catalog(of stored: StoredCatalog) throws(CatalogProblem) -> Catalog {
        var catalog = try parse(stored.document)
        catalog.version = stored.version
        catalog.effectiveAt = stored.effectiveAt
        return catalog
    }

    /// Reads a document.
    /// - Throws: ``CatalogProblem`` for the first thing that is wrong.
    public static func parse(_ text: String) throws(CatalogProblem) -> Catalog {
        try catalog(DocumentNode.root(of: text, maxBytes: maxBytes))
    }

    private static func catalog(_ root: DocumentNode) throws(CatalogProblem) -> Catalog {
        let members = try root.members([
            "credit_types", "default_plan", "plans", "actions", "packs", "burn_order", "models",
            "unknown_model", "unfinished_usage", "late_usage_hours",
        ])
        let creditTypes = try list(members.required("credit_types", of: root), most: 100, creditType)
        let types = try unique(creditTypes.map { ($0.id.rawValue, $0) }, root, "credit_types")
        let actionNodes = try members["actions"]?.elements(most: 10_000) ?? []
        var actions: [Action] = []
        for node in actionNodes { actions.append(try action(node, creditTypes: types)) }
        let actionsByID = try unique(actions.map { ($0.id.rawValue, $0) }, root, "actions")
        let planNodes = try members["plans"]?.elements(most: 1_000) ?? []
        var plans: [Plan] = []
        for node in planNodes { plans.append(try plan(node, creditTypes: types, actions: actionsByID)) }
        let plansByID = try unique(plans.map { ($0.id.rawValue, $0) }, root, "plans")
        var packs: [Pack] = []
        for node in try members["packs"]?.elements(most: 1_000) ?? [] {
            packs.append(try pack(node, creditTypes: types))
        }
        _ = try unique(packs.map { ($0.id, $0) }, root, "packs")
        var defaultPlan: PlanID?
        if let node = members["default_plan"] {
            defaultPlan = try node.identifier()
            if plansByID[try node.text()] == nil { throw node.problem("names no plan of the catalog") }
        }
        var catalog = Catalog(
            creditTypes: creditTypes, defaultPlan: defaultPlan, plans: plans, actions: actions,
            packs: packs,
            burnOrder: try members["burn_order"].map { (node) throws(CatalogProblem) in
                try burnOrder(node)
            }
                ?? GrantSource.defaultBurnOrder,
            models: try members["models"].map { (node) throws(CatalogProblem) in try models(node) } ?? .empty,
            unknownModel: try members["unknown_model"].map { (node) throws(CatalogProblem) in try unknownModel(node) }
                ?? .refuse
        )
        if let node = members["unfinished_usage"] {
            guard let policy = UnfinishedUsagePolicy(rawValue: try node.text()) else {
                throw node.problem("must be refuse or estimate")
            }
            catalog.unfinishedUsage = policy
        }
        if let hours = members["late_usage_hours"] {
            catalog.lateUsageHours = Int(try hours.integer(in: 0...Int64(LapsedAllowance.maxHours)))
        }
        return catalog
    }

    static func list<Value>(
        _ node: DocumentNode, most: Int, _ read: (DocumentNode) throws(CatalogProblem) -> Value
    ) throws(CatalogProblem) -> [Value] {
        var values: [Value] = []
        for element in try node.elements(most: most) { values.append(try read(element)) }
        return values
    }

    private static func unique<Value>(
        _ values: [(String, Value)], _ root: DocumentNode, _ path: String
    ) throws(CatalogProblem) -> [String: Value] {
        var byID: [String: Value] = [:]
        for (id, value) in values {
            if byID[id] != nil { throw CatalogProblem(path: path, message: "has the id '\(id)' twice") }
            byID[id] = value
        }
        return byID
    }

    private static func burnOrder(_ node: DocumentNode) throws(CatalogProblem) -> [GrantSource] {
        var order: [GrantSource] = []
        for element in try node.elements(most: GrantSource.allCases.count) {
            guard let source = GrantSource(rawValue: try element.text()), !order.contains(source) else {
                throw element.problem(
                    "must be one of \(GrantSource.allCases.map(\.rawValue).joined(separator: ", ")), each at most once"
                )
            }
            order.append(source)
        }
        return order + GrantSource.defaultBurnOrder.filter { !order.contains($0) }
    }
}
