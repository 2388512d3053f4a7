/// The `usage` of a chat completion, taken apart.
///
/// `prompt_tokens` includes cached, written, audio and image tokens; `completion_tokens` includes reasoning, audio and
/// image tokens and both kinds of predicted tokens (rejected ones are billed as output). Source: the types of OpenAI's
/// SDK (`CompletionUsage`).
///
/// Others who answer like OpenAI write more, each by its own documentation: DeepSeek `prompt_cache_hit_tokens`,
/// Moonshot `cached_tokens`, xAI reasoning beside the completion, Perplexity citations, reasoning and searches beside
/// the counts, Mistral `prompt_audio_seconds`, Qwen lifetimes of cache writes among the details; some repeat the counts
/// or the details under the names of the Responses API; LiteLLM writes Anthropic's names and lifetimes of cache writes
/// beside OpenAI's.
struct OpenAIChatUsage {
    let node: UsageNode

    private static let promptDetailNames = [
        "prompt_tokens_details", "prompt_token_details", "input_tokens_details", "input_token_details",
    ]
    private static let completionDetailNames = [
        "completion_tokens_details", "completion_token_details", "output_tokens_details", "output_token_details",
    ]
    private static let knownCounts: Set<String> = [
        "prompt_tokens", "completion_tokens", "total_tokens", "prompt_cache_hit_tokens", "prompt_cache_miss_tokens",
        "cached_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "citation_tokens",
        "reasoning_tokens", "input_tokens", "output_tokens", "num_cached_tokens", "prompt_audio_seconds",
        "num_search_queries", "num_sources_used", "server_tool_use", "cache_creation", "iterations",
    ]
    private static let known = knownCounts.union(promptDetailNames).union(completionDetailNames)
    private static let promptParts: Set<String> = [
        "cached_tokens", "cache_write_tokens", "cache_creation_tokens", "audio_tokens", "image_tokens", "text_tokens",
        "video_tokens", "file_tokens", "tool_use_tokens", "initial_prompt_tokens", "cached_tokens_details",
        "cache_creation_token_details", "cache_creation", "cache_creation_input_tokens", "web_search_requests",
        "google_maps_grounding_requests",
    ]
    private static let completionParts: Set<String> = [
        "reasoning_tokens", "audio_tokens", "image_tokens", "text_tokens", "video_tokens",
        "accepted_prediction_tokens", "rejected_prediction_tokens",
    ]

    private let promptDetails: UsageNode?
    private let completionDetails: UsageNode?

    init(_ node: UsageNode) throws(UsageFormatError) {
        self.node = node
        promptDetails = try node.details(OpenAIChatUsage.promptDetailNames)
        completionDetails = try node.details(OpenAIChatUsage.completionDetailNames)
    }

    func counts() throws(UsageFormatError) -> TokenCounts {
        guard node.has("prompt_tokens", "completion_tokens", "total_tokens") else {
            throw UsageFormatError(pointer: node.pointer, rule: .missing)
        }
        var counts = TokenCounts()
        let completion = try node.count("completion_tokens") ?? 0
        let total = try node.count("total_tokens")
        // A few answers state no prompt, only the total.
        let prompt = try node.count("prompt_tokens") ?? max(0, (total ?? 0) - completion)
        try divide(prompt: prompt, into: &counts)
        let beside = try divide(completion: completion, prompt: prompt, into: &counts)
        counts.hide(beyond: prompt + completion + beside, of: total)
        counts.add("input_tokens", try node.count("citation_tokens"))  // Perplexity, at the price of input
        counts.add("seconds", try DurationSeconds.roundedUp(node, "prompt_audio_seconds"))  // Mistral
        try addSearches(to: &counts)
        counts.note(try node.unknownCounts(besides: OpenAIChatUsage.known))
        counts.note(try node.item("server_tool_use")?.unknownCounts(besides: ["web_search_requests"]))
        try counts.note(detailsOf: promptDetails, besides: OpenAIChatUsage.promptParts)
        try counts.note(detailsOf: completionDetails, besides: OpenAIChatUsage.completionParts)
        return counts
    }

    /// What the provider says the call cost.
    var cost: String? { node.statedCost }

    private func addSearches(to counts: inout TokenCounts) throws(UsageFormatError) {
        let details = promptDetails
        // Perplexity; OpenRouter and LiteLLM; LiteLLM for others.
        let searches = [
            try node.count("num_search_queries"), try node.item("server_tool_use")?.count("web_search_requests"),
            try details?.count("web_search_requests"),
        ]
        counts.add("web_searches", searches.lazy.compactMap { $0 }.first)
        counts.add("map_searches", try details?.count("google_maps_grounding_requests"))  // LiteLLM
        counts.add("search_sources", try node.count("num_sources_used"))  // xAI
    }

    private func divide(prompt: Int64, into counts: inout TokenCounts) throws(UsageFormatError) {
        let details = promptDetails
        var total = TokenTotal(prompt)
        if let cached = try details?.count("cached_tokens"), cached > 0 {
            counts.add("cache_read_tokens", try total.take(cached, "cached_tokens", of: details))
        } else {
            for name in ["prompt_cache_hit_tokens", "cached_tokens", "cache_read_input_tokens", "num_cached_tokens"] {
                guard let cached = try node.count(name), cached > 0 else { continue }
                counts.add("cache_read_tokens", try total.take(cached, name, of: node))
                break
            }
        }
        try divide(writesOf: details, total: &total, into: &counts)
        let media = try OpenAIMedia(details: details, total: prompt)
        counts.add("audio_input_tokens", total.takeAtMost(media.audio))
        counts.add("image_input_tokens", total.takeAtMost(media.image))
        counts.add("input_tokens", total.remaining)
    }

    private func divide(
        writesOf details: UsageNode?, total: inout TokenTotal, into counts: inout TokenCounts
    ) throws(UsageFormatError) {
        let named = try details?.count(
            firstOf: "cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens")
        let flat = try node.count("cache_creation_input_tokens")
        let stated = [named, flat].lazy.compactMap { $0 }.first { $0 > 0 }
        let nested = try details?.node(firstOf: "cache_creation_token_details", "cache_creation")
        let beside = try node.node("cache_creation")
        let split = nested ?? beside
        try split?.requireOnly(["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"])
        let short = try split?.count("ephemeral_5m_input_tokens") ?? 0
        let long = try split?.count("ephemeral_1h_input_tokens") ?? 0
        let written = try total.take(stated ?? (short + long), "cache_write_tokens", of: details ?? node)
        var rest = TokenTotal(written)
        counts.add("cache_write_1h_tokens", try rest.take(long, "ephemeral_1h_input_tokens", of: split))
        _ = try TokenTotal(rest.remaining).requiring(short, "ephemeral_5m_input_tokens", of: split)
        counts.add("cache_write_5m_tokens", rest.remaining)
    }

    /// - Returns: reasoning that stands beside the completion.
    private func divide(
        completion: Int64, prompt: Int64, into counts: inout TokenCounts
    ) throws(UsageFormatError) -> Int64 {
        let details = completionDetails
        let (divided, flat) = (try details?.count("reasoning_tokens"), try node.count("reasoning_tokens"))
        let reasoning = divided ?? flat ?? 0
        let stated = try node.count("total_tokens") ?? 0
        var total = TokenTotal(completion)
        let parts = prompt + completion
        if stated > 0, stated < parts { throw node.error("total_tokens", .whole) }
        // xAI counts reasoning beside the completion, which only the total of all tokens shows; Perplexity does not
        // even count it there.
        let isBeside = reasoning > 0 && (stated >= TokenCounts.sum(parts, reasoning) || isPerplexity)
        counts.add(
            "reasoning_tokens",
            isBeside ? reasoning : try total.take(reasoning, "reasoning_tokens", of: details ?? node))
        let audio = try total.take(details?.count("audio_tokens"), "audio_tokens", of: details)
        let image = try total.take(details?.count("image_tokens"), "image_tokens", of: details)
        counts.add("audio_output_tokens", audio)
        counts.add("image_output_tokens", image)
        counts.add("output_tokens", total.remaining)
        return isBeside && stated >= TokenCounts.sum(parts, reasoning) ? reasoning : 0
    }

    private var isPerplexity: Bool { node.has("citation_tokens", "num_search_queries", "search_context_size") }
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
