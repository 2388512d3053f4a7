import ScripJSON

/// The attributes by which a span states usage, in the names that instrumenters use.
///
/// OpenTelemetry's conventions (`gen_ai.usage.…`), OpenInference (`llm.token_count.…`), OpenLLMetry's older names
/// (`llm.usage.…`), Pydantic AI (`gen_ai.usage.details.…`), and Anthropic's own spans. The AI SDK, LangSmith and
/// Langfuse state whole objects; see ``LibraryUsage``.
struct SpanUsage {
    /// The span's attributes that can state usage, by name; of two with one name the first counts.
    let values: [String: JSONValue]

    private static let prefixes = [
        "gen_ai.usage.", "llm.token_count.", "llm.usage.", "ai.usage.", "anthropic.usage.",
        "langfuse.observation.usage",
    ]

    init(_ span: TraceSpan) {
        var values: [String: JSONValue] = [:]
        for member in span.attributes.members where SpanUsage.mayState(member.name) && member.value != .null {
            if values[member.name] == nil { values[member.name] = member.value }
        }
        self.values = values
    }

    /// Whether an attribute can state usage.
    static func mayState(_ name: String) -> Bool {
        SpanAnswer.mayCarry(name) || prefixes.contains { name.hasPrefix($0) }
    }

    /// Whether a span states a count of tokens that is more than nothing, or a whole usage object.
    static func isStated(by span: TraceSpan) -> Bool {
        span.attributes.members.contains { member in
            guard mayState(member.name) else { return false }
            switch member.value {
            case .number(let text):
                return member.name.lowercased().contains("token") && text != "0" || isCount(member.name)
            case .string(let text): return member.name.hasPrefix("langfuse.") && text.contains(":")
            case .object: return member.name.hasSuffix(".raw")
            default: return false
            }
        }
    }

    private static func isCount(_ name: String) -> Bool { name.hasPrefix("llm.token_count.") }

    /// A count, in the order of the names in which instrumenters write it.
    struct Names {
        let names: [String]
        init(_ names: String...) { self.names = names }
    }

    static let input = Names(
        "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "llm.usage.prompt_tokens",
        "llm.usage.input_tokens")
    static let output = Names(
        "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion",
        "llm.usage.completion_tokens", "llm.usage.output_tokens")
    static let total = Names(
        "gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total")
    static let cacheRead = Names(
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cache_read_input_tokens",
        "gen_ai.usage.details.cached_tokens", "gen_ai.usage.details.cached_content_tokens",
        "gen_ai.usage.details.prompt_cache_hit_tokens", "gen_ai.usage.input_tokens.cached",
        "gen_ai.usage.cached_tokens",
        "gen_ai.usage.cached_input_tokens", "gen_ai.usage.prompt_tokens_details.cached_tokens",
        "gen_ai.usage.input_tokens_details.cached_tokens", "llm.token_count.prompt_details.cache_read",
        "llm.usage.cache_read_input_tokens")
    static let cacheWrite = Names(
        "gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.cache_write_input_tokens",
        "gen_ai.usage.details.cache_write_tokens", "gen_ai.usage.details.cache_creation_input_tokens",
        "llm.token_count.prompt_details.cache_write", "llm.usage.cache_creation_input_tokens")
    static let cacheWrite5m = Names(
        "anthropic.usage.cache_creation.ephemeral_5m_input_tokens",
        "gen_ai.usage.cache_creation.ephemeral_5m_input_tokens",
        "gen_ai.usage.details.ephemeral_5m_input_tokens", "gen_ai.usage.details.cache_write_5m_tokens")
    static let cacheWrite1h = Names(
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
        "gen_ai.usage.cache_creation.ephemeral_1h_input_tokens",
        "gen_ai.usage.details.ephemeral_1h_input_tokens", "gen_ai.usage.details.cache_write_1h_tokens",
        "gen_ai.usage.details.cache_creation_1h_tokens")
    static let reasoning = Names(
        "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens", "gen_ai.usage.output_tokens.reasoning",
        "gen_ai.usage.details.output_reasoning_tokens", "gen_ai.usage.details.reasoning_tokens",
        "gen_ai.usage.details.thoughts_tokens", "gen_ai.usage.details.thinking_tokens",
        "gen_ai.usage.completion_tokens_details.reasoning_tokens",
        "gen_ai.usage.output_tokens_details.reasoning_tokens", "llm.token_count.completion_details.reasoning",
        "llm.usage.reasoning_tokens")
    static let audioInput = Names(
        "gen_ai.usage.details.input_audio_tokens", "gen_ai.usage.input_audio_tokens",
        "gen_ai.usage.audio.input_tokens", "llm.token_count.prompt_details.audio",
        "gen_ai.usage.details.audio_prompt_tokens")
    static let cachedAudio = Names(
        "gen_ai.usage.details.cache_audio_read_tokens", "gen_ai.usage.details.audio_cache_tokens")
    /// OpenAI's name for both; Pydantic AI's first versions wrote that of the prompt over that of the completion.
    static let eitherAudio = Names("gen_ai.usage.details.audio_tokens")
    static let audioOutput = Names(
        "gen_ai.usage.details.output_audio_tokens", "gen_ai.usage.output_audio_tokens",
        "gen_ai.usage.audio.output_tokens", "llm.token_count.completion_details.audio",
        "gen_ai.usage.details.audio_candidates_tokens")
    static let webSearches = Names(
        "gen_ai.usage.details.web_search_requests", "gen_ai.usage.details.web_searches")
    static let compactionInput = Names("anthropic.usage.compaction.input_tokens")
    static let compactionOutput = Names("anthropic.usage.compaction.output_tokens")

    /// No count of tokens is larger, so that no sum of them overflows.
    static let maxTokens: Int64 = 1_000_000_000_000_000

    /// The first of the names that counts more than nothing, with its count; else the first that is there.
    func count(_ names: Names) throws(IngestIssue) -> (name: String, count: Int64)? {
        var first: (name: String, count: Int64)?
        for name in names.names {
            guard let value = values[name] else { continue }
            let count = try SpanUsage.count(value, name)
            if count > 0 { return (name, count) }
            first = first ?? (name, count)
        }
        return first
    }

    private static func count(_ value: JSONValue, _ name: String) throws(IngestIssue) -> Int64 {
        guard let count = whole(value), (0...maxTokens).contains(count) else {
            throw IngestIssue(
                TraceAttributes.pointer(name), .wrongType, "must be a whole number from 0 to \(maxTokens)")
        }
        return count
    }

    /// A whole number; emitters that know only floating point write it as `12.0`.
    static func whole(_ value: JSONValue) -> Int64? {
        guard case .number(let text) = value else { return nil }
        return Int64(text) ?? DecimalText.plain(text).flatMap { Int64($0) }
    }
}
