import ScripJSON

/// Reads Cohere's answers, of chats, embeddings and rerankings, whole and streamed.
///
/// `billed_units` is what Cohere bills; `tokens` beside it counts the prompt that Cohere itself adds, too. Source:
/// Cohere's API reference (`Usage`, `ApiMeta`).
struct Cohere: UsageCollector {
    private var counts: TokenCounts?
    private var responseID: String?
    private var isStream = false
    private var isRecognised = false

    private static let known: Set<String> = [
        "input_tokens", "output_tokens", "search_units", "images", "classifications",
    ]

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        if let type = event["type"]?.stringValue, type.contains("-") {
            (isStream, isRecognised) = (true, true)
            responseID = try event.text("id") ?? responseID
            if type == "message-end", let delta = event.item("delta") { try take(delta) }
            return
        }
        isRecognised = true
        responseID = try event.text(firstOf: "id", "generation_id", "response_id") ?? responseID
        try take(event)
        if counts == nil { throw event.error("billed_units", .missing) }
    }

    private mutating func take(_ node: UsageNode) throws(UsageFormatError) {
        let holder = node.has("billed_units") ? node : try node.node(firstOf: "usage", "meta")
        guard let billed = try holder?.node("billed_units") else { return }
        var counts = TokenCounts()
        counts.add("input_tokens", try billed.count("input_tokens"))
        counts.add("output_tokens", try billed.count("output_tokens"))
        counts.add("queries", try billed.count("search_units"))
        counts.add("images", try billed.count("images"))
        counts.add("classifications", try billed.count("classifications"))
        counts.note(try billed.unknownCounts(besides: Cohere.known))
        if let holder { try note(beside: holder, in: &counts) }
        self.counts = counts
    }

    /// What is billed is billed in full, whatever of the prompt a cache had: those tokens have no price of their own.
    private func note(beside node: UsageNode, in counts: inout TokenCounts) throws(UsageFormatError) {
        let tokens = try node.node("tokens")
        let cached = (try node.count("cached_tokens"), try tokens?.count("cached_tokens"))
        counts.add("unaccounted_tokens", cached.0 ?? cached.1)
        try counts.note(detailsOf: tokens, besides: ["input_tokens", "output_tokens", "image_tokens", "cached_tokens"])
        counts.note(try node.unknownCounts(besides: ["billed_units", "tokens", "cached_tokens", "api_version"]))
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard isRecognised else { return nil }
        var usage = ReportedUsage(
            responseID: responseID, counts: counts?.counts ?? [:], isFinal: counts != nil)
        usage.hiddenTokens = counts?.hidden ?? 0
        return usage
    }
}
