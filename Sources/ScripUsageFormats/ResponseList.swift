import ScripJSON

/// A list that should hold the events of one stream.
///
/// Reading several responses as one stream would keep the last one's usage and drop the others', so a list of several
/// is refused. Two responses have different ids; two bare usage objects or two whole responses are never parts of one,
/// and no stream ends twice.
enum ResponseList {
    private static let wholeObjects: Set<String> = ["chat.completion", "text_completion", "response", "list"]

    static func requireOne(_ events: [JSONValue]) throws(UsageFormatError) {
        var identity: String?
        var wholeCount = 0
        var ends = StreamEnds()
        for (index, event) in events.enumerated() {
            guard case .object(let members) = event else { continue }
            let node = UsageNode(members: members, pointer: "#/\(index)")
            if let id = responseID(node) {
                if let identity, identity != id { throw UsageFormatError(pointer: node.pointer, rule: .several) }
                identity = id
            }
            if isWhole(node) { wholeCount += 1 }
            if ends.isSecond(node) { throw UsageFormatError(pointer: node.pointer, rule: .several) }
            if wholeCount > 1 { throw UsageFormatError(pointer: node.pointer, rule: .several) }
        }
    }

    /// The id of the response that an event belongs to; absent where events have ids of their own.
    private static func responseID(_ node: UsageNode) -> String? {
        switch node["type"]?.stringValue {
        case "message_start": return node.item("message")?["id"]?.stringValue
        case "message": return node["id"]?.stringValue
        case let type? where type.hasPrefix("response."): return node.item("response")?["id"]?.stringValue
        case nil: break
        default: return nil
        }
        if node.has("choices", "object"), node["object"]?.stringValue != "list" {
            return node["id"]?.stringValue
        }
        let names = ["responseId", "response_id", "generation_id"]
        return names.lazy.compactMap { node[$0]?.stringValue }.first
    }

    /// Whether an object is a whole answer, or the usage of one, and no event of a stream.
    private static func isWhole(_ node: UsageNode) -> Bool {
        if let object = node["object"]?.stringValue { return wholeObjects.contains(object) }
        if let type = node["type"]?.stringValue, type != "constructor" {
            return type == "message" || type == "ai"
        }
        if node.has("kwargs", "totalUsage", "token_usage", "meta", "duration") { return true }
        if node.has("choices", "x_groq", "usageMetadata", "candidates", "metadata", "done") {
            return false
        }
        return node.has(
            "prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "inputTokens", "outputTokens",
            "promptTokenCount", "prompt_token_count", "usage_metadata", "response_metadata", "usage", "billed_units")
    }
}

/// Where streams end in a list whose elements have no ids.
private struct StreamEnds {
    private var hasStopped = false
    private var isDone = false
    private var finishedPrompt: JSONValue?

    /// Whether an element belongs to another stream than one that ended before.
    mutating func isSecond(_ node: UsageNode) -> Bool {
        // Anthropic: one message begins after another one stopped.
        if node["type"]?.stringValue == "message_start" && hasStopped { return true }
        if node["type"]?.stringValue == "message_stop" { hasStopped = true }
        // Ollama: only the last object is done.
        if node["done"] == .bool(true), node.has("eval_count", "prompt_eval_count") {
            if isDone { return true }
            isDone = true
        }
        // Gemini states the prompt's tokens in each chunk, the same ones; some models say in each that they have
        // finished.
        let gemini = GeminiNode(node)
        guard gemini.items("candidates").contains(where: { $0.has("finishReason") }),
            let prompt = gemini.item("usageMetadata")?["promptTokenCount"]
        else { return false }
        defer { finishedPrompt = prompt }
        return finishedPrompt.map { $0 != prompt } ?? false
    }
}
