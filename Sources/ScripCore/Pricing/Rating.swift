/// The result of rating usage: what it costs in credits, and how that came about.
public struct Rating: Hashable, Sendable {
    /// Which credits.
    public var creditType: CreditTypeID
    /// How much, rounded once.
    public var amount: Credits
    /// The exact amount before rounding, in credits: a decimal, or a fraction `n/d` when no decimal is exact.
    public var unrounded: String?
    /// What the work cost in dollars, unrounded.
    public var cost: Dollars?
    /// The catalog version whose rate was used.
    public var priceVersion: Int64
    /// How the amount came about, line by line.
    public var lines: [Line]

    /// One line of the explanation.
    public struct Line: Hashable, Sendable {
        /// The dimension, for example `input_tokens`.
        public var dimension: String
        /// How many units.
        public var count: Int64
        /// What they come to in credits, exact.
        public var credits: String
    }
}

extension Catalog {
    /// Prices usage by its action's rate in this version of the catalog.
    /// - Throws: a ``Rejection`` for an unknown action or credit type, for missing counts, and for amounts beyond range.
    public func rate(_ usage: Usage) throws(Rejection) -> Rating {
        if usage.quantity < 1 || usage.quantity > Limits.quantity {
            throw .invalid(field: "quantity", rule: "must be from 1 to \(Limits.quantity)")
        }
        for (name, count) in usage.counts where count < 0 || count > Limits.count {
            throw .invalid(field: "usage.\(name)", rule: "must be from 0 to \(Limits.count)")
        }
        let action = try usage.action.map { (id) throws(Rejection) in try self.action(id) }
        if let amount = usage.amount {
            guard let creditType = usage.creditType ?? action?.creditType else {
                throw .invalid(field: "credit_type", rule: "is required with an amount and no action")
            }
            try requireCreditType(creditType)
            try Limits.requireMovement(amount, field: "amount")
            return Rating(
                creditType: creditType, amount: amount, unrounded: nil, cost: usage.cost, priceVersion: version,
                lines: []
            )
        }
        guard let action else { throw .invalid(field: "action", rule: "is required unless an amount is given") }
        if let creditType = usage.creditType, creditType != action.creditType {
            throw .invalid(field: "credit_type", rule: "is \(action.creditType) for this action")
        }
        return try rate(usage, by: action)
    }

    private func rate(_ usage: Usage, by action: Action) throws(Rejection) -> Rating {
        let quotient: ExactCredits
        let rounding: Rounding
        var cost = usage.cost
        var dimension = "quantity"
        var count = usage.quantity
        switch action.rate {
        case .fixed(let credits):
            quotient = try ExactCredits(credits, times: count, per: 1)
            rounding = .halfEven
        case .perTokens(let tokens, let credits, let stated):
            let (sum, overflow) = usage.inputTokens.addingReportingOverflow(usage.outputTokens)
            if overflow { throw .amountOutOfRange(field: "usage") }
            let hasTokens = usage.counts.keys.contains { TokenClass.isInput($0) || TokenClass.isOutput($0) }
            if !hasTokens { throw .invalid(field: "usage", rule: "must count tokens, for example input_tokens") }
            (dimension, count, rounding) = ("tokens", sum, stated)
            quotient = try ExactCredits(credits, times: sum, per: tokens)
        case .perUnit(let name, let credits, let stated):
            guard let units = usage.counts[name] else {
                throw .invalid(field: "usage.\(name)", rule: "is required by this action's rate")
            }
            (dimension, count, rounding) = (name, units, stated)
            quotient = try ExactCredits(credits, times: units, per: 1)
        case .compute(let unitCost, let markup, let stated):
            guard let value = creditTypes[action.creditType]?.dollarValue else {
                throw .invalid(field: "action", rule: "needs a usd_value on credit type \(action.creditType)")
            }
            let total: Dollars
            if let cost { total = cost } else { total = try unitCost.multiplied(by: count) }
            (cost, rounding) = (total, stated)
            quotient = try ExactCredits(total, markup: markup, dollarsPerCredit: value)
        }
        let amount = try quotient.rounded(rounding)
        try Limits.requireMovement(amount, field: "amount")
        return Rating(
            creditType: action.creditType, amount: amount, unrounded: quotient.description, cost: cost,
            priceVersion: version,
            lines: [Rating.Line(dimension: dimension, count: count, credits: quotient.description)]
        )
    }
}
