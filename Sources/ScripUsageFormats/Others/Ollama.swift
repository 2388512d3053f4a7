import ScripJSON

/// Reads Ollama's answers, of chats, completions and embeddings, whole and streamed.
///
/// The last object of a stream, the one that is `done`, states the counts. A prompt that Ollama still had in memory may
/// go without `prompt_eval_count`. Source: Ollama's API documentation.
struct Ollama: UsageCollector {
    private var counts: TokenCounts?
    private var model: String?
    private var isRecognised = false
    private var isUnderWay = false

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        isRecognised = true
        model = try event.text("model") ?? model
        // What is not done may count on.
        isUnderWay = event["done"] == .bool(false)
        guard event.has("prompt_eval_count", "eval_count") else { return }
        var counts = TokenCounts()
        counts.add("input_tokens", try event.count("prompt_eval_count"))
        counts.add("output_tokens", try event.count("eval_count"))
        counts.note(try event.unknownCounts(besides: ["prompt_eval_count", "eval_count"], isWholeAnswer: true))
        self.counts = counts
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard isRecognised else { return nil }
        var usage = ReportedUsage(model: model, counts: counts?.counts ?? [:], isFinal: counts != nil && !isUnderWay)
        usage.hiddenTokens = counts?.hidden ?? 0
        return usage
    }
}
