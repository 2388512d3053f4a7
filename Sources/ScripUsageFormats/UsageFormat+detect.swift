import ScripJSON

extension UsageFormat {
    /// The format of what a provider returned, seen from its members.
    static func detect(_ raw: JSONValue, provider: String?) -> UsageFormat? {
        switch raw {
        case .object(let members): return detect(UsageNode(members: members, pointer: "#"), provider: provider)
        case .array(let events):
            // `ping` and `error` events look alike everywhere, so the first event that is telling decides.
            for case .object(let members) in events.prefix(1000) {
                if let format = detect(UsageNode(members: members, pointer: "#"), provider: provider) { return format }
            }
            return nil
        default: return nil
        }
    }

    private static func detect(_ node: UsageNode, provider: String?) -> UsageFormat? {
        if let format = byLibrary(node) ?? byKind(node) ?? byMembers(node) { return format }
        if let usage = node.item("usage") { return byCounts(usage, provider: provider) }
        return byCounts(node, provider: provider)
    }

    /// By what only libraries write around the providers' counts.
    private static func byLibrary(_ node: UsageNode) -> UsageFormat? {
        let message = node.item("kwargs") ?? node
        if message.has("response_metadata") || message.has("token_usage") && !message.has("choices") {
            return .langChain
        }
        if let usage = message.item("usage_metadata"), usage.has("input_tokens", "output_tokens") { return .langChain }
        if node.has("totalUsage") { return .aiSDK }
        return nil
    }

    /// By what the object calls itself.
    private static func byKind(_ node: UsageNode) -> UsageFormat? {
        switch node["object"]?.stringValue {
        case "response", "response.compaction": return .openAIResponses
        case "chat.completion", "chat.completion.chunk", "text_completion": return .openAIChat
        case "list" where node.has("data", "usage"): return .openAIEmbeddings
        default: break
        }
        guard let type = node["type"]?.stringValue else { return nil }
        if type.hasPrefix("response.") { return .openAIResponses }
        if type.hasPrefix("image_generation.") || type.hasPrefix("image_edit.") { return .openAIImages }
        if type.hasPrefix("transcript.") || type.hasPrefix("speech.audio.") || type == "duration" {
            return .openAIAudio
        }
        if type == "tokens", node.has("input_tokens") { return .openAIAudio }
        if ["message-start", "message-end", "content-start", "content-delta", "content-end"].contains(type) {
            return .cohere
        }
        switch type {
        case "message", "message_start", "message_delta", "message_stop", "content_block_start",
            "content_block_delta", "content_block_stop":
            return .anthropicMessages
        default: return nil
        }
    }

    /// By members only one kind of response has.
    private static func byMembers(_ node: UsageNode) -> UsageFormat? {
        if node.has("choices", "x_groq") { return .openAIChat }
        if node.has("billed_units") { return .cohere }
        if node.item("meta")?.has("billed_units") == true || node.item("usage")?.has("billed_units") == true {
            return .cohere
        }
        if node.has("prompt_eval_count", "eval_count") { return .ollama }
        if node.has("done"), node.has("created_at") { return .ollama }
        if node.has("usageMetadata", "usage_metadata", "candidates") { return .gemini }
        if node.has("stopReason", "messageStart", "contentBlockDelta", "contentBlockStart", "messageStop") {
            return .bedrockConverse
        }
        if let metadata = node.item("metadata"), metadata.item("usage")?.has("inputTokens") == true {
            return .bedrockConverse
        }
        if node.has("created"), node.has("data") { return .openAIImages }
        if node.has("text"), node.has("duration") || node.item("usage")?.has("type") == true { return .openAIAudio }
        return nil
    }

    /// By the names of the counts. A shape that several write alike and mean differently is none.
    private static func byCounts(_ usage: UsageNode, provider: String?) -> UsageFormat? {
        if usage.has("inputTokens", "outputTokens", "promptTokens", "completionTokens") {
            return byCamelCounts(usage, provider: provider)
        }
        if usage.has("promptTokenCount", "totalTokenCount", "prompt_token_count", "total_token_count") {
            return .gemini
        }
        if usage.has("completion_tokens") { return .openAIChat }
        if usage.has("prompt_tokens") {
            return usage.has("prompt_tokens_details", "prompt_cache_hit_tokens") ? .openAIChat : .openAIEmbeddings
        }
        if usage.has("request_tokens", "response_tokens") { return .pydanticAI }
        if let type = usage["type"]?.stringValue, ["tokens", "duration"].contains(type) { return .openAIAudio }
        guard usage.has("input_tokens", "output_tokens") else { return nil }
        return byPlainCounts(usage, provider: provider)
    }

    private static func byCamelCounts(_ usage: UsageNode, provider: String?) -> UsageFormat? {
        if usage.has(
            "cacheReadInputTokens", "cacheWriteInputTokens", "cacheDetails", "cacheReadInputTokenCount",
            "cacheWriteInputTokenCount")
        {
            return .bedrockConverse
        }
        if usage.has(
            "cachedInputTokens", "reasoningTokens", "inputTokenDetails", "outputTokenDetails", "promptTokens",
            "completionTokens") || usage.item("inputTokens") != nil || usage.item("outputTokens") != nil
        {
            return .aiSDK
        }
        // Plain counts mean the same in both shapes.
        return provider == nil || provider == "bedrock" ? .bedrockConverse : .aiSDK
    }

    private static func byPlainCounts(_ usage: UsageNode, provider: String?) -> UsageFormat? {
        if usage.has(
            "cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation", "server_tool_use",
            "service_tier", "inference_geo", "iterations", "speed")
            || usage.item("output_tokens_details")?.has("thinking_tokens") == true
        {
            return .anthropicMessages
        }
        if usage.has(
            "details", "cache_write_1h_tokens", "output_reasoning_tokens", "input_audio_tokens",
            "cache_audio_read_tokens", "output_audio_tokens", "tool_calls")
        {
            return .pydanticAI
        }
        // Scrip's own classes have these names, too, and leave them out of the input.
        if usage.has("cache_read_tokens", "cache_write_tokens", "cache_write_5m_tokens") { return nil }
        let details = usage.item("input_token_details") ?? usage.item("output_token_details")
        if let details, !details.has("cached_tokens", "text_tokens", "audio_tokens", "image_tokens") {
            return .langChain
        }
        if let details = usage.item("input_token_details") {
            return details.has("cached_tokens") || usage.has("output_token_details") ? .openAIResponses : .openAIAudio
        }
        if let details = usage.item("input_tokens_details") {
            return details.has("image_tokens", "text_tokens") && !details.has("cached_tokens")
                ? .openAIImages : .openAIResponses
        }
        if usage.has("total_tokens", "output_tokens_details") { return .openAIResponses }
        // Two plain counts mean the same in both shapes.
        return ["openai", "azure", "xai"].contains(provider) ? .openAIResponses : .anthropicMessages
    }
}
