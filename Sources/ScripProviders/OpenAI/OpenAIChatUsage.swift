/// The `usage` of a chat completion, taken apart.
///
/// `prompt_tokens` includes cached, written, audio and image tokens; `completion_tokens` includes reasoning, audio and
/// image tokens and both kinds of predicted tokens (rejected ones are billed as output). Source: the types of OpenAI's
/// SDK (`CompletionUsage`).
struct OpenAIChatUsage {
    let node: UsageNode

    init(_ node: UsageNode) {
        self.node = node
    }

    func counts() throws(UsageFormatError) -> [String: Int64] {
        guard node.has("prompt_tokens", "completion_tokens", "total_tokens") else {
            throw UsageFormatError(pointer: node.pointer, rule: .missing)
        }
        var counts = TokenCounts()
        let completion = try node.count("completion_tokens") ?? 0
        // A few answers state no prompt, only the total.
        let rest = max(0, (try node.count("total_tokens") ?? 0) - completion)
        let prompt = try node.count("prompt_tokens") ?? rest
        try divide(prompt: prompt, into: &counts)
        try divide(completion: completion, prompt: prompt, into: &counts)
        counts.add("seconds", try node.count("prompt_audio_seconds"))  // Mistral
        counts.add("web_searches", try node.count("num_search_queries"))  // Perplexity
        counts.add("web_searches", try node.item("server_tool_use")?.count("web_search_requests"))  // OpenRouter
        return counts.counts
    }

    private func divide(prompt: Int64, into counts: inout TokenCounts) throws(UsageFormatError) {
        let details = try node.node("prompt_tokens_details")
        var total = TokenTotal(prompt)
        if let cached = try details?.count("cached_tokens") {
            counts.add("cache_read_tokens", try total.take(cached, "cached_tokens", of: details))
        } else if let hits = try node.count("prompt_cache_hit_tokens") {  // DeepSeek
            counts.add("cache_read_tokens", try total.take(hits, "prompt_cache_hit_tokens", of: node))
        } else {  // Moonshot
            counts.add("cache_read_tokens", try total.take(node.count("cached_tokens"), "cached_tokens", of: node))
        }
        let written = try total.take(details?.count("cache_write_tokens"), "cache_write_tokens", of: details)
        counts.add("cache_write_5m_tokens", written)
        let media = try OpenAIMedia(details: details, total: prompt)
        counts.add("audio_input_tokens", total.takeAtMost(media.audio))
        counts.add("image_input_tokens", total.takeAtMost(media.image))
        counts.add("input_tokens", total.remaining)
    }

    private func divide(
        completion: Int64, prompt: Int64, into counts: inout TokenCounts
    ) throws(UsageFormatError) {
        let details = try node.node("completion_tokens_details")
        let reasoning = try details?.count("reasoning_tokens") ?? 0
        let stated = try node.count("total_tokens") ?? 0
        var total = TokenTotal(completion)
        // xAI counts reasoning beside the completion, which only the total of all tokens shows.
        if reasoning > 0, stated == prompt + completion + reasoning {
            counts.add("reasoning_tokens", reasoning)
        } else {
            if stated > 0, stated < prompt + completion { throw node.error("total_tokens", .whole) }
            counts.add("reasoning_tokens", try total.take(reasoning, "reasoning_tokens", of: details))
        }
        let audio = try total.take(details?.count("audio_tokens"), "audio_tokens", of: details)
        let image = try total.take(details?.count("image_tokens"), "image_tokens", of: details)
        counts.add("audio_output_tokens", audio)
        counts.add("image_output_tokens", image)
        counts.add("output_tokens", total.remaining)
    }
}

/// Audio and image tokens of an input, less those that were read from the cache and are counted there.
struct OpenAIMedia {
    var audio: Int64
    var image: Int64

    init(details: UsageNode?, total: Int64) throws(UsageFormatError) {
        let cached = try details?.node("cached_tokens_details")
        audio = try details?.count("audio_tokens") ?? 0
        image = try details?.count("image_tokens") ?? 0
        if let details, audio > total { throw details.error("audio_tokens", .whole) }
        if let details, image > total { throw details.error("image_tokens", .whole) }
        audio = max(0, audio - (try cached?.count("audio_tokens") ?? 0))
        image = max(0, image - (try cached?.count("image_tokens") ?? 0))
    }
}
