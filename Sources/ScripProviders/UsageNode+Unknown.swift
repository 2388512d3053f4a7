import ScripCore
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
        guard case .number(let text)? = self[name], let plain = DecimalText.plain(text),
            !plain.hasPrefix("-")
        else {
            return nil
        }
        return plain
    }

    /// What the object says that the call cost: OpenRouter's `cost`, to which the price of the upstream belongs where the
    /// caller's own key paid that; Perplexity's `cost.total_cost`; xAI's ticks, of which 10¹⁰ are a dollar.
    var statedCost: String? {
        if let cost = dollars("cost") {
            guard self["is_byok"] == .bool(true),
                let upstream = item("cost_details")?.dollars("upstream_inference_cost"),
                let sum = UsageNode.sum(cost, upstream)
            else { return cost }
            return sum
        }
        if let total = item("cost")?.dollars("total_cost") { return total }
        return dollars("cost_in_usd_ticks").flatMap { DecimalText.plain("\($0)e-10") }
    }

    /// What LiteLLM says that the call cost, in its hidden parameters or beside the answer.
    var liteLLMCost: String? {
        item("_hidden_params")?.dollars("response_cost") ?? dollars("response_cost")
    }

    private static func sum(_ left: String, _ right: String) -> String? {
        guard let a = FixedPoint.parse(left, fractionDigits: 24),
            let b = FixedPoint.parse(right, fractionDigits: 24)
        else { return nil }
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? nil : FixedPoint.print(sum, fractionDigits: 24)
    }
}
