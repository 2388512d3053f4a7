/// Counts of a usage object or a span under unknown names, so that nothing is overlooked.
package struct UnknownCounts: Hashable, Sendable {
    /// Tokens under unknown names. They may repeat other counts, so they are not billed.
    package private(set) var tokens: Int64 = 0
    /// Anything else that is counted, by name.
    package private(set) var others: [String: Int64] = [:]

    /// What stands for counts whose names are too many or too long, or are those of Scrip's own dimensions: what nobody
    /// knows is never priced as what Scrip knows.
    package static let rest = "unaccounted_units"
    /// How many names of a whole usage are kept: an entry has room for no more than 32 dimensions.
    package static let maxNames = 8
    private static let maxNameBytes = 64
    private static let ownDimensions: Set<String> = [
        "requests", "images", "seconds", "queries", "pages", "characters", "web_searches", "web_fetches",
        "file_searches", "map_searches", "search_sources", "classifications",
    ]

    /// Nothing.
    package init() {}

    /// Adds what is counted under a name.
    /// - Parameter isOfTokens: whether it counts tokens; by the name unless stated.
    package mutating func add(_ name: String, _ count: Int64, isOfTokens: Bool? = nil) {
        if isOfTokens ?? CountName.isOfTokens(name) {
            tokens = UnknownCounts.sum(tokens, count)
            return
        }
        let isOwn = UnknownCounts.ownDimensions.contains(name)
        let isKept = others[name] != nil || others.count < UnknownCounts.maxNames
        let key = isKept && !isOwn && name.utf8.count <= UnknownCounts.maxNameBytes ? name : UnknownCounts.rest
        others[key] = UnknownCounts.sum(others[key, default: 0], count)
    }

    /// A sum of counts, at most what can be counted.
    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        min(Limits.count, left.addingClamped(right))
    }

    /// Takes in what is counted elsewhere in the same object.
    package mutating func add(_ other: UnknownCounts) {
        tokens = UnknownCounts.sum(tokens, other.tokens)
        others.merge(other.others) { UnknownCounts.sum($0, $1) }
    }

    /// Takes in what a later statement of the same says: counts are cumulative, so none is ever added.
    package mutating func replace(with later: UnknownCounts) {
        tokens = max(tokens, later.tokens)
        others.merge(later.others) { max($0, $1) }
    }
}
