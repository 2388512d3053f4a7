import ScripJSON

/// What a span counts under names that nobody knows, so that nothing is passed over.
struct UnknownSpanCounts {
    /// Tokens. They may repeat others, and are billed as none.
    private(set) var tokens: Int64 = 0
    /// Anything else that is counted, by the last part of its name.
    private(set) var others: [String: Int64] = [:]

    private static let details = "gen_ai.usage.details."
    private static let mostOthers = 8
    private static let mostNameBytes = 64
    private static let mostUnits: Int64 = 1_000_000_000_000
    /// What stands for counts whose names are too many, too long, or those of Scrip's own dimensions.
    private static let rest = "unaccounted_units"
    private static let ownDimensions: Set<String> = [
        "requests", "images", "seconds", "queries", "pages", "characters", "web_searches", "web_fetches",
        "file_searches", "map_searches", "search_sources", "classifications",
    ]

    /// Names that are read, or that only repeat what others tell.
    private static let known: Set<String> = {
        let read = [
            SpanUsage.input, SpanUsage.output, SpanUsage.total, SpanUsage.cacheRead, SpanUsage.cacheWrite,
            SpanUsage.cacheWrite5m, SpanUsage.cacheWrite1h, SpanUsage.reasoning, SpanUsage.audioInput,
            SpanUsage.cachedAudio, SpanUsage.eitherAudio, SpanUsage.audioOutput, SpanUsage.compactionInput,
            SpanUsage.compactionOutput, SpanUsage.webSearches,
        ].flatMap(\.names)
        let repeats = [
            "input_tokens", "output_tokens", "total_tokens", "prompt_tokens", "completion_tokens", "text_tokens",
            "accepted_prediction_tokens", "rejected_prediction_tokens", "prompt_cache_miss_tokens",
            "tool_use_prompt_tokens",
        ]
        let modalities = ["text", "image", "audio", "video", "document"].flatMap { modality in
            ["prompt", "cache", "candidates", "tool_use_prompt"].map { "\(modality)_\($0)_tokens" }
        }
        return Set(
            read + (repeats + modalities).map { details + $0 } + ["llm.token_count.prompt_details.cache_input"])
    }()

    /// Words of names whose numbers are no counts: time, money, rates and limits.
    private static let measures: Set<String> = [
        "per", "time", "duration", "latency", "ttft", "ms", "ns", "rate", "ratio", "percent", "score", "speed",
        "cost", "costs", "price", "prices", "discount", "savings", "usd", "ticks", "limit", "limits", "max",
        "remaining", "budget", "ttl",
        "id", "index", "seed", "version", "at", "timestamp",
    ]

    /// - Throws: for one of a cache: those cost less than others and may be part of them, so that nobody can say what the
    ///   rest costs.
    init(_ values: [String: JSONValue]) throws(IngestIssue) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) where !UnknownSpanCounts.known.contains(name) {
            // The AI SDK's and Langfuse's have a reader of their own.
            if name.hasPrefix("ai.usage.") || name.hasPrefix("langfuse.") || SpanAnswer.mayCarry(name) { continue }
            let small = name.lowercased()
            if small.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).contains(where: {
                UnknownSpanCounts.measures.contains(String($0))
            }) {
                continue
            }
            guard let plain = UnknownSpanCounts.number(value), plain != "0" else { continue }
            if small.contains("cache") || small.contains("ephemeral") {
                throw IngestIssue(
                    TraceAttributes.pointer(name), .inconsistent, "is a count that Scrip does not know the meaning of")
            }
            add(name, plain)
        }
    }

    private static func number(_ value: JSONValue) -> String? {
        switch value {
        case .number(let text), .string(let text): DecimalText.plain(text)
        default: nil
        }
    }

    private mutating func add(_ name: String, _ plain: String) {
        let parts = plain.split(separator: ".")
        guard !plain.hasPrefix("-"), let whole = parts.first.flatMap({ Int64($0) }) else { return }
        let count = min(UnknownSpanCounts.mostUnits - 1, whole) + (parts.count > 1 ? 1 : 0)
        if name.lowercased().contains("token") {
            tokens = min(UnknownSpanCounts.mostUnits, tokens + count)
            return
        }
        let last = name.split(separator: ".").last.map(String.init) ?? name
        let isOwn = UnknownSpanCounts.ownDimensions.contains(last)
        let isKept = others[last] != nil || others.count < UnknownSpanCounts.mostOthers
        let key = isKept && !isOwn && last.utf8.count <= UnknownSpanCounts.mostNameBytes ? last : UnknownSpanCounts.rest
        others[key] = min(UnknownSpanCounts.mostUnits, others[key, default: 0] + count)
    }
}
