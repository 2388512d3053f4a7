import ScripJSON

extension UsageNode {
    /// Counts of tokens beside the known members, so that none is passed over.
    /// - Parameters:
    ///   - known: the members that the reader of the shape reads, or knows to be part of what it reads.
    ///   - countsEverything: whether every number counts, whatever its name, as in a list of details.
    /// - Throws: ``UsageFormatError/Rule/unknownCount`` for one of cached tokens: these are a part of others and cost
    ///   less, so that nobody can say what the rest of the call costs.
    func unknownTokens(besides known: Set<String>, countsEverything: Bool = false) throws(UsageFormatError) -> Int64 {
        var sum: Int64 = 0
        for member in members.members where !known.contains(member.name) {
            guard case .number(let text) = member.value, let count = Int64(text), count > 0 else { continue }
            let name = member.name.lowercased()
            let isRate = name.contains("per_") || name.contains("time") || name.contains("limit")
            guard countsEverything || name.contains("token"), !isRate else { continue }
            if name.contains("cache") || name.contains("ephemeral") { throw error(member.name, .unknownCount) }
            sum = TokenCounts.sum(sum, min(count, UsageNode.mostTokens))
        }
        return sum
    }

    /// Makes sure that an object counts nothing but what is known, where anything else would have a price of its own.
    func requireOnly(_ known: Set<String>) throws(UsageFormatError) {
        for member in members.members where !known.contains(member.name) {
            if case .number(let text) = member.value, text != "0" { throw error(member.name, .unknownCount) }
        }
    }

    /// A number of dollars as it is written; absent where it is anything else.
    func dollars(_ name: String) -> String? {
        guard case .number(let text)? = self[name], !text.hasPrefix("-"), text.utf8.count <= 64 else { return nil }
        return text
    }
}
