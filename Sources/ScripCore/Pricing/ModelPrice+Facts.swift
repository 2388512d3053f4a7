extension ModelPrice {
    /// One number of a price, named in words.
    public struct Fact: Hashable, Sendable {
        /// What it prices, for example `input above 200000 input tokens, batch`.
        public var name: String
        /// Dollars, or a factor, as a decimal.
        public var value: String
        /// What the value counts, for example `USD per million tokens`.
        public var unit: String
    }

    /// Everything the price says, in a fixed order: what two prices differ in are their different facts.
    public var facts: [Fact] {
        var facts = ModelPrice.facts(prices, contextTiers, suffix: "")
        for (name, tier) in serviceTiers.sorted(by: { $0.key < $1.key }) {
            facts += ModelPrice.facts(tier.prices, tier.contextTiers, suffix: ", \(name)")
        }
        for (kind, multipliers) in [("geography", geographyMultipliers), ("speed", speedMultipliers)] {
            for (word, factor) in multipliers.sorted(by: { $0.key < $1.key }) {
                facts.append(Fact(name: "\(kind) \(word)", value: factor.description, unit: "times all token prices"))
            }
        }
        for (unit, price) in dollarsPerUnit.sorted(by: { $0.key < $1.key }) {
            facts.append(Fact(name: unit, value: price.description, unit: "USD each"))
        }
        return facts
    }

    private static func facts(_ prices: TokenPrices, _ tiers: [ContextTier], suffix: String) -> [Fact] {
        var facts = facts(prices, suffix: suffix)
        for tier in tiers.sorted(by: { $0.tokens < $1.tokens }) {
            let bound = tier.isInclusive ? "from" : "above"
            facts += ModelPrice.facts(tier.prices, suffix: " \(bound) \(tier.tokens) input tokens\(suffix)")
        }
        return facts
    }

    private static func facts(_ prices: TokenPrices, suffix: String) -> [Fact] {
        TokenClass.allCases.compactMap { tokenClass in
            prices[tokenClass].map {
                Fact(name: tokenClass.priceKey + suffix, value: $0.description, unit: "USD per million tokens")
            }
        }
    }
}
