import ScripJSON

/// One element of Anthropic's `usage.iterations`.
///
/// Which of them the counts beside the list already hold decides what is billed apart:
///
/// - `compaction` and `advisor_message` are never in them. Each is a call of its own, an advisor at its own model, a
///   compaction at the request's.
/// - `message` and `fallback_message` are the model's own turns. The counts beside the list are the sum of the turns
///   of the model that served the response, so these turns are never added again.
/// - When the request's model declined and a fallback model served, the turns of the declining model come first and
///   are not in the counts; they are calls of their own at the declining model. A turn that produced no output before
///   it declined is not billed and is left out.
/// - Should the counts equal the sum of all turns nevertheless, they hold the declined ones too; these are then taken
///   out of them, so that each token is counted once, at its own model.
///
/// Sources: the types of Anthropic's SDK (`BetaUsage.iterations`, `BetaFallbackMessageIterationUsage`) and the guide
/// "Refusals and fallback".
struct AnthropicIteration: Sendable {
    enum Kind: String {
        case message, compaction
        case advisor = "advisor_message"
        case fallback = "fallback_message"
    }

    static let most = 64

    var kind: Kind
    var model: String?
    var counts: [String: Int64]

    var isTurn: Bool { kind == .message || kind == .fallback }
    var hasOutput: Bool { counts["output_tokens"] != nil || counts["reasoning_tokens"] != nil }

    /// Input, written, read and output tokens, whatever finer division only one side states.
    var totals: [Int64] { AnthropicIteration.totals(of: counts) }

    static func totals(of counts: [String: Int64]) -> [Int64] {
        func sum(_ names: String...) -> Int64 { names.reduce(0) { $0 + counts[$1, default: 0] } }
        return [
            sum("input_tokens"), sum("cache_read_tokens"), sum("cache_write_5m_tokens", "cache_write_1h_tokens"),
            sum("output_tokens", "reasoning_tokens"),
        ]
    }

    static func list(in usage: UsageNode) throws(UsageFormatError) -> [AnthropicIteration]? {
        guard let value = usage["iterations"] else { return nil }
        if let elements = value.arrayValue, elements.count > most { throw usage.error("iterations", .iterations) }
        var list: [AnthropicIteration] = []
        for node in try usage.nodes("iterations") ?? [] {
            guard let kind = Kind(rawValue: node["type"]?.stringValue ?? "") else {
                throw node.error("type", .iteration)
            }
            let used = try AnthropicUsage(flat: node)
            list.append(
                AnthropicIteration(kind: kind, model: try node.text("model"), counts: try used.counts().counts))
        }
        return list
    }
}

extension AnthropicUsage {
    /// The counts of an iteration, which has no iterations of its own.
    fileprivate init(flat node: UsageNode) throws(UsageFormatError) {
        let members = node.members.members.filter { $0.name != "iterations" }
        try self.init(UsageNode(members: .init(members), pointer: node.pointer))
    }
}
