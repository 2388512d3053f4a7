import ScripJSON

/// Reads Google's `generateContent`, whole and streamed, of the Gemini API and of Vertex AI.
///
/// Every chunk of a stream may state `usageMetadata`; the last chunk that counts tokens holds as a whole, and it may
/// state less than an earlier one. Chunks of Vertex before the last state only the kind of traffic. Names may be
/// written as JSON (`promptTokenCount`) or as Google's Python SDK dumps them (`prompt_token_count`).
struct Gemini: UsageCollector {
    private var usage: GeminiUsage?
    private var model: String?
    private var responseID: String?
    private var tier: String?
    private var queries: Set<String> = []
    private var events = 0
    private var isComplete = false
    private var isRecognised = false
    private var hasCandidates = false

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        let event = GeminiNode(event)
        events += 1
        if event.has("promptTokenCount", "candidatesTokenCount", "totalTokenCount") {
            isRecognised = true
            isComplete = true
            try take(event)
            return
        }
        let candidates = event.items("candidates")
        hasCandidates = hasCandidates || !candidates.isEmpty
        guard event.has("usageMetadata", "candidates", "promptFeedback", "modelVersion") else { return }
        isRecognised = true
        model = try event.text("modelVersion") ?? model
        responseID = try event.text("responseId") ?? responseID
        tier = try event.text("serviceTier") ?? tier
        if candidates.contains(where: { $0.has("finishReason") })
            || event.item("promptFeedback")?.has("blockReason") == true
        {
            isComplete = true
        }
        for candidate in candidates { take(candidate: candidate) }
        if let metadata = try event.node("usageMetadata") { try take(metadata) }
    }

    private mutating func take(_ metadata: GeminiNode) throws(UsageFormatError) {
        tier = try metadata.text(metadata.has("serviceTier") ? "serviceTier" : "trafficType") ?? tier
        if metadata.has("promptTokenCount", "candidatesTokenCount", "totalTokenCount", "responseTokenCount") {
            usage = try GeminiUsage(metadata)
        }
    }

    private mutating func take(candidate: GeminiNode) {
        let stated = candidate.item("groundingMetadata")?["webSearchQueries"]?.arrayValue ?? []
        for query in stated.prefix(100).compactMap(\.stringValue) where !query.isEmpty && queries.count < 1000 {
            queries.insert(query)
        }
    }

    /// Searches that are billed: each query from Gemini 3 on, one for each grounded answer before (Google's price
    /// list, "Grounding with Google Search").
    private var searches: Int64 {
        if queries.isEmpty { return 0 }
        let isPerAnswer = ["gemini-1", "gemini-2"].contains { model?.contains($0) == true }
        return isPerAnswer ? 1 : Int64(queries.count)
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard isRecognised else { return nil }
        if usage == nil, events == 1, !isComplete { throw UsageFormatError(pointer: "#", rule: .missing) }
        var counts = TokenCounts()
        try usage?.divide(into: &counts)
        counts.add("web_searches", searches)
        var reported = ReportedUsage(
            model: model, responseID: responseID, counts: counts.counts,
            serviceTier: serviceTier(Gemini.tier(tier)),
            // A lone object without an answer is what was left of a whole one.
            isFinal: usage != nil && (isComplete || (events == 1 && !hasCandidates)))
        reported.hiddenTokens = counts.hidden
        return reported
    }

    private static func tier(_ name: String?) -> String? {
        switch name?.lowercased() {
        case "provisioned_throughput": "provisioned"
        case "on_demand_offpeak": "offpeak"
        default: name
        }
    }
}
