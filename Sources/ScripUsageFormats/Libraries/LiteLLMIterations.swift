import ScripJSON

/// Anthropic's `iterations` inside LiteLLM's usage object, whose counts are the sum of all of them.
///
/// They are billed as in Anthropic's own object: each at the model that ran it. Source: LiteLLM's
/// `AnthropicConfig.calculate_usage`.
struct LiteLLMIterations {
    let bill: AnthropicBill

    init(_ node: UsageNode, model: String?) throws(UsageFormatError) {
        let iterations = try AnthropicIteration.list(in: node) ?? []
        let all = LiteLLMIterations.sum(iterations)
        let stated = (try node.count("prompt_tokens") ?? 0, try node.count("completion_tokens") ?? 0)
        if (all.input, all.output) != stated { throw node.error("iterations", .inconsistent) }
        bill = try AnthropicBill(
            sumOf: iterations.filter(\.isTurn), apart: iterations.filter { !$0.isTurn }, model: model)
    }

    private static func sum(_ iterations: [AnthropicIteration]) -> (input: Int64, output: Int64) {
        var (input, output): (Int64, Int64) = (0, 0)
        for iteration in iterations {
            let totals = iteration.totals
            input = totals.prefix(3).reduce(input) { TokenCounts.sum($0, $1) }
            output = totals.suffix(1).reduce(output) { TokenCounts.sum($0, $1) }
        }
        return (input, output)
    }
}
