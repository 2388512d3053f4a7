/// What calls of models cost in dollars, item by item, exactly.
struct ModelBill {
    /// One priced dimension of one call.
    struct Item {
        var dimension: String
        var count: Quantity
        var dollarsPerMillion: Dollars?
        var cost: Dollars
        var model: String
    }

    private(set) var items: [Item] = []
    private(set) var cost = Dollars.zero
    private(set) var priced = Rating.Priced.own
    private(set) var usesBook = false
    /// What was counted and no price asks anything for.
    private(set) var unpriced: [String: Quantity] = [:]
    private var calls = 0

    /// Adds a call by the price of its model, or changes nothing and names the token class that has no price.
    ///
    /// Requests that are not counted are as many as the usage's quantity, and one for each other call.
    mutating func add(
        _ call: Usage.ModelCall, of usage: Usage, by price: ModelPrice, priced origin: Rating.Priced
    ) throws(Rejection) -> String? {
        let terms = RequestTerms(
            inputTokens: Usage.sum(call.counts, where: TokenClass.isInput), serviceTier: usage.serviceTier,
            geography: usage.geography, speed: usage.speed
        )
        let name = origin == .fallback ? call.model : price.name
        var added: [Item] = []
        for tokenClass in TokenClass.allCases {
            guard let count = call.counts[tokenClass.rawValue] else { continue }
            guard let perMillion = try price.price(of: tokenClass, under: terms) else {
                if count == 0 { continue }
                return tokenClass.rawValue
            }
            added.append(
                Item(
                    dimension: tokenClass.rawValue, count: count, dollarsPerMillion: perMillion,
                    cost: try perMillion.perMillion(times: count.wholePart), model: name
                )
            )
        }
        let units = price.dollarsPerUnit.isEmpty ? [] : price.dollarsPerUnit.sorted { $0.key < $1.key }
        for (dimension, each) in units {
            var count = call.counts[dimension]
            if count == nil, dimension == "requests", !added.isEmpty || price.prices.isEmpty {
                count = calls == 0 ? usage.quantity : 1
            }
            guard let count else { continue }
            added.append(
                Item(dimension: dimension, count: count, cost: try each.multiplied(by: count), model: name)
            )
        }
        for (name, count) in call.counts
        where count != 0 && price.dollarsPerUnit[name] == nil && TokenClass(rawValue: name) == nil {
            unpriced[name] = unpriced[name, default: 0].addingClamped(count)
        }
        var sum = cost
        for item in added { sum = try sum.adding(item.cost) }
        cost = sum
        items += added
        calls += 1
        usesBook = usesBook || origin == .book
        priced = Rating.Priced.allCases.last { $0 == priced || $0 == origin } ?? origin
        return nil
    }
}

extension Dollars {
    /// The cost of so many tokens at this price per million, exactly.
    /// - Throws: ``Rejection/amountOutOfRange`` beyond ``largest``.
    func perMillion(times count: Int64) throws(Rejection) -> Dollars {
        let (product, overflow) = attodollars.multipliedReportingOverflow(by: Int128(count))
        if overflow || product % 1_000_000 != 0 { throw .amountOutOfRange(field: "cost_usd") }
        let cost = Dollars(attodollars: product / 1_000_000)
        if cost > Dollars.largest { throw .amountOutOfRange(field: "cost_usd") }
        return cost
    }

    /// The sum of two costs.
    /// - Throws: ``Rejection/amountOutOfRange`` beyond ``largest``.
    func adding(_ other: Dollars) throws(Rejection) -> Dollars {
        let (sum, overflow) = attodollars.addingReportingOverflow(other.attodollars)
        if overflow || sum > Dollars.largest.attodollars { throw .amountOutOfRange(field: "cost_usd") }
        return Dollars(attodollars: sum)
    }
}
