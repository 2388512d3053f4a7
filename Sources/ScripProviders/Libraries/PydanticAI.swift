import ScripJSON

/// Reads Pydantic AI's `RequestUsage` and `RunUsage`.
///
/// Parts are inside their wholes: `input_tokens` includes read, written and audio tokens, `cache_write_tokens` those
/// written for an hour, `output_tokens` reasoning and audio; tokens of cached audio are in both cached and audio ones.
/// `details` repeats what the provider said and is not billed apart. Source: `pydantic_ai.usage`.
struct PydanticAI: UsageCollector {
    private var counts: TokenCounts?
    private var isMeasured = true

    private static let known: Set<String> = [
        "input_tokens", "request_tokens", "output_tokens", "response_tokens", "total_tokens", "cache_write_tokens",
        "cache_write_1h_tokens", "cache_read_tokens", "output_reasoning_tokens", "input_audio_tokens",
        "cache_audio_read_tokens", "output_audio_tokens",
    ]

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        guard let node = event.has("input_tokens", "request_tokens") ? event : try event.node("usage") else { return }
        var counts = TokenCounts()
        let stated = try node.count(firstOf: "input_tokens", "request_tokens") ?? 0
        let made = try node.count(firstOf: "output_tokens", "response_tokens") ?? 0
        let details = try node.node("details")
        var input = TokenTotal(stated)
        let read = try input.take(node.count("cache_read_tokens"), "cache_read_tokens", of: node)
        let written = try input.take(node.count("cache_write_tokens"), "cache_write_tokens", of: node)
        var short = TokenTotal(written)
        let long = try short.take(node.count("cache_write_1h_tokens"), "cache_write_1h_tokens", of: node)
        counts.add("cache_read_tokens", read)
        counts.add("cache_write_1h_tokens", long)
        counts.add("cache_write_5m_tokens", short.remaining)
        let audio = try node.count("input_audio_tokens") ?? 0
        counts.add("audio_input_tokens", input.takeAtMost(audio - (try node.count("cache_audio_read_tokens") ?? 0)))
        counts.add("input_tokens", input.remaining)
        var output = TokenTotal(made)
        let thoughts = (try node.count("output_reasoning_tokens"), try details?.count("reasoning_tokens"))
        counts.add("reasoning_tokens", output.takeAtMost(thoughts.0 ?? thoughts.1))
        counts.add(
            "audio_output_tokens", try output.take(node.count("output_audio_tokens"), "output_audio_tokens", of: node))
        counts.add("output_tokens", output.remaining)
        counts.add("web_searches", try details?.count(firstOf: "web_search_requests", "web_searches"))
        if let requests = try node.count("requests"), requests > 1 { counts.add("requests", requests) }
        if let seconds = node.dollars("audio_seconds"), !["0", "0.0"].contains(seconds) {
            counts.add("seconds", try node.count("audio_seconds"))
        }
        counts.hide(beyond: stated + made, of: try node.count("total_tokens"))
        counts.hide(try node.unknownTokens(besides: PydanticAI.known))
        isMeasured = try node.count("unmeasured_requests") ?? 0 == 0
        self.counts = counts
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard let counts else { return nil }
        var usage = ReportedUsage(counts: counts.counts, isFinal: isMeasured)
        usage.hiddenTokens = counts.hidden
        return usage
    }
}
