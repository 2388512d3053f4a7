import ScripJSON

/// Reads LangChain's messages: the whole message, its `response_metadata`, or its `usage_metadata`.
///
/// Where the message carries the provider's own usage object, that one is read, since it says more.
struct LangChain: UsageCollector {
    private var counts: TokenCounts?
    private var provider: String?
    private var model: String?
    private var responseID: String?
    private var tier: String?
    private var geography: String?
    private var calls: [ReportedUsage.Call] = []
    private var isUnderWay = false

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        // Messages that were serialized whole stand under `kwargs`.
        let message = event.item("kwargs") ?? event
        if message.has("input_tokens", "output_tokens") {
            try take(LangChainUsage(message))
            return
        }
        let isMetadata = message.has("token_usage", "model_name", "model_provider") && !message.has("response_metadata")
        let metadata = isMetadata ? message : message.item("response_metadata")
        if let metadata { try take(metadata: metadata) }
        if let stated = try message.node("usage_metadata") {
            // Some write the provider's totals alone beside it.
            let mayTellMore = calls.isEmpty && counts?.tellsCache == false
            let tellsMore = mayTellMore ? try LangChain.tellsCache(stated) : counts == nil
            if tellsMore { try take(LangChainUsage(stated)) }
        }
        if counts == nil { throw message.error("usage_metadata", .missing) }
    }

    private mutating func take(_ usage: LangChainUsage) throws(UsageFormatError) {
        counts = try usage.counts()
        tier = usage.serviceTier ?? tier
    }

    private static func tellsCache(_ stated: UsageNode) throws(UsageFormatError) -> Bool {
        guard stated.has("input_tokens", "output_tokens") else { return false }
        return try LangChainUsage(stated).counts().tellsCache
    }

    private mutating func take(metadata: UsageNode) throws(UsageFormatError) {
        provider = try metadata.text("model_provider") ?? provider
        model = try metadata.text(firstOf: "model_name", "model", "model_id") ?? model
        responseID = try metadata.text("id") ?? responseID
        tier = try metadata.text("service_tier") ?? tier
        isUnderWay = metadata["done"] == .bool(false)  // Ollama
        if let stated = try metadata.node("token_usage"), stated.has("prompt_tokens", "completion_tokens") {
            let usage = try OpenAIChatUsage(stated)
            (counts, calls) = (try usage.counts(), [])
        } else if let stated = try metadata.node("usage"), stated.has("input_tokens", "output_tokens") {
            let usage = try AnthropicUsage(stated)
            let bill = try AnthropicBill(usage, model: model, declined: model)
            var own = TokenCounts()
            for (name, count) in bill.counts { own.add(name, count) }
            (counts, calls) = (own, bill.calls)
            tier = usage.serviceTier ?? tier
            geography = usage.geography
        }
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard let counts else { return nil }
        var usage = ReportedUsage(
            provider: provider, model: model, responseID: responseID, counts: counts.counts,
            serviceTier: serviceTier(tier), geography: geography, otherCalls: calls, isFinal: !isUnderWay)
        usage.hiddenTokens = counts.hidden
        return usage
    }
}

/// LangChain's `usage_metadata`, in which `input_tokens` includes cached and written tokens and `output_tokens`
/// includes reasoning.
///
/// For OpenAI's `flex` and `priority` tiers the names of details begin with the tier, and the rest stands under the
/// tier's own name. Sources: `langchain_core.messages.ai.UsageMetadata`, `langchain_openai`, `langchain_anthropic`.
struct LangChainUsage {
    let node: UsageNode
    /// The tier that the names of the details tell.
    let serviceTier: String?

    private static let tiers = ["flex", "priority"]
    private static let inputNames: Set<String> = [
        "cache_read", "cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens", "audio", "image",
        "text", "video",
    ]
    private static let outputNames: Set<String> = ["reasoning", "audio", "image", "text", "video"]
    private static let known: Set<String> = [
        "input_tokens", "output_tokens", "total_tokens", "input_token_details", "output_token_details",
    ]

    init(_ node: UsageNode) throws(UsageFormatError) {
        self.node = node
        let names = (node.item("input_token_details")?.members.members ?? []).map(\.name)
        serviceTier = LangChainUsage.tiers.first { tier in names.contains { $0 == tier || $0.hasPrefix(tier + "_") } }
    }

    func counts() throws(UsageFormatError) -> TokenCounts {
        guard node.has("input_tokens", "output_tokens") else {
            throw UsageFormatError(pointer: node.pointer, rule: .missing)
        }
        var counts = TokenCounts()
        let (stated, made) = (try node.count("input_tokens") ?? 0, try node.count("output_tokens") ?? 0)
        let details = try node.node("input_token_details")
        var input = TokenTotal(stated)
        counts.add("cache_read_tokens", try input.take(detail("cache_read", details), "cache_read", of: details))
        let short = try details?.count("ephemeral_5m_input_tokens") ?? 0
        let long = try details?.count("ephemeral_1h_input_tokens") ?? 0
        // The total of writes is 0 where the split by lifetime is stated.
        let written = max(try detail("cache_creation", details) ?? 0, short + long)
        counts.add("cache_write_1h_tokens", try input.take(long, "ephemeral_1h_input_tokens", of: details))
        counts.add("cache_write_5m_tokens", try input.take(written - long, "cache_creation", of: details))
        counts.add("audio_input_tokens", input.takeAtMost(try details?.count("audio")))
        counts.add("image_input_tokens", input.takeAtMost(try details?.count("image")))
        counts.add("input_tokens", input.remaining)
        let outputDetails = try node.node("output_token_details")
        var output = TokenTotal(made)
        counts.add(
            "reasoning_tokens", try output.take(detail("reasoning", outputDetails), "reasoning", of: outputDetails))
        counts.add("audio_output_tokens", try output.take(outputDetails?.count("audio"), "audio", of: outputDetails))
        counts.add("image_output_tokens", try output.take(outputDetails?.count("image"), "image", of: outputDetails))
        counts.add("output_tokens", output.remaining)
        counts.hide(beyond: stated + made, of: try node.count("total_tokens"))
        counts.note(try node.unknownCounts(besides: LangChainUsage.known))
        try counts.note(detailsOf: details, besides: known(LangChainUsage.inputNames))
        try counts.note(detailsOf: outputDetails, besides: known(LangChainUsage.outputNames))
        return counts
    }

    private func detail(_ name: String, _ details: UsageNode?) throws(UsageFormatError) -> Int64? {
        if let serviceTier, let count = try details?.count("\(serviceTier)_\(name)") { return count }
        return try details?.count(name)
    }

    /// The names with those that tell the tier.
    private func known(_ names: Set<String>) -> Set<String> {
        guard let serviceTier else { return names }
        return names.union(names.map { "\(serviceTier)_\($0)" } + [serviceTier])
    }
}
