import ScripJSON

/// The calls of OpenAI's hosted tools that have a price of their own.
struct OpenAITools: Sendable {
    private var searches: Int64 = 0
    private var fileSearches: Int64 = 0
    /// The searches OpenAI says it bills, where it says so (`tool_usage.web_search.num_requests`).
    var billedSearches: Int64?

    /// Counts an item of a response's output. Opening a page and finding text in it are part of a web search, which
    /// is billed once; a call that failed is not billed.
    mutating func count(_ item: UsageNode) {
        if item["status"]?.stringValue == "failed" { return }
        switch item["type"]?.stringValue {
        case "web_search_call":
            if item.item("action")?["type"]?.stringValue ?? "search" == "search" { searches += 1 }
        case "file_search_call": fileSearches += 1
        default: break
        }
    }

    var counts: [String: Int64] {
        var counts = TokenCounts()
        counts.add("web_searches", billedSearches ?? searches)
        counts.add("file_searches", fileSearches)
        return counts.counts
    }

    /// The tokens of the image tool, which are not in the response's usage and are billed at the tool's model.
    ///
    /// Where the response's tool names no model, the tokens are read as those of `gpt-image-1`.
    static func imageCalls(
        _ usage: UsageNode, tools: [UsageNode]
    ) throws(UsageFormatError) -> [ReportedUsage.Call] {
        guard let images = try usage.node("image_gen") else { return [] }
        let counts = try OpenAIImages.counts(of: images)
        if counts.isEmpty { return [] }
        let tool = tools.first { $0["type"]?.stringValue == "image_generation" }
        return [ReportedUsage.Call(model: try tool?.text("model") ?? "gpt-image-1", counts: counts)]
    }
}
