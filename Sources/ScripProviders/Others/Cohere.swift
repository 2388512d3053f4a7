import ScripJSON

/// Reads Cohere's answers, of chats, embeddings and rerankings, whole and streamed.
///
/// `billed_units` is what Cohere bills; `tokens` beside it counts the prompt that Cohere itself adds, too. Source: Cohere's
/// API reference (`Usage`, `ApiMeta`).
struct Cohere: UsageCollector {
    private var counts: TokenCounts?
    private var responseID: String?
    private var isStream = false
    private var isRecognised = false

    private static let known: Set<String> = ["input_tokens", "output_tokens"]

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
        counts.add("input_tokens", try Cohere.whole(billed, "input_tokens"))
        counts.add("output_tokens", try Cohere.whole(billed, "output_tokens"))
        counts.add("queries", try Cohere.whole(billed, "search_units"))
        counts.add("images", try Cohere.whole(billed, "images"))
        counts.add("classifications", try Cohere.whole(billed, "classifications"))
        counts.hide(try billed.unknownTokens(besides: Cohere.known))
        self.counts = counts
    }

    /// A count; Cohere's SDK types them as floating point and prints `12.0`.
    private static func whole(_ node: UsageNode, _ name: String) throws(UsageFormatError) -> Int64? {
        if case .number(let text)? = node[name], text.hasSuffix(".0"), let count = Int64(text.dropLast(2)),
            (0...UsageNode.mostTokens).contains(count)
        {
            return count
        }
        return try node.count(name)
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard isRecognised else { return nil }
        var usage = ReportedUsage(
            responseID: responseID, counts: counts?.counts ?? [:], isFinal: counts != nil)
        usage.hiddenTokens = counts?.hidden ?? 0
        return usage
    }
}
