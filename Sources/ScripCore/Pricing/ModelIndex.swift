/// Where the prices of a name are in a book.
struct ModelIndex: Sendable {
    private let positions: [String: [Int]]
    private let providers: [String]

    static let empty = ModelIndex(positions: [:], providers: [])

    private init(positions: [String: [Int]], providers: [String]) {
        self.positions = positions
        self.providers = providers
    }

    init(of models: [ModelPrice]) throws(PriceBookProblem) {
        var positions: [String: [Int]] = [:]
        positions.reserveCapacity(models.count * 2)
        providers = models.map { ProviderName.canonical($0.provider) }
        for (position, model) in models.enumerated() {
            var seen: Set<String> = []
            for name in [model.id] + model.aliases {
                let key = name.lowercased()
                if !seen.insert(key).inserted { continue }
                for other in positions[key] ?? []
                where providers[other] == providers[position] && models[other].overlaps(model) {
                    throw PriceBookProblem(
                        model: model.name, field: name == model.id ? "id" : "aliases",
                        rule: "names '\(name)', which \(models[other].name) prices for the same time"
                    )
                }
                positions[key, default: []].append(position)
            }
        }
        self.positions = positions
    }

    /// Where the price is that a spelling means. Without a provider, a name that several providers have means the one
    /// that makes the model; when none of them does, they must agree on the price.
    func position(of name: ModelNames.Spelling, at moment: Timestamp, in models: [ModelPrice]) -> Int? {
        guard let all = positions[name.model] else { return nil }
        if let provider = name.provider {
            return all.first { providers[$0] == provider && models[$0].isInForce(at: moment) }
        }
        let found = all.filter { models[$0].isInForce(at: moment) }
        guard let first = found.first else { return nil }
        if found.count == 1 { return first }
        for maker in ProviderName.makers {
            if let made = found.first(where: { providers[$0] == maker }) { return made }
        }
        return found.allSatisfy { models[$0].costsTheSame(as: models[first]) } ? first : nil
    }
}

extension ModelPrice {
    fileprivate func costsTheSame(as other: ModelPrice) -> Bool {
        prices == other.prices && contextTiers == other.contextTiers && serviceTiers == other.serviceTiers
            && geographyMultipliers == other.geographyMultipliers && speedMultipliers == other.speedMultipliers
            && dollarsPerUnit == other.dollarsPerUnit
    }
}
