import ScripJSON

/// Reads OpenAI's responses, whole and streamed.
///
/// The last event of a stream (`response.completed`, `.incomplete` or `.failed`) carries the response and its usage. A
/// response that failed, or is not finished, may have none; it is then not final. Replaying a stream or fetching the
/// response states the same usage again under the same id. The Realtime API's `response.done` is read too; it names the
/// details `input_token_details` and `output_token_details`.
struct OpenAIResponses: UsageCollector {
    private var usage: TokenCounts?
    private var calls: [ReportedUsage.Call] = []
    private var tools = OpenAITools()
    private var model: String?
    private var responseID: String?
    private var tier: String?
    private var cost: String?
    private var isRecognised = false
    private var isUnderWay = false

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        let type = event["type"]?.stringValue ?? ""
        if type.hasPrefix("response.") {
            isRecognised = true
            if let response = event.item("response") { try take(response) }
            if type == "response.output_item.done", let item = event.item("item") { tools.count(item) }
        } else if type == "error" {
            isRecognised = true
        } else if event["object"]?.stringValue == "response" || event.has("output", "usage") {
            isRecognised = true
            try take(event)
            if usage == nil, event["status"]?.stringValue ?? "completed" == "completed" {
                throw event.error("usage", .missing)
            }
        } else if event.has("input_tokens", "output_tokens") {
            isRecognised = true
            usage = try OpenAIResponses.counts(of: event)
        }
    }

    private mutating func take(_ response: UsageNode) throws(UsageFormatError) {
        model = try response.text("model") ?? model
        responseID = try response.text("id") ?? responseID
        tier = try response.text("service_tier") ?? tier
        isUnderWay = ["queued", "in_progress"].contains(response["status"]?.stringValue)
        let items = response.items("output")
        if !items.isEmpty {
            tools = OpenAITools()
            for item in items { tools.count(item) }
        }
        if let stated = try response.node("usage") {
            usage = try OpenAIResponses.counts(of: stated)
            cost = stated.statedCost ?? cost
        }
        if let toolUsage = try response.node("tool_usage") {
            tools.billedSearches = try toolUsage.node("web_search")?.count("num_requests")
            calls = try OpenAITools.imageCalls(toolUsage, tools: response.items("tools"))
        }
    }

    /// `input_tokens` includes cached and written tokens, `output_tokens` includes reasoning. Source: the types of
    /// OpenAI's SDK (`ResponseUsage`).
    private static func counts(of node: UsageNode) throws(UsageFormatError) -> TokenCounts {
        guard node.has("input_tokens", "output_tokens") else {
            throw UsageFormatError(pointer: node.pointer, rule: .missing)
        }
        var counts = TokenCounts()
        let (stated, generated) = (try node.count("input_tokens") ?? 0, try node.count("output_tokens") ?? 0)
        let details = try node.details(inputDetailNames)
        var input = TokenTotal(stated)
        let cached = try input.take(details?.count("cached_tokens"), "cached_tokens", of: details)
        let written = try input.take(details?.count("cache_write_tokens"), "cache_write_tokens", of: details)
        let media = try OpenAIMedia(details: details, total: stated)
        counts.add("cache_read_tokens", cached)
        counts.add("cache_write_5m_tokens", written)
        counts.add("audio_input_tokens", input.takeAtMost(media.audio))
        counts.add("image_input_tokens", input.takeAtMost(media.image))
        counts.add("input_tokens", input.remaining)
        let outputDetails = try node.details(outputDetailNames)
        var output = TokenTotal(generated)
        for (name, part) in [
            ("reasoning_tokens", "reasoning_tokens"), ("audio_output_tokens", "audio_tokens"),
            ("image_output_tokens", "image_tokens"),
        ] {
            counts.add(name, try output.take(outputDetails?.count(part), part, of: outputDetails))
        }
        counts.add("output_tokens", output.remaining)
        let total = try node.count("total_tokens")
        if let total, total > 0, total < stated + generated { throw node.error("total_tokens", .whole) }
        counts.hide(beyond: stated + generated, of: total)
        counts.add("web_searches", try node.item("server_tool_use")?.count("web_search_requests"))
        counts.add("search_sources", try node.count("num_sources_used"))  // xAI
        counts.note(try node.unknownCounts(besides: known))
        counts.note(try node.item("server_tool_use")?.unknownCounts(besides: ["web_search_requests"]))
        try counts.note(detailsOf: details, besides: inputDetails)
        try counts.note(detailsOf: outputDetails, besides: outputDetailParts)
        return counts
    }

    private static let inputDetailNames = [
        "input_tokens_details", "input_token_details", "prompt_tokens_details", "prompt_token_details",
    ]
    private static let outputDetailNames = [
        "output_tokens_details", "output_token_details", "completion_tokens_details", "completion_token_details",
    ]
    private static let known: Set<String> = Set(
        ["input_tokens", "output_tokens", "total_tokens", "server_tool_use", "num_sources_used"]
            + inputDetailNames + outputDetailNames)
    private static let inputDetails: Set<String> = [
        "cached_tokens", "cache_write_tokens", "audio_tokens", "image_tokens", "text_tokens", "video_tokens",
        "cached_tokens_details",
    ]
    private static let outputDetailParts: Set<String> = [
        "reasoning_tokens", "audio_tokens", "image_tokens", "text_tokens", "video_tokens",
    ]

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard isRecognised else { return nil }
        var counts = usage?.counts ?? [:]
        counts.merge(tools.counts) { own, _ in own }
        var reported = ReportedUsage(
            model: model, responseID: responseID, counts: counts, serviceTier: serviceTier(tier),
            otherCalls: calls,
            isFinal: usage != nil && !isUnderWay)
        reported.hiddenTokens = usage?.hidden ?? 0
        reported.cost = cost
        return reported
    }
}
