import ScripCore

extension CatalogDocument {
    static func action(
        _ node: DocumentNode, creditTypes: [String: CreditType]
    ) throws(CatalogProblem) -> Action {
        let members = try node.members(["id", "name", "credit_type", "rate", "enforcement"])
        let creditType = try reference(members.required("credit_type", of: node), in: creditTypes)
        let rateNode = try members.required("rate", of: node)
        let rate = try rate(rateNode)
        if needsDollarValue(rate) && creditTypes[creditType.rawValue]?.dollarValue == nil {
            throw rateNode.problem("needs a usd_value on credit type '\(creditType)'")
        }
        var name: String?
        if let stated = members["name"] { name = try stated.text() }
        return Action(
            id: try members.required("id", of: node).identifier(), name: name, creditType: creditType, rate: rate,
            enforcement: try enforcement(members["enforcement"])
        )
    }

    private static func enforcement(
        _ node: DocumentNode?
    ) throws(CatalogProblem) -> AccountSettings.Enforcement {
        guard let node else { return .enforce }
        guard let enforcement = AccountSettings.Enforcement(rawValue: try node.text()) else {
            throw node.problem("must be enforce or observe")
        }
        return enforcement
    }

    private static func needsDollarValue(_ rate: Rate) -> Bool {
        switch rate {
        case .compute, .modelTokens: true
        case .fixed, .perTokens, .perUnit: false
        }
    }

    private static func rate(_ node: DocumentNode) throws(CatalogProblem) -> Rate {
        let members = try node.members(["fixed", "per_tokens", "per_unit", "compute", "model_tokens"])
        if members.count != 1 {
            throw node.problem("must have exactly one of fixed, per_tokens, per_unit, compute, model_tokens")
        }
        if let fixed = members["fixed"] { return .fixed(try fixed.credits()) }
        if let tokens = members["per_tokens"] {
            let parts = try tokens.members(["tokens", "credits", "rounding"])
            return .perTokens(
                tokens: try parts.required("tokens", of: tokens).integer(in: 1...1_000_000_000_000),
                credits: try parts.required("credits", of: tokens).credits(), rounding: try rounding(parts["rounding"])
            )
        }
        if let unit = members["per_unit"] {
            let parts = try unit.members(["dimension", "credits", "rounding"])
            return .perUnit(
                dimension: try parts.required("dimension", of: unit).text(),
                credits: try parts.required("credits", of: unit).credits(), rounding: try rounding(parts["rounding"])
            )
        }
        if let compute = members["compute"] {
            let parts = try compute.members(["usd", "markup", "rounding"])
            return .compute(
                cost: try parts.required("usd", of: compute).dollars(),
                markup: try parts["markup"]?.markup() ?? .one, rounding: try rounding(parts["rounding"])
            )
        }
        let tokens = try members.required("model_tokens", of: node)
        let parts = try tokens.members(["markup", "minimum", "rounding"])
        return .modelTokens(
            markup: try parts["markup"]?.markup() ?? .one, minimum: try parts["minimum"]?.credits() ?? .zero,
            rounding: try rounding(parts["rounding"])
        )
    }

    private static func rounding(_ node: DocumentNode?) throws(CatalogProblem) -> Rounding {
        guard let node else { return .halfEven }
        guard let rounding = Rounding(rawValue: try node.text()) else {
            throw node.problem("must be half_even or up")
        }
        return rounding
    }
}
