/// Where the prices of a name are in a book.
struct ModelIndex: Sendable {
    private let positions: [String: [Int]]
    private let providers: [String]
    /// Aliases with a `*`, the one with most other characters first.
    private let patterns: [ModelNamePattern]

    /// All names that have a price, in small letters, apart from those that patterns match.
    var names: some Sequence<String> { positions.keys }

    /// Whether names are matched by patterns, too.
    var hasPatterns: Bool { !patterns.isEmpty }

    static let empty = ModelIndex(positions: [:], providers: [])

    private init(positions: [String: [Int]], providers: [String]) {
        self.positions = positions
        self.providers = providers
        patterns = []
    }

    init(of models: [ModelPrice]) throws(PriceBookProblem) {
        var positions: [String: [Int]] = [:]
        positions.reserveCapacity(models.count * 2)
        providers = models.map { ModelProviderName.canonical($0.provider) }
        var patterns: [ModelNamePattern] = []
        for (position, model) in models.enumerated() {
            var seen: Set<String> = []
            for name in [model.id] + model.aliases {
                let key = name.lowercased()
                if !seen.insert(key).inserted { continue }
                if name != model.id, key.contains("*") {
                    guard let pattern = ModelNamePattern(key, position: position) else {
                        throw PriceBookProblem(
                            model: model.name, field: "aliases",
                            rule: "names '\(name)': one * and at least one other character are needed")
                    }
                    patterns.append(pattern)
                }
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
        self.patterns = patterns.enumerated().sorted { left, right in
            (right.element.length, left.offset) < (left.element.length, right.offset)
        }.map(\.element)
    }

    /// Where the price is that a spelling means. Without a provider, a name that several providers have means the one
    /// that makes the model; when none of them does, they must agree on the price.
    func position(of name: ModelNames.Spelling, at moment: Timestamp, in models: [ModelPrice]) -> Int? {
        guard let all = positions[name.model] else { return position(matching: name, at: moment, in: models) }
        if let provider = name.provider {
            return all.first { providers[$0] == provider && models[$0].isInForce(at: moment) }
        }
        let found = all.filter { models[$0].isInForce(at: moment) }
        guard let first = found.first else { return nil }
        if found.count == 1 { return first }
        for maker in ModelProviderName.makers {
            if let made = found.first(where: { providers[$0] == maker }) { return made }
        }
        return found.allSatisfy { models[$0].costsTheSame(as: models[first]) } ? first : nil
    }

    private func position(
        matching name: ModelNames.Spelling, at moment: Timestamp, in models: [ModelPrice]
    ) -> Int? {
        patterns.first { pattern in
            let isMeant = name.provider == nil || providers[pattern.position] == name.provider
            return isMeant && pattern.matches(name.model) && models[pattern.position].isInForce(at: moment)
        }?.position
    }
}

/// An alias in which one `*` stands for any characters, or for none.
struct ModelNamePattern: Sendable {
    /// Where the price is that it means.
    let position: Int
    private let prefix: String
    private let suffix: String

    /// - Parameter alias: in small letters; `nil` unless it has one `*` and something else.
    init?(_ alias: String, position: Int) {
        let parts = alias.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count == 2, alias.utf8.count > 1 else { return nil }
        (prefix, suffix) = (String(parts[0]), String(parts[1]))
        self.position = position
    }

    /// How many characters besides the `*` it has.
    var length: Int { prefix.utf8.count + suffix.utf8.count }

    func matches(_ name: String) -> Bool {
        name.utf8.count >= length && name.hasPrefix(prefix) && name.hasSuffix(suffix)
    }
}

extension ModelPrice {
    fileprivate func costsTheSame(as other: ModelPrice) -> Bool {
        prices == other.prices && contextTiers == other.contextTiers && serviceTiers == other.serviceTiers
            && geographyMultipliers == other.geographyMultipliers && speedMultipliers == other.speedMultipliers
            && dollarsPerUnit == other.dollarsPerUnit
    }
}
