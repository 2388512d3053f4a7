extension Rating {
    /// Something that was counted and that the rate asks nothing for, such as web searches of a model without a fee for
    /// them.
    public struct Unpriced: Hashable, Sendable {
        /// The dimension, for example `web_searches`.
        public var dimension: String
        /// How many units, those of all calls.
        public var count: Quantity

        /// Something without a price.
        public init(dimension: String, count: Quantity) {
            self.dimension = dimension
            self.count = count
        }
    }
}

extension Usage {
    /// What was counted and is not among the priced dimensions, by name. What was counted as zero is left out.
    func unpriced(except isPriced: (String) -> Bool) -> [Rating.Unpriced] {
        var sums: [String: Quantity] = [:]
        for counts in [counts] + otherCalls.map(\.counts) {
            for (name, count) in counts where count != 0 && !isPriced(name) {
                sums[name] = sums[name, default: 0].addingClamped(count)
            }
        }
        return sums.unpriced
    }
}

extension [String: Quantity] {
    /// Counts that nothing is asked for, by name.
    var unpriced: [Rating.Unpriced] {
        if isEmpty { return [] }
        return sorted { $0.key < $1.key }.map { Rating.Unpriced(dimension: $0.key, count: $0.value) }
    }
}
