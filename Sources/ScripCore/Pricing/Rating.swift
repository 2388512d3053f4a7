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
    /// Where the prices of the models came from; `nil` when the action's rate does not ask for them.
    public var priced: Priced?
    /// The date of the price book, where its prices were used.
    public var bookDate: String?
    /// How the amount came about, line by line.
    public var lines: [Line]
    /// Counts that cost nothing under the action's rate: for rates by model tokens, by tokens or by unit. A fixed
    /// rate and a rate by computing cover all that was used; an unrated charge has no price for anything yet.
    public var unpriced: [Unpriced] = []
    /// The cost that the caller or the provider reported, if it differs from ``cost``.
    public var reportedCost: Dollars?
    /// Whether the amount is based on counts that were not final when the provider's answer broke off.
    public var isEstimate = false

    /// Where prices of models come from; of several, the one furthest down this list.
    public enum Priced: String, Hashable, Sendable, CaseIterable {
        /// The catalog's own prices.
        case own
        /// The price book.
        case book
        /// The cost that the provider reported.
        case reported
        /// The catalog's stated prices for models that nothing else prices.
        case fallback
        /// There is no price; the amount is zero for now.
        case unrated
    }

    /// One line of the explanation.
    public struct Line: Hashable, Sendable {
        /// The dimension, for example `input_tokens`.
        public var dimension: String
        /// How many units.
        public var count: Quantity
        /// What they come to in credits, exact.
        public var credits: String
        /// The price that was used, all factors applied, where tokens are priced in dollars.
        public var dollarsPerMillion: Dollars?
        /// What they cost in dollars, exact.
        public var cost: Dollars?
        /// The model whose price was used, as `provider/id`; for fallback prices, as the usage names it.
        public var model: String?

        /// Makes one line of the explanation.
        public init(
            dimension: String, count: Quantity, credits: String, dollarsPerMillion: Dollars? = nil,
            cost: Dollars? = nil,
            model: String? = nil
        ) {
            self.dimension = dimension
            self.count = count
            self.credits = credits
            self.dollarsPerMillion = dollarsPerMillion
            self.cost = cost
            self.model = model
        }
    }
}
