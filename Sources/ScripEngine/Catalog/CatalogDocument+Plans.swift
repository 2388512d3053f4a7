import ScripCore

extension CatalogDocument {
    static func creditType(_ node: DocumentNode) throws(CatalogProblem) -> CreditType {
        let members = try node.members(["id", "name", "usd_value", "low_at"])
        let id: CreditTypeID = try members.required("id", of: node).identifier()
        var value: Dollars?
        if let stated = members["usd_value"] {
            value = try stated.dollars()
            if value == .zero { throw stated.problem("must be more than 0") }
        }
        let low = try members["low_at"].map { (node) throws(CatalogProblem) in try node.integer(in: 0...100) }
        return CreditType(
            id: id, name: try members["name"].map(text) ?? id.rawValue, dollarValue: value,
            lowPercent: low ?? CreditType.usualLowPercent)
    }

    private static func text(_ node: DocumentNode) throws(CatalogProblem) -> String { try node.text() }

    static func reference(
        _ node: DocumentNode, in creditTypes: [String: CreditType]
    ) throws(CatalogProblem) -> CreditTypeID {
        let id: CreditTypeID = try node.identifier()
        if creditTypes[id.rawValue] == nil { throw node.problem("names no credit type of the catalog") }
        return id
    }

    static func plan(
        _ node: DocumentNode, creditTypes: [String: CreditType], actions: [String: Action]
    ) throws(CatalogProblem) -> Plan {
        let members = try node.members(
            [
                "id", "name", "allowances", "trial_allowances", "period", "actions", "overage", "grace_days",
                "grace_allowance", "price", "provider_price",
            ]
        )
        let id: PlanID = try members.required("id", of: node).identifier()
        let allowances = try members["allowances"].map { (node) throws(CatalogProblem) in
            try self.allowances(node, creditTypes: creditTypes)
        }
        let onTrial = try members["trial_allowances"].map { (node) throws(CatalogProblem) in
            try self.allowances(node, creditTypes: creditTypes)
        }
        let period = try members["period"].map { (node) throws(CatalogProblem) in try node.word(Plan.Period.self) }
        if period == .calendar, let other = ((allowances ?? []) + (onTrial ?? [])).first(where: { $0.every != .month })
        {
            throw node.problem(
                "counts calendar months, but its allowance of '\(other.creditType)' is every \(other.every)")
        }
        return Plan(
            id: id, name: try members["name"].map(text) ?? id.rawValue, allowances: allowances ?? [],
            trialAllowances: onTrial, period: period ?? .anchor,
            actions: try entitlement(members["actions"], actions: actions),
            overage: try overage(members["overage"]),
            graceDays: try members["grace_days"].map(graceDays) ?? 0,
            graceAllowance: try members["grace_allowance"].map { (node) throws(CatalogProblem) in
                try node.word(Plan.GraceAllowance.self)
            } ?? .full, price: try members["price"].map(price),
            providerPrice: try members["provider_price"].map(text)
        )
    }

    private static func allowances(
        _ node: DocumentNode, creditTypes: [String: CreditType]
    ) throws(CatalogProblem) -> [Allowance] {
        var allowances: [Allowance] = []
        for element in try node.elements(most: 100) {
            let allowance = try allowance(element, creditTypes: creditTypes)
            if allowances.contains(where: { $0.creditType == allowance.creditType }) {
                throw element.problem("is a second allowance of '\(allowance.creditType)' in the same plan")
            }
            allowances.append(allowance)
        }
        return allowances
    }

    private static func graceDays(_ node: DocumentNode) throws(CatalogProblem) -> Int {
        Int(try node.integer(in: 0...Int64(Plan.maxGraceDays)))
    }

    private static func allowance(
        _ node: DocumentNode, creditTypes: [String: CreditType]
    ) throws(CatalogProblem) -> Allowance {
        let members = try node.members(["credit_type", "amount", "every", "rollover", "per_seat"])
        let amountNode = try members.required("amount", of: node)
        let amount: Allowance.Amount
        if amountNode.isWord("unlimited") {
            amount = .unlimited
        } else {
            amount = .limited(try amountNode.credits())
        }
        return Allowance(
            creditType: try reference(members.required("credit_type", of: node), in: creditTypes), amount: amount,
            every: try recurrence(members["every"]), rollover: try members["rollover"]?.credits() ?? .zero,
            isPerSeat: try members["per_seat"]?.truth() ?? false
        )
    }

    private static func recurrence(_ node: DocumentNode?) throws(CatalogProblem) -> Recurrence {
        guard let node else { return .month }
        if node.isMapping {
            let days = try node.members(["days"]).required("days", of: node)
            return .days(Int(try days.integer(in: 1...Int64(Recurrence.maxDays))))
        }
        let text = try node.text()
        if text == "month" { return .month }
        let words = text.split(separator: " ")
        if words.count == 2, words[1] == "days" || words[1] == "day", let count = Int(words[0]),
            (1...Recurrence.maxDays).contains(count)
        {
            return .days(count)
        }
        throw node.problem("must be 'month' or a number of days such as {days: 30}")
    }

    private static func entitlement(
        _ node: DocumentNode?, actions: [String: Action]
    ) throws(CatalogProblem) -> Plan.Entitlement {
        guard let node else { return .all }
        if node.isWord("all") { return .all }
        var allowed: Set<ActionID> = []
        for element in try node.elements(most: 10_000) {
            let id: ActionID = try element.identifier()
            if actions[id.rawValue] == nil { throw element.problem("names no action of the catalog") }
            allowed.insert(id)
        }
        return .only(allowed)
    }

    private static func overage(_ node: DocumentNode?) throws(CatalogProblem) -> Plan.Overage {
        guard let node else { return .block }
        if node.isWord("block") { return .block }
        return .allow(limit: try node.members(["limit"]).required("limit", of: node).credits())
    }

    static func price(_ node: DocumentNode) throws(CatalogProblem) -> Price {
        let members = try node.members(["minor_units", "currency"])
        let currency = try members.required("currency", of: node)
        let code = try currency.text()
        if code.utf8.count != 3 || !code.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) {
            throw currency.problem("must be a currency code of three lower-case letters, such as usd")
        }
        let units = try members.required("minor_units", of: node).integer(in: 0...1_000_000_000_000)
        return Price(minorUnits: units, currency: code)
    }

    static func pack(
        _ node: DocumentNode, creditTypes: [String: CreditType]
    ) throws(CatalogProblem) -> Pack {
        let members = try node.members(["id", "credit_type", "credits", "price", "provider_price"])
        let id: PackID = try members.required("id", of: node).identifier()
        let credits = try members.required("credits", of: node)
        let amount = try credits.credits()
        if !amount.isPositive { throw credits.problem("must be more than 0") }
        return Pack(
            id: id.rawValue,
            creditType: try reference(members.required("credit_type", of: node), in: creditTypes),
            credits: amount, price: try price(members.required("price", of: node)),
            providerPrice: try members["provider_price"].map(text)
        )
    }
}

/// The rules for the id of a pack.
private struct PackID: TextIdentifier {
    static let longestByteCount = 255
    let rawValue: String
    init(unchecked rawValue: String) { self.rawValue = rawValue }
}
