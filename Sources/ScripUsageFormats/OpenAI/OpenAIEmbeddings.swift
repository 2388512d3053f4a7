/// Reads embeddings, whose whole usage is their input.
struct OpenAIEmbeddings: UsageCollector {
    private var usage: ReportedUsage?

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        let isBare = event.has("prompt_tokens", "total_tokens")
        guard isBare || event.has("usage", "data") else { return }
        let nested = try event.node("usage")
        guard let stated = isBare ? event : nested else { throw event.error("usage", .missing) }
        guard let tokens = try stated.count(firstOf: "prompt_tokens", "total_tokens") else {
            throw UsageFormatError(pointer: stated.pointer, rule: .missing)
        }
        if let total = try stated.count("total_tokens"), total > 0, total < tokens {
            throw stated.error("total_tokens", .whole)
        }
        var counts = TokenCounts()
        counts.add("input_tokens", tokens)
        let known: Set<String> = ["prompt_tokens", "total_tokens", "completion_tokens", "text_tokens"]
        counts.note(try stated.unknownCounts(besides: known.union(["prompt_tokens_details"])))
        try counts.note(detailsOf: stated.node("prompt_tokens_details"), besides: ["text_tokens"])
        var read = ReportedUsage(
            model: try event.text("model"), responseID: try event.text("id"), counts: counts.counts)
        read.hiddenTokens = counts.hidden
        usage = read
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? { usage }
}
