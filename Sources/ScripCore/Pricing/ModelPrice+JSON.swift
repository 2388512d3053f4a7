import ScripJSON

extension ModelPrice {
    private static let keys = [
        "provider", "id", "aliases", "usd_per_million", "above_input_tokens", "service_tiers", "multipliers",
        "usd_per_unit", "effective_from", "effective_until",
    ]

    /// Reads the price of one model, as price books and catalogs write it.
    /// - Throws: ``PriceBookProblem`` naming the model and the field.
    public init(json: JSONValue) throws(PriceBookProblem) {
        do {
            try self.init(fields: PriceFields(json, path: "", allowed: ModelPrice.keys))
        } catch {
            var problem = error
            if let provider = json["provider"]?.stringValue, let id = json["id"]?.stringValue {
                problem.model = "\(provider)/\(id)"
            }
            throw problem
        }
    }

    private init(fields: PriceFields) throws(PriceBookProblem) {
        self.init(
            provider: try fields.text("provider"), id: try fields.text("id"), aliases: try fields.names("aliases"),
            prices: try TokenPrices(json: fields.value("usd_per_million"), at: "usd_per_million")
        )
        contextTiers = try ModelPrice.contextTiers(fields)
        for member in try ModelPrice.members(fields, "service_tiers", max: 8) {
            let tier = try PriceFields(
                member.value, path: member.place, allowed: ["usd_per_million", "above_input_tokens"]
            )
            serviceTiers[member.name.lowercased()] = ServiceTier(
                prices: try TokenPrices(json: tier.value("usd_per_million"), at: tier.place("usd_per_million")),
                contextTiers: try ModelPrice.contextTiers(tier)
            )
        }
        if let value = fields.value("multipliers") {
            let kinds = try PriceFields(value, path: "multipliers", allowed: ["geography", "speed"])
            geographyMultipliers = try ModelPrice.multipliers(kinds, "geography")
            speedMultipliers = try ModelPrice.multipliers(kinds, "speed")
        }
        for member in try ModelPrice.members(fields, "usd_per_unit", max: Limits.dimensions) {
            if TokenClass(rawValue: member.name) != nil {
                throw PriceBookProblem(field: member.place, rule: "is a class of tokens; it belongs in usd_per_million")
            }
            dollarsPerUnit[member.name] = try PriceFields.dollars(
                member.value, at: member.place, fractionDigits: Dollars.fractionDigits, highest: TokenPrices.highest
            )
        }
        effectiveFrom = try fields.moment("effective_from")
        effectiveUntil = try fields.moment("effective_until")
        if let effectiveFrom, let effectiveUntil, effectiveFrom >= effectiveUntil {
            throw fields.problem("effective_until", "must be after effective_from")
        }
        try requirePrices()
        try requireExactMultipliers()
    }

    private static func contextTiers(_ fields: PriceFields) throws(PriceBookProblem) -> [ContextTier] {
        guard let value = fields.value("above_input_tokens") else { return [] }
        guard let elements = value.arrayValue, elements.count <= 16 else {
            throw fields.problem("above_input_tokens", "must be a list of at most 16 tiers")
        }
        var tiers: [ContextTier] = []
        for (index, element) in elements.enumerated() {
            let place = fields.place("above_input_tokens[\(index)]")
            let tier = try PriceFields(element, path: place, allowed: ["tokens", "at_or_above", "usd_per_million"])
            let tokens = try tier.tokens("tokens")
            if tiers.contains(where: { $0.tokens == tokens }) { throw tier.problem("tokens", "is in the list twice") }
            tiers.append(
                ContextTier(
                    tokens: tokens, isInclusive: try tier.flag("at_or_above"),
                    prices: try TokenPrices(json: tier.value("usd_per_million"), at: tier.place("usd_per_million"))
                )
            )
        }
        return tiers
    }

    private static func multipliers(
        _ fields: PriceFields, _ name: String
    ) throws(PriceBookProblem) -> [String: Markup] {
        var multipliers: [String: Markup] = [:]
        for member in try members(fields, name, max: 64) {
            let text = member.value.stringValue ?? member.value.integerValue?.description
            guard let text, let factor = Markup(text), factor.fractionDigits != nil else {
                throw PriceBookProblem(
                    field: member.place,
                    rule: "must be a factor in quotes from 0 to 1000 with at most 6 digits after the point"
                )
            }
            multipliers[member.name.lowercased()] = factor
        }
        return multipliers
    }

    private static func members(
        _ fields: PriceFields, _ name: String, max: Int
    ) throws(PriceBookProblem) -> [(name: String, place: String, value: JSONValue)] {
        guard let value = fields.value(name) else { return [] }
        guard let object = value.objectValue, object.members.count <= max else {
            throw fields.problem(name, "must be an object of at most \(max) names and values")
        }
        var members: [(name: String, place: String, value: JSONValue)] = []
        for member in object.members {
            let place = "\(fields.place(name)).\(member.name)"
            if member.name.isEmpty || member.name.utf8.count > Limits.dimensionNameBytes {
                throw PriceBookProblem(
                    field: place, rule: "must have a name of 1 to \(Limits.dimensionNameBytes) bytes"
                )
            }
            members.append((member.name, place, member.value))
        }
        return members
    }

    private func requirePrices() throws(PriceBookProblem) {
        if prices.isEmpty && dollarsPerUnit.isEmpty {
            throw PriceBookProblem(field: "usd_per_million", rule: "must have a price, or usd_per_unit must")
        }
    }

    /// Checks that prices times factors can be kept exactly.
    private func requireExactMultipliers() throws(PriceBookProblem) {
        let factors =
            (geographyMultipliers.values.compactMap(\.fractionDigits).max() ?? 0)
            + (speedMultipliers.values.compactMap(\.fractionDigits).max() ?? 0)
        if factors == 0 { return }
        var spare: Int128 = 1_000_000
        for _ in 0..<factors { spare *= 10 }
        let services = Array(serviceTiers.values)
        let lists =
            [prices] + services.map(\.prices)
            + (contextTiers + services.flatMap(\.contextTiers)).map(\.prices)
        for list in lists {
            for tokenClass in TokenClass.allCases {
                if let price = list[tokenClass], price.attodollars % spare != 0 {
                    throw PriceBookProblem(
                        field: "multipliers",
                        rule: "have more digits than the price \(price) of \(tokenClass.priceKey) leaves room for: "
                            + "\(TokenPrices.fractionDigits) together"
                    )
                }
            }
        }
    }
}

extension TokenPrices {
    private static let classes: [String: TokenClass] = Dictionary(
        TokenClass.allCases.map { ($0.priceKey, $0) }, uniquingKeysWith: { first, _ in first }
    )

    /// Reads prices per million by class, for example `{"input": "3", "output": "15"}`.
    /// - Parameter place: what to call the prices when they are wrong.
    /// - Throws: ``PriceBookProblem`` naming the field.
    public init(json: JSONValue?, at place: String) throws(PriceBookProblem) {
        self.init()
        guard let json else { return }
        let fields = try PriceFields(json, path: place, allowed: TokenClass.allCases.map(\.priceKey))
        for member in fields.object.members where member.value != .null {
            guard let tokenClass = TokenPrices.classes[member.name] else { continue }
            self[tokenClass] = try PriceFields.dollars(
                member.value, at: fields.place(member.name), fractionDigits: TokenPrices.fractionDigits,
                highest: TokenPrices.highest
            )
        }
    }
}
