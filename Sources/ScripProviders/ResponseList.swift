import ScripJSON

/// A list that should hold the events of one stream.
///
/// Reading several responses as one stream would keep the last one's usage and drop the others', so a list of several is
/// refused. Two responses have different ids; two bare usage objects or two whole responses are never parts of one.
enum ResponseList {
    private static let wholeObjects: Set<String> = ["chat.completion", "text_completion", "response", "list"]

    static func requireOne(_ events: [JSONValue]) throws(UsageFormatError) {
        var identity: String?
        var wholeCount = 0
        for (index, event) in events.enumerated() {
            guard case .object(let members) = event else { continue }
            let node = UsageNode(members: members, pointer: "#/\(index)")
            if let id = responseID(node) {
                if let identity, identity != id { throw UsageFormatError(pointer: node.pointer, rule: .several) }
                identity = id
            }
            if isWhole(node) { wholeCount += 1 }
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
        if node.has("choices", "object"), node["object"]?.stringValue != "list" { return node["id"]?.stringValue }
        return node["responseId"]?.stringValue ?? node["response_id"]?.stringValue
    }

    /// Whether an object is a whole answer, or the usage of one, and no event of a stream.
    private static func isWhole(_ node: UsageNode) -> Bool {
        if let object = node["object"]?.stringValue { return wholeObjects.contains(object) }
        if let type = node["type"]?.stringValue { return type == "message" || type == "ai" }
        if node.has("choices", "x_groq", "usageMetadata", "candidates", "metadata", "done") { return false }
        return node.has(
            "prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "inputTokens", "outputTokens",
            "promptTokenCount", "prompt_token_count", "usage_metadata", "response_metadata", "usage", "billed_units")
    }
}
