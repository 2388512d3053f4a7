import ScripJSON

/// Reads Bedrock's `Converse` and `ConverseStream`.
///
/// `inputTokens` leaves cached tokens out. A stream states usage once, in its last event (`metadata`). Source: the
/// service model of AWS (`TokenUsage`, `ConverseStreamMetadataEvent`).
struct BedrockConverse: UsageCollector {
    private var counts: TokenCounts?
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

    private static func counts(of node: UsageNode) throws(UsageFormatError) -> TokenCounts {
        guard node.has("inputTokens", "outputTokens") else {
            throw UsageFormatError(pointer: node.pointer, rule: .missing)
        }
        var counts = TokenCounts()
        let (input, output) = (try node.count("inputTokens") ?? 0, try node.count("outputTokens") ?? 0)
        let total = try node.count("totalTokens")
        if let total, total > 0, total < input + output { throw node.error("totalTokens", .whole) }
        let read = try node.count(firstOf: "cacheReadInputTokens", "cacheReadInputTokenCount") ?? 0
        counts.add("input_tokens", input)
        counts.add("output_tokens", output)
        counts.add("cache_read_tokens", read)
        let written = try divide(writesOf: node, into: &counts)
        counts.hide(beyond: input + output + read + written, of: total)
        counts.note(try node.unknownCounts(besides: known))
        return counts
    }

    /// Writes whose lifetime is not stated are those of five minutes, the default.
    private static func divide(
        writesOf node: UsageNode, into counts: inout TokenCounts
    ) throws(UsageFormatError) -> Int64 {
        var (fiveMinutes, oneHour): (Int64, Int64) = (0, 0)
        for detail in try node.nodes("cacheDetails", most: 64) ?? [] {
            let tokens = try detail.count("inputTokens") ?? 0
            switch detail["ttl"] {
            case .string("1h"): oneHour = TokenCounts.sum(oneHour, tokens)
            case nil, .string("5m"): fiveMinutes = TokenCounts.sum(fiveMinutes, tokens)
            default:
                // Each lifetime has a price of its own.
                if tokens > 0 { throw detail.error("ttl", .lifetime) }
            }
        }
        let stated = try node.count(firstOf: "cacheWriteInputTokens", "cacheWriteInputTokenCount")
        let all = stated ?? TokenCounts.sum(fiveMinutes, oneHour)
        var written = TokenTotal(all)
        counts.add("cache_write_1h_tokens", try written.take(oneHour, "cacheDetails", of: node))
        counts.add("cache_write_5m_tokens", try written.take(fiveMinutes, "cacheDetails", of: node))
        counts.add("cache_write_5m_tokens", written.remaining)
        return all
    }

    private static let known: Set<String> = [
        "inputTokens", "outputTokens", "totalTokens", "cacheReadInputTokens", "cacheWriteInputTokens",
        "cacheReadInputTokenCount", "cacheWriteInputTokenCount", "cacheDetails",
    ]

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard counts != nil || isStream else { return nil }
        var usage = ReportedUsage(
            model: model, responseID: responseID, counts: counts?.counts ?? [:], serviceTier: serviceTier(tier),
            speed: speed, isFinal: counts != nil)
        usage.hiddenTokens = counts?.hidden ?? 0
        return usage
    }
}
