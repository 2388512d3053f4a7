import ScripJSON

/// Reads Pydantic AI's `RequestUsage` and `RunUsage`, and the `Usage` of its first versions.
///
/// Parts are inside their wholes: `input_tokens` includes read, written and audio tokens, `cache_write_tokens` those
/// written for an hour, `output_tokens` reasoning and audio; tokens of cached audio are in both cached and audio ones.
/// `details` repeats what the provider said and is not billed apart; the first versions tell parts there alone. Source:
/// `pydantic_ai.usage`.
struct PydanticAI: UsageCollector {
    private var counts: TokenCounts?
    private var isMeasured = true

    private static let known: Set<String> = [
        "input_tokens", "request_tokens", "output_tokens", "response_tokens", "total_tokens", "cache_write_tokens",
        "cache_write_1h_tokens", "cache_read_tokens", "output_reasoning_tokens", "input_audio_tokens",
        "cache_audio_read_tokens", "output_audio_tokens", "details", "requests", "tool_calls", "audio_seconds",
        "unmeasured_requests",
    ]

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        guard let node = event.has("input_tokens", "request_tokens") ? event : try event.node("usage") else { return }
        var counts = TokenCounts()
        let details = try node.node("details")
        let parts = try PydanticParts(node, details: details)
        let stated = try node.count(firstOf: "input_tokens", "request_tokens") ?? 0
        let made = try node.count(firstOf: "output_tokens", "response_tokens") ?? 0
        // Where the details tell the same input as the whole, this leaves out what is cached.
        let cached = TokenCounts.sum(parts.read, parts.written)
        let plain = try details?.count("input_tokens")
        let whole = cached > 0 && plain == stated ? TokenCounts.sum(stated, cached) : stated
        var input = TokenTotal(whole)
        counts.add("cache_read_tokens", try input.take(parts.read, "cache_read_tokens", of: node))
        var short = TokenTotal(try input.take(parts.written, "cache_write_tokens", of: node))
        counts.add("cache_write_1h_tokens", try short.take(parts.writtenLong, "cache_write_1h_tokens", of: node))
        counts.add("cache_write_5m_tokens", short.remaining)
        counts.add("audio_input_tokens", input.takeAtMost(parts.audioInput - parts.cachedAudio))
        counts.add("input_tokens", input.remaining)
        let total = try node.count("total_tokens")
        // The first versions leave Gemini's thoughts out of the output, as Gemini does.
        let areThoughtsBeside = total.map { $0 >= TokenCounts.sum(whole + made, parts.thoughts) } ?? false
        var output = TokenTotal(made)
        counts.add("reasoning_tokens", areThoughtsBeside ? parts.thoughts : output.takeAtMost(parts.thoughts))
        counts.add("audio_output_tokens", try output.take(parts.audioOutput, "output_audio_tokens", of: node))
        counts.add("output_tokens", output.remaining)
        counts.add("web_searches", try details?.count(firstOf: "web_search_requests", "web_searches"))
        if let requests = try node.count("requests"), requests > 1 { counts.add("requests", requests) }
        counts.add("seconds", try DurationSeconds.roundedUp(node, "audio_seconds"))
        counts.hide(beyond: whole + made + (areThoughtsBeside ? parts.thoughts : 0), of: total)
        counts.note(try node.unknownCounts(besides: PydanticAI.known))
        try counts.note(detailsOf: details, besides: PydanticParts.known)
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

/// The parts of Pydantic AI's totals, by its own names or, where these tell nothing, by what its `details` repeat of
/// the provider.
struct PydanticParts {
    let read: Int64
    let written: Int64
    let writtenLong: Int64
    let audioInput: Int64
    let cachedAudio: Int64
    let audioOutput: Int64
    let thoughts: Int64

    private static let reads = [
        "cache_read_tokens", "cache_read_input_tokens", "cached_tokens", "cached_content_tokens",
        "prompt_cache_hit_tokens",
    ]
    private static let writes = ["cache_write_tokens", "cache_creation_input_tokens", "cache_creation_tokens"]
    private static let shortWrites = ["cache_write_5m_tokens", "ephemeral_5m_input_tokens"]
    private static let longWrites = [
        "cache_write_1h_tokens", "ephemeral_1h_input_tokens", "cache_creation_1h_tokens",
    ]
    private static let audioInputs = ["input_audio_tokens", "audio_prompt_tokens"]
    private static let cachedAudios = ["cache_audio_read_tokens", "audio_cache_tokens"]
    private static let audioOutputs = ["output_audio_tokens", "audio_candidates_tokens"]
    private static let reasons = ["output_reasoning_tokens", "reasoning_tokens", "thoughts_tokens", "thinking_tokens"]
    /// Parts that are in the totals and cost what these do.
    private static let repeats = [
        "input_tokens", "output_tokens", "total_tokens", "prompt_tokens", "completion_tokens", "text_tokens",
        "audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens", "prompt_cache_miss_tokens",
        "tool_use_prompt_tokens", "web_search_requests", "web_searches",
    ]
    /// Gemini's counts by modality, which repeat the others.
    private static let modalities = ["text", "image", "audio", "video", "document"].flatMap { modality in
        ["prompt", "cache", "candidates", "tool_use_prompt"].map { "\(modality)_\($0)_tokens" }
    }

    /// The names in `details` that are known.
    static let known = Set(
        [
            reads, writes, shortWrites, longWrites, audioInputs, cachedAudios, audioOutputs, reasons, repeats,
            modalities,
        ].joined())

    init(_ node: UsageNode, details: UsageNode?) throws(UsageFormatError) {
        func count(_ names: [String]) throws(UsageFormatError) -> Int64 {
            for holder in [node, details] {
                for name in names {
                    if let count = try holder?.count(name), count > 0 { return count }
                }
            }
            return 0
        }
        read = try count(PydanticParts.reads)
        writtenLong = try count(PydanticParts.longWrites)
        let (stated, short) = (try count(PydanticParts.writes), try count(PydanticParts.shortWrites))
        written = stated > 0 ? stated : TokenCounts.sum(short, writtenLong)
        let (heard, spoken) = (try count(PydanticParts.audioInputs), try count(PydanticParts.audioOutputs))
        // OpenAI's own name: the first versions wrote that of the prompt over that of the completion.
        let either = try details?.count("audio_tokens") ?? 0
        audioInput = heard > 0 || spoken > 0 ? heard : either
        audioOutput = spoken
        cachedAudio = try count(PydanticParts.cachedAudios)
        thoughts = try count(PydanticParts.reasons)
    }
}
