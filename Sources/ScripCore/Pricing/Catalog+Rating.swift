extension Catalog {
    /// Prices usage by its action's rate in this version of the catalog.
    /// - Parameter now: when usage happened that does not say.
    /// - Throws: a ``Rejection`` for an unknown action, credit type or model, for missing counts, and for amounts
    ///   beyond range.
    public func rate(_ usage: Usage, at now: Timestamp) throws(Rejection) -> Rating {
        if isDamaged { throw .catalogDamaged(version: version) }
        if usage.quantity <= .zero || usage.quantity > Quantity(Limits.quantity) {
            throw .invalid(field: "quantity", rule: "must be more than 0 and at most \(Limits.quantity)")
        }
        try Catalog.require(usage.counts, field: "usage")
        for (index, call) in usage.otherCalls.enumerated() {
            try Catalog.require(call.counts, field: "other_calls.\(index).usage")
        }
        if let amount = usage.amount { try Limits.requireMovement(amount, field: "amount") }
        if let creditType = usage.creditType { try requireCreditType(creditType) }
        let action = try usage.action.map { (id) throws(Rejection) in try self.action(id) }
        if let amount = usage.amount {
            guard let creditType = usage.creditType ?? action?.creditType else {
                throw .invalid(field: "credit_type", rule: "is required with an amount and no action")
            }
            var rating = Rating(
                creditType: creditType, amount: amount, unrounded: nil,
                cost: try cost(of: usage, at: now), priceVersion: version, lines: []
            )
            rating.noteReportedCost(of: usage)
            return rating
        }
        guard let action else { throw .invalid(field: "action", rule: "is required unless an amount is given") }
        if let creditType = usage.creditType, creditType != action.creditType {
            throw .invalid(field: "credit_type", rule: "is \(action.creditType) for this action")
        }
        var rating = try rate(usage, by: action, at: now)
        if usage.isUnfinished && action.rate.goesByCounts {
            if unfinishedUsage == .refuse { throw .usageNotFinal }
            rating.isEstimate = true
        }
        rating.noteReportedCost(of: usage)
        return rating
    }

    private static func require(_ counts: [String: Quantity], field: String) throws(Rejection) {
        for (name, count) in counts {
            if count > Quantity(Limits.count) {
                throw .invalid(field: "\(field).\(name)", rule: "must be from 0 to \(Limits.count)")
            }
            if count.whole == nil && TokenClass(rawValue: name) != nil {
                throw .invalid(field: "\(field).\(name)", rule: "must be a whole number of tokens")
            }
        }
    }

    private func rate(_ usage: Usage, by action: Action, at now: Timestamp) throws(Rejection) -> Rating {
        let quotient: ExactCredits
        let rounding: Rounding
        var cost: Dollars?
        var dimension = "quantity"
        var count = usage.quantity
        var unpriced: [Rating.Unpriced] = []
        switch action.rate {
        case .fixed(let credits):
            quotient = try ExactCredits(credits, times: count, per: 1)
            rounding = .halfEven
        case .perTokens(let tokens, let credits, let stated):
            let (sum, overflow) = usage.inputTokens.addingReportingOverflow(usage.outputTokens)
            if overflow { throw .amountOutOfRange(field: "usage") }
            if !usage.countsTokens {
                throw .invalid(field: "usage", rule: "must count tokens, for example input_tokens")
            }
            (dimension, count, rounding) = ("tokens", Quantity(sum), stated)
            quotient = try ExactCredits(credits, times: count, per: tokens)
            unpriced = usage.unpriced { TokenClass(rawValue: $0) != nil }
        case .perUnit(let name, let credits, let stated):
            guard let units = usage.counts[name] else {
                throw .invalid(field: "usage.\(name)", rule: "is required by this action's rate")
            }
            (dimension, count, rounding) = (name, units, stated)
            quotient = try ExactCredits(credits, times: units, per: 1)
            unpriced = usage.unpriced { $0 == name }
        case .compute(let unitCost, let markup, let stated):
            let value = try dollarValue(of: action)
            let total: Dollars
            if let stated = usage.cost { total = stated } else { total = try unitCost.multiplied(by: count) }
            (cost, rounding) = (total, stated)
            quotient = try ExactCredits(total, markup: markup, dollarsPerCredit: value)
        case .modelTokens(let markup, let minimum, let stated):
            return try rate(
                usage, by: action, markup: markup, minimum: minimum, rounding: stated, at: now)
        case .reportedCost(let markup, let minimum, let fallback, let stated):
            guard let reported = usage.cost ?? usage.reportedCost else {
                guard let fallback else {
                    throw .invalid(
                        field: "cost_usd",
                        rule: "is required by this action's rate, because the provider reported no cost")
                }
                return try rate(
                    usage, by: action, markup: fallback, minimum: minimum, rounding: stated, at: now)
            }
            return try rate(reported, by: action, markup: markup, minimum: minimum, rounding: stated)
        }
        if cost == nil { cost = try self.cost(of: usage, at: now) }
        let amount = try quotient.rounded(rounding, to: action.roundTo)
        try Limits.requireMovement(amount, field: "amount")
        return Rating(
            creditType: action.creditType, amount: amount, unrounded: quotient.description,
            cost: cost,
            priceVersion: version,
            lines: [Rating.Line(dimension: dimension, count: count, credits: quotient.description)],
            unpriced: unpriced
        )
    }

    /// As of which date the prices of the book are.
    private var bookDate: String? {
        let date = bookOutline?.date ?? book.date
        return date.isEmpty ? nil : date
    }

    private func dollarValue(of action: Action) throws(Rejection) -> Dollars {
        guard let value = creditTypes[action.creditType]?.dollarValue else {
            throw .invalid(field: "action", rule: "needs a usd_value on credit type \(action.creditType)")
        }
        return value
    }

    private func rate(
        _ usage: Usage, by action: Action, markup: Markup, minimum: Credits, rounding: Rounding, at now: Timestamp
    ) throws(Rejection) -> Rating {
        let value = try dollarValue(of: action)
        if isBookDamaged { throw .priceBookDamaged(version: version) }
        guard let bill = try bill(usage, at: now) else {
            return Rating(
                creditType: action.creditType, amount: .zero, unrounded: nil, cost: usage.cost, priceVersion: version,
                priced: .unrated, lines: []
            )
        }
        let exact = try ExactCredits(bill.cost, markup: markup, dollarsPerCredit: value)
        let amount = max(try exact.rounded(rounding, to: action.roundTo), minimum)
        try Limits.requireMovement(amount, field: "amount")
        var lines: [Rating.Line] = []
        lines.reserveCapacity(bill.items.count)
        for item in bill.items {
            let credits = try ExactCredits(item.cost, markup: markup, dollarsPerCredit: value)
            lines.append(
                Rating.Line(
                    dimension: item.dimension, count: item.count, credits: credits.description,
                    dollarsPerMillion: item.dollarsPerMillion, cost: item.cost, model: item.model
                )
            )
        }
        return Rating(
            creditType: action.creditType, amount: amount, unrounded: exact.description, cost: bill.cost,
            priceVersion: version, priced: bill.priced,
            bookDate: bill.usesBook ? bookDate : nil, lines: lines,
            unpriced: bill.unpriced.unpriced
        )
    }
}

extension Catalog {
    /// Prices a call by what the provider says that it cost.
    private func rate(
        _ cost: Dollars, by action: Action, markup: Markup, minimum: Credits, rounding: Rounding
    ) throws(Rejection) -> Rating {
        let exact = try ExactCredits(
            cost, markup: markup, dollarsPerCredit: try dollarValue(of: action))
        let amount = max(try exact.rounded(rounding, to: action.roundTo), minimum)
        try Limits.requireMovement(amount, field: "amount")
        let line = Rating.Line(
            dimension: "reported_cost", count: 1, credits: exact.description, cost: cost)
        return Rating(
            creditType: action.creditType, amount: amount, unrounded: exact.description, cost: cost,
            priceVersion: version, priced: .reported, lines: [line])
    }
}

extension Rating {
    /// Notes what the caller or the provider says that the work cost, where the rate goes by something else.
    fileprivate mutating func noteReportedCost(of usage: Usage) {
        if let stated = usage.cost ?? usage.reportedCost, stated != cost { reportedCost = stated }
    }
}

extension Usage {
    fileprivate var countsTokens: Bool {
        ([counts] + otherCalls.map(\.counts)).contains { counts in
            counts.keys.contains { TokenClass(rawValue: $0) != nil }
        }
    }
}
