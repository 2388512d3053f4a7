import ScripCore

extension CatalogDocument {
    static func action(
        _ node: DocumentNode, creditTypes: [String: CreditType]
    ) throws(CatalogProblem) -> Action {
        let members = try node.members(["id", "name", "credit_type", "rate", "user_amount", "enforcement"])
        let creditType = try reference(members.required("credit_type", of: node), in: creditTypes)
        let rateNode = try members.required("rate", of: node)
        let (rate, roundTo) = try rate(rateNode)
        if needsDollarValue(rate) && creditTypes[creditType.rawValue]?.dollarValue == nil {
            throw rateNode.problem("needs a usd_value on credit type '\(creditType)'")
        }
        var name: String?
        if let stated = members["name"] { name = try stated.text() }
        return Action(
            id: try members.required("id", of: node).identifier(), name: name, creditType: creditType, rate: rate,
            roundTo: roundTo,
            maxUserAmount: try members["user_amount"].map { (stated) throws(CatalogProblem) in
                try maxUserAmount(stated)
            },
            enforcement: try enforcement(members["enforcement"]))
    }

    private static func maxUserAmount(_ node: DocumentNode) throws(CatalogProblem) -> Credits {
        let most = try node.members(["max"]).required("max", of: node)
        let amount = try most.credits()
        if !amount.isPositive { throw most.problem("must be more than zero") }
        return amount
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
        case .compute, .modelTokens, .reportedCost: true
        case .fixed, .perTokens, .perUnit: false
        }
    }

    /// The rate, and what its amounts are rounded to multiples of.
    private static func rate(_ node: DocumentNode) throws(CatalogProblem) -> (
        rate: Rate, roundTo: Credits?
    ) {
        let kinds = ["fixed", "per_tokens", "per_unit", "compute", "model_tokens", "reported_cost"]
        let members = try node.members(kinds)
        if members.count != 1 {
            throw node.problem("must have exactly one of \(kinds.joined(separator: ", "))")
        }
        if let fixed = members["fixed"] { return (.fixed(try fixed.credits()), nil) }
        if let tokens = members["per_tokens"] {
            let parts = try tokens.members(["tokens", "credits", "rounding", "round_to"])
            let rate = Rate.perTokens(
                tokens: try parts.required("tokens", of: tokens).integer(in: 1...1_000_000_000_000),
                credits: try parts.required("credits", of: tokens).credits(), rounding: try rounding(parts["rounding"])
            )
            return (rate, try roundTo(parts))
        }
        if let unit = members["per_unit"] {
            let parts = try unit.members(["dimension", "credits", "rounding", "round_to"])
            let rate = Rate.perUnit(
                dimension: try parts.required("dimension", of: unit).text(),
                credits: try parts.required("credits", of: unit).credits(), rounding: try rounding(parts["rounding"])
            )
            return (rate, try roundTo(parts))
        }
        if let compute = members["compute"] {
            let parts = try compute.members(["usd", "markup", "rounding", "round_to"])
            let rate = Rate.compute(
                cost: try parts.required("usd", of: compute).dollars(),
                markup: try parts["markup"]?.markup() ?? .one, rounding: try rounding(parts["rounding"])
            )
            return (rate, try roundTo(parts))
        }
        if let cost = members["reported_cost"] { return try reportedCost(cost) }
        let tokens = try members.required("model_tokens", of: node)
        let parts = try tokens.members(["markup", "minimum", "rounding", "round_to"])
        let rate = Rate.modelTokens(
            markup: try parts["markup"]?.markup() ?? .one,
            minimum: try parts["minimum"]?.credits() ?? .zero,
            rounding: try rounding(parts["rounding"])
        )
        return (rate, try roundTo(parts))
    }

    private static func reportedCost(_ node: DocumentNode) throws(CatalogProblem) -> (
        rate: Rate, roundTo: Credits?
    ) {
        let parts = try node.members(["markup", "minimum", "fallback", "rounding", "round_to"])
        let markup = try parts["markup"]?.markup() ?? .one
        var fallback: Markup?
        if let stated = parts["fallback"] {
            if stated.isWord("model_tokens") {
                fallback = markup
            } else {
                guard stated.isMapping else {
                    throw stated.problem("must be model_tokens, or {model_tokens: {markup: …}}")
                }
                let tokens = try stated.members(["model_tokens"]).required("model_tokens", of: stated)
                fallback = try tokens.members(["markup"])["markup"]?.markup() ?? .one
            }
        }
        let rate = Rate.reportedCost(
            markup: markup, minimum: try parts["minimum"]?.credits() ?? .zero, fallback: fallback,
            rounding: try rounding(parts["rounding"]))
        return (rate, try roundTo(parts))
    }

    /// What amounts are rounded to multiples of. A minimum that is no such multiple would not be one either.
    private static func roundTo(_ parts: [String: DocumentNode]) throws(CatalogProblem) -> Credits? {
        guard let node = parts["round_to"] else { return nil }
        let step = try node.credits()
        if !step.isPositive { throw node.problem("must be more than 0") }
        if let minimum = parts["minimum"], try minimum.credits().nanocredits % step.nanocredits != 0 {
            throw minimum.problem("must be a multiple of round_to")
        }
        return step
    }

    private static func rounding(_ node: DocumentNode?) throws(CatalogProblem) -> Rounding {
        guard let node else { return .halfEven }
        guard let rounding = Rounding(rawValue: try node.text()) else {
            throw node.problem("must be half_even or up")
        }
        return rounding
    }
}
