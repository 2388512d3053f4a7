import ScripCore
import ScripJSON

extension UsageNode {
    /// A number of dollars as it is written; absent where it is anything else.
    func dollars(_ name: String) -> String? {
        guard case .number(let text)? = self[name], let plain = DecimalText.plain(text),
            !plain.hasPrefix("-")
        else {
            return nil
        }
        return plain
    }

    /// What the object says that the call cost: OpenRouter's `cost`, to which the price of the upstream belongs where
    /// the caller's own key paid that; Perplexity's `cost.total_cost`; xAI's ticks, of which 10¹⁰ are a dollar.
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
