/// What one model of one provider costs.
public struct ModelPrice: Hashable, Sendable {
    /// Who runs the model, for example `anthropic` or `bedrock`.
    public var provider: String
    /// The provider's id of the model.
    public var id: String
    /// Other names of the same model at the same provider.
    public var aliases: [String]
    /// The standard prices.
    public var prices: TokenPrices
    /// Prices of requests with much input.
    public var contextTiers: [ContextTier]
    /// Prices by service tier: `batch`, `priority`, `flex`.
    public var serviceTiers: [String: ServiceTier]
    /// Factors on all token prices by where the model ran, for example `us`.
    public var geographyMultipliers: [String: Markup]
    /// Factors on all token prices by how fast the model ran, for example `fast`.
    public var speedMultipliers: [String: Markup]
    /// Dollars for each unit of other dimensions, for example `web_searches`; no factor applies to them.
    public var dollarsPerUnit: [String: Dollars]
    /// From when the price holds; `nil` for always before.
    public var effectiveFrom: Timestamp?
    /// Until when the price holds, not including; `nil` for still.
    public var effectiveUntil: Timestamp?

    /// Prices of requests whose input, cached tokens included, exceeds a number of tokens. The whole request is then
    /// priced by them; a class without a price of its own here keeps the one it has below.
    public struct ContextTier: Hashable, Sendable {
        /// How many tokens of input.
        public var tokens: Int64
        /// Whether exactly so many are in the tier already, as with xAI; otherwise only more.
        public var isInclusive: Bool
        /// The prices in the tier.
        public var prices: TokenPrices

        /// Makes a tier of input size.
        public init(tokens: Int64, isInclusive: Bool = false, prices: TokenPrices) {
            self.tokens = tokens
            self.isInclusive = isInclusive
            self.prices = prices
        }

        /// Whether a request with so many tokens of input is in the tier.
        public func holds(for inputTokens: Int64) -> Bool {
            inputTokens > tokens || (isInclusive && inputTokens == tokens)
        }
    }

    /// Prices of a service tier; a class without a price of its own here costs what it does in the standard tier.
    public struct ServiceTier: Hashable, Sendable {
        /// The prices.
        public var prices: TokenPrices
        /// Prices of requests with much input.
        public var contextTiers: [ContextTier]

        /// Makes the prices of a service tier.
        public init(prices: TokenPrices, contextTiers: [ContextTier] = []) {
            self.prices = prices
            self.contextTiers = contextTiers
        }
    }

    /// A model's standard prices.
    public init(provider: String, id: String, aliases: [String] = [], prices: TokenPrices) {
        self.provider = provider
        self.id = id
        self.aliases = aliases
        self.prices = prices
        contextTiers = []
        serviceTiers = [:]
        geographyMultipliers = [:]
        speedMultipliers = [:]
        dollarsPerUnit = [:]
    }

    /// The name that ratings state: `provider/id`.
    public var name: String { "\(provider)/\(id)" }

    /// Whether the price holds at a moment.
    public func isInForce(at moment: Timestamp) -> Bool {
        if let effectiveFrom, moment < effectiveFrom { return false }
        if let effectiveUntil, moment >= effectiveUntil { return false }
        return true
    }

    /// Whether the price and another of the same name could hold at the same moment.
    func overlaps(_ other: ModelPrice) -> Bool {
        let begin = max(effectiveFrom?.microseconds ?? .min, other.effectiveFrom?.microseconds ?? .min)
        let end = min(effectiveUntil?.microseconds ?? .max, other.effectiveUntil?.microseconds ?? .max)
        return begin < end
    }
}

/// The circumstances of a request that its prices depend on.
public struct RequestTerms: Hashable, Sendable {
    /// All tokens of input, cached ones included.
    public var inputTokens: Int64
    /// The service tier; anything that the model does not price is the standard tier.
    public var serviceTier: String?
    /// Where the model ran.
    public var geography: String?
    /// How fast the model ran.
    public var speed: String?

    /// Circumstances.
    public init(inputTokens: Int64, serviceTier: String? = nil, geography: String? = nil, speed: String? = nil) {
        self.inputTokens = inputTokens
        self.serviceTier = serviceTier
        self.geography = geography
        self.speed = speed
    }
}

extension ModelPrice {
    /// The price per million tokens of a class under given terms, all factors applied; `nil` when there is none.
    ///
    /// At each context size that the input exceeds, from the largest down, the service tier's price comes before the
    /// standard one; below all of them the service tier's flat price comes before the standard one.
    /// - Throws: ``Rejection/amountOutOfRange`` when a factor makes a price that cannot be kept exactly.
    public func price(of tokenClass: TokenClass, under terms: RequestTerms) throws(Rejection) -> Dollars? {
        let service = terms.serviceTier.flatMap { serviceTiers[$0.lowercased()] }
        guard var price = resolved(tokenClass, service: service, inputTokens: terms.inputTokens) else { return nil }
        for (multipliers, word) in [(geographyMultipliers, terms.geography), (speedMultipliers, terms.speed)] {
            if multipliers.isEmpty { continue }
            if let word, let factor = multipliers[word.lowercased()] { price = try price.scaled(by: factor) }
        }
        return price
    }

    private func resolved(_ tokenClass: TokenClass, service: ServiceTier?, inputTokens: Int64) -> Dollars? {
        if let stated = stated(tokenClass, service: service, inputTokens: inputTokens) { return stated }
        return tokenClass.base.flatMap { resolved($0, service: service, inputTokens: inputTokens) }
    }

    private func stated(_ tokenClass: TokenClass, service: ServiceTier?, inputTokens: Int64) -> Dollars? {
        if tokenClass == .reasoning, let service, service.prices.reasoning == nil, service.prices.output != nil {
            // A service tier's own output price holds for thinking too: the standard tier's reasoning price does not.
            return nil
        }
        let standard = ModelPrice.tier(stating: tokenClass, in: contextTiers, inputTokens: inputTokens)
        if let service {
            let own = ModelPrice.tier(stating: tokenClass, in: service.contextTiers, inputTokens: inputTokens)
            if let own, own.tokens >= standard?.tokens ?? 0 { return own.prices[tokenClass] }
            if let standard { return standard.prices[tokenClass] }
            if let price = service.prices[tokenClass] { return price }
        }
        return standard?.prices[tokenClass] ?? prices[tokenClass]
    }

    private static func tier(
        stating tokenClass: TokenClass, in tiers: [ContextTier], inputTokens: Int64
    ) -> ContextTier? {
        var largest: ContextTier?
        for tier in tiers where tier.holds(for: inputTokens) && tier.prices[tokenClass] != nil {
            if tier.tokens >= largest?.tokens ?? 0 { largest = tier }
        }
        return largest
    }
}

extension Dollars {
    /// This price times a factor, exactly.
    /// - Throws: ``Rejection/amountOutOfRange`` when the product does not fit the digits of a price per million.
    func scaled(by factor: Markup) throws(Rejection) -> Dollars {
        let (product, overflow) = attodollars.multipliedReportingOverflow(by: Int128(factor.numerator))
        if overflow || product % (Int128(factor.denominator) * 1_000_000) != 0 {
            throw .amountOutOfRange(field: "cost_usd")
        }
        return Dollars(attodollars: product / Int128(factor.denominator))
    }
}
