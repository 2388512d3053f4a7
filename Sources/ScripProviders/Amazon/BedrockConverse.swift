import ScripJSON

/// Reads Bedrock's `Converse` and `ConverseStream`.
///
/// `inputTokens` leaves cached tokens out. A stream states usage once, in its last event (`metadata`). Source: the
/// service model of AWS (`TokenUsage`, `ConverseStreamMetadataEvent`).
struct BedrockConverse: UsageCollector {
    private var counts: [String: Int64]?
    private var model: String?
    private var responseID: String?
    private var tier: String?
    private var speed: String?
    private var isStream = false

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        if event.has("inputTokens", "outputTokens") {
            counts = try BedrockConverse.counts(of: event)
        } else if event.has("usage") {
            try take(event)
        } else if let metadata = event.item("metadata") {
            isStream = true
            if metadata.has("usage") { try take(metadata) }
        } else if event.has("output", "stopReason") {
            throw event.error("usage", .missing)
        } else {
            isStream =
                isStream
                || event.has(
                    "messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop",
                    "internalServerException", "modelStreamErrorException", "throttlingException",
                    "serviceUnavailableException", "validationException")
        }
    }

    private mutating func take(_ node: UsageNode) throws(UsageFormatError) {
        if let usage = try node.node("usage") { counts = try BedrockConverse.counts(of: usage) }
        tier = try node.item("serviceTier")?.text("type") ?? tier
        if node.item("performanceConfig")?["latency"]?.stringValue == "optimized" { speed = "optimized" }
        model = try node.item("trace")?.item("promptRouter")?.text("invokedModelId") ?? model
        responseID = try node.item("ResponseMetadata")?.text("RequestId") ?? responseID
        responseID = try node.item("$metadata")?.text("requestId") ?? responseID
    }

    private static func counts(of node: UsageNode) throws(UsageFormatError) -> [String: Int64] {
        guard node.has("inputTokens", "outputTokens") else {
            throw UsageFormatError(pointer: node.pointer, rule: .missing)
        }
        var counts = TokenCounts()
        let (input, output) = (try node.count("inputTokens") ?? 0, try node.count("outputTokens") ?? 0)
        if let total = try node.count("totalTokens"), total > 0, total < input + output {
            throw node.error("totalTokens", .whole)
        }
        counts.add("input_tokens", input)
        counts.add("output_tokens", output)
        counts.add("cache_read_tokens", try node.count("cacheReadInputTokens"))
        try divide(writesOf: node, into: &counts)
        return counts.counts
    }

    /// Writes whose lifetime is not stated are those of five minutes, the default.
    private static func divide(writesOf node: UsageNode, into counts: inout TokenCounts) throws(UsageFormatError) {
        var (fiveMinutes, oneHour): (Int64, Int64) = (0, 0)
        for detail in try node.nodes("cacheDetails", most: 64) ?? [] {
            let tokens = try detail.count("inputTokens") ?? 0
            if detail["ttl"]?.stringValue == "1h" { oneHour += tokens } else { fiveMinutes += tokens }
        }
        var written = TokenTotal(try node.count("cacheWriteInputTokens") ?? fiveMinutes + oneHour)
        counts.add("cache_write_1h_tokens", try written.take(oneHour, "cacheDetails", of: node))
        counts.add("cache_write_5m_tokens", try written.take(fiveMinutes, "cacheDetails", of: node))
        counts.add("cache_write_5m_tokens", written.remaining)
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard counts != nil || isStream else { return nil }
        return ReportedUsage(
            model: model, responseID: responseID, counts: counts ?? [:], serviceTier: serviceTier(tier), speed: speed,
            isFinal: counts != nil)
    }
}
