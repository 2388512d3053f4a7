import ScripCore
import ScripJSON

/// Reads OpenAI's chat completions, whole and streamed, and those of everyone who answers like it.
///
/// `usage` states the whole call, so the last one that is not null holds: OpenAI sends it on a last chunk without
/// choices, OpenRouter on the last chunk with one, vLLM on every chunk, Groq under `x_groq`, Moonshot inside a choice.
struct OpenAIChat: UsageCollector {
    private var counts: TokenCounts?
    private var calls: [ReportedUsage.Call] = []
    private var servingModel: String?
    private var cost: String?
    private var geography: String?
    private var speed: String?
    private var model: String?
    private var responseID: String?
    private var tier: String?
    private var isRecognised = false
    private var isStream = false
    private var isComplete = false

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        if event.has("prompt_tokens", "completion_tokens") {
            isRecognised = true
            try take(event)
            return
        }
        let choices = event.items("choices")
        let isChunk = event["object"]?.stringValue == "chat.completion.chunk" || choices.contains { $0.has("delta") }
        guard isChunk || event.has("choices", "usage", "x_groq") else {
            if event.has("error") { isStream = true }
            return
        }
        isRecognised = true
        isStream = isStream || isChunk
        model = try event.text("model") ?? model
        responseID = try event.text("id") ?? responseID
        tier = try event.text("service_tier") ?? tier
        if choices.contains(where: { $0.has("finish_reason") }) { isComplete = true }
        guard let usage = try OpenAIChat.usage(in: event, choices: choices) else {
            if !isStream { throw event.error("usage", .missing) }
            return
        }
        try take(usage)
        if choices.isEmpty { isComplete = true }
    }

    private mutating func take(_ node: UsageNode) throws(UsageFormatError) {
        let usage = try OpenAIChatUsage(node)
        (counts, calls) = (try usage.counts(), [])
        cost = usage.cost ?? cost
        tier = try node.text("service_tier") ?? tier
        geography = try node.text("inference_geo") ?? geography
        speed = try node.text("speed") ?? speed
        guard case .array? = node["iterations"] else { return }
        let bill = try LiteLLMIterations(node, model: model).bill
        var own = TokenCounts()
        for (name, count) in bill.counts { own.add(name, count) }
        own.hide(counts?.hidden ?? 0)
        for (name, count) in counts?.counts ?? [:] where TokenClass(rawValue: name) == nil { own.add(name, count) }
        (counts, calls, servingModel) = (own, bill.calls, bill.servingModel)
    }

    private static func usage(in event: UsageNode, choices: [UsageNode]) throws(UsageFormatError) -> UsageNode? {
        if let usage = try event.node("usage") { return usage }
        if let usage = try event.item("x_groq")?.node("usage") { return usage }
        for choice in choices {
            if let usage = try choice.node("usage") { return usage }
        }
        return nil
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard isRecognised || isStream else { return nil }
        var usage = ReportedUsage(
            model: servingModel ?? model, responseID: responseID, counts: counts?.counts ?? [:],
            serviceTier: serviceTier(tier), geography: geography, speed: speed, otherCalls: calls,
            isFinal: counts != nil && (!isStream || isComplete))
        usage.hiddenTokens = counts?.hidden ?? 0
        usage.cost = cost
        return usage
    }
}
