import ScripCore
import ScripJSON

/// What a span counts under names that nobody knows, so that nothing is passed over.
struct UnknownSpanCounts {
    /// What is counted, by the last parts of the names.
    private(set) var counts = UnknownCounts()

    private static let details = "gen_ai.usage.details."

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

    /// - Throws: for one of a cache: those cost less than others and may be part of them, so that nobody can say what
    ///   the rest costs.
    init(_ values: [String: JSONValue]) throws(IngestIssue) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) where !UnknownSpanCounts.known.contains(name) {
            // The AI SDK's and Langfuse's have a reader of their own.
            if name.hasPrefix("ai.usage.") || name.hasPrefix("langfuse.") || SpanAnswer.mayCarry(name) { continue }
            if CountName.isNoCount(name) { continue }
            guard let plain = UnknownSpanCounts.number(value), plain != "0" else { continue }
            if CountName.isOfCache(name) {
                throw IngestIssue(
                    TraceAttributes.pointer(name), .inconsistent, "is a count that Scrip does not know")
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
        let last = name.split(separator: ".").last.map(String.init) ?? name
        let count = min(whole, Limits.count).addingClamped(parts.count > 1 ? 1 : 0)
        counts.add(last, count, isOfTokens: CountName.isOfTokens(name))
    }
}
