import ScripCore
import ScripJSON

/// The members of Anthropic's `usage`, each absent until it is stated.
///
/// `input_tokens` leaves cached tokens out: the whole input is `input_tokens` + `cache_creation_input_tokens` +
/// `cache_read_input_tokens`. `output_tokens` includes thinking. Source: the types of Anthropic's SDK (`Usage`,
/// `MessageDeltaUsage`, `BetaUsage`).
struct AnthropicUsage: Sendable {
    var input: Int64?
    var cacheRead: Int64?
    var cacheCreation: Int64?
    var cacheCreation5m: Int64?
    var cacheCreation1h: Int64?
    var output: Int64?
    var thinking: Int64?
    var webSearches: Int64?
    var webFetches: Int64?
    var serviceTier: String?
    var geography: String?
    var speed: String?
    var iterations: [AnthropicIteration]?
    /// What is counted under names that are not known.
    private(set) var unknown = UnknownCounts()
    private var node: UsageNode?

    private static let known: Set<String> = [
        "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation",
        "output_tokens_details", "server_tool_use", "iterations",
    ]

    init() {}

    init(_ node: UsageNode) throws(UsageFormatError) {
        self.node = node
        input = try node.count("input_tokens")
        cacheRead = try node.count("cache_read_input_tokens")
        cacheCreation = try node.count("cache_creation_input_tokens")
        if let creation = try node.node("cache_creation") {
            cacheCreation5m = try creation.count("ephemeral_5m_input_tokens")
            cacheCreation1h = try creation.count("ephemeral_1h_input_tokens")
            try creation.requireOnly(["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"])
        }
        output = try node.count("output_tokens")
        thinking = try node.node("output_tokens_details")?.count("thinking_tokens")
        if let tools = try node.node("server_tool_use") {
            webSearches = try tools.count("web_search_requests")
            webFetches = try tools.count("web_fetch_requests")
            // Tools that have no dimension of their own, by the provider's name.
            unknown.add(try tools.unknownCounts(besides: ["web_search_requests", "web_fetch_requests"]))
        }
        if let details = try node.node("output_tokens_details") {
            unknown.add(try details.unknownCounts(besides: ["thinking_tokens"]))
        }
        serviceTier = try node.text("service_tier")
        geography = try node.text("inference_geo")
        speed = try node.text("speed")
        iterations = try AnthropicIteration.list(in: node)
        unknown.add(try node.unknownCounts(besides: AnthropicUsage.known))
    }

    /// Replaces what a later statement of the same stream says again: counts are cumulative, so none is ever added.
    mutating func replace(with later: AnthropicUsage) {
        // After a change of model in mid-stream the earlier division belongs to a total that is gone.
        let stated5m = later.cacheCreation5m ?? cacheCreation5m ?? 0
        let stated1h = later.cacheCreation1h ?? cacheCreation1h ?? 0
        if let total = later.cacheCreation, stated5m + stated1h > total {
            (cacheCreation5m, cacheCreation1h) = (nil, nil)
        }
        if let total = later.output, let thinking, thinking > total { self.thinking = nil }
        input = later.input ?? input
        cacheRead = later.cacheRead ?? cacheRead
        cacheCreation = later.cacheCreation ?? cacheCreation
        cacheCreation5m = later.cacheCreation5m ?? cacheCreation5m
        cacheCreation1h = later.cacheCreation1h ?? cacheCreation1h
        output = later.output ?? output
        thinking = later.thinking ?? thinking
        webSearches = later.webSearches ?? webSearches
        webFetches = later.webFetches ?? webFetches
        serviceTier = later.serviceTier ?? serviceTier
        geography = later.geography ?? geography
        speed = later.speed ?? speed
        iterations = later.iterations ?? iterations
        unknown.replace(with: later.unknown)
        node = later.node ?? node
    }

    /// The disjoint classes. Cache writes that no lifetime is stated for are those of five minutes, the default.
    func counts() throws(UsageFormatError) -> TokenCounts {
        var counts = TokenCounts()
        counts.add("input_tokens", input)
        counts.add("cache_read_tokens", cacheRead)
        var written = TokenTotal(cacheCreation ?? (cacheCreation5m ?? 0) + (cacheCreation1h ?? 0))
        let oneHour = try written.take(cacheCreation1h, "cache_creation", of: node)
        let fiveMinutes = try written.take(cacheCreation5m, "cache_creation", of: node)
        counts.add("cache_write_1h_tokens", oneHour)
        counts.add("cache_write_5m_tokens", fiveMinutes + written.remaining)
        var generated = TokenTotal(output ?? thinking ?? 0)
        counts.add("reasoning_tokens", try generated.take(thinking, "output_tokens_details", of: node))
        counts.add("output_tokens", generated.remaining)
        counts.add("web_searches", webSearches)
        counts.add("web_fetches", webFetches)
        counts.note(unknown)
        return counts
    }
}
