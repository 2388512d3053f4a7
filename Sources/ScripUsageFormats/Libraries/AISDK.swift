import ScripJSON

/// Reads the usage of Vercel's AI SDK: the results of its functions, and what its models return inside.
///
/// - From version 6 on `inputTokens` includes cached and written tokens, which `inputTokenDetails` divides. Its models
///   (`LanguageModelV3` and later) state objects: `inputTokens: {total, noCache, cacheRead, cacheWrite}`.
/// - Version 5 passes on what the provider counts: `inputTokens` leaves `cachedInputTokens` out with Anthropic's models
///   and Bedrock, and includes them elsewhere. With Gemini `outputTokens` leaves `reasoningTokens` out.
/// - Version 4 has `promptTokens` and `completionTokens` and says nothing of caches.
///
/// Source: the types of the packages `ai` and `@ai-sdk/provider`.
struct AISDK: UsageCollector {
    private let call: AnsweringModel
    private var counts: TokenCounts?
    private var model: String?
    private var responseID: String?

    init(_ call: AnsweringModel) {
        self.call = call
    }

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        if let response = event.item("response") {
            model = try response.text("modelId") ?? model
            responseID = try response.text("id") ?? responseID
        }
        let isUsage = event.has("inputTokens", "outputTokens", "promptTokens", "completionTokens")
        guard let usage = isUsage ? event : try event.node(firstOf: "totalUsage", "usage") else { return }
        let metadata = try event.item("providerMetadata").map { (node) throws(UsageFormatError) in
            try AISDKMetadata(node)
        }
        let known = AnsweringModel(provider: call.provider ?? metadata?.provider, model: model ?? call.model)
        counts = try AISDKUsage(usage, call: known, readBeside: metadata?.read)
            .counts(writtenBeside: metadata?.written)
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard let counts else { return nil }
        var usage = ReportedUsage(model: model, responseID: responseID, counts: counts.counts)
        usage.hiddenTokens = counts.hidden
        return usage
    }
}

/// What versions 4 and 5 tell of the cache beside the usage, in the words of each provider.
struct AISDKMetadata {
    private(set) var provider: String?
    private(set) var read: Int64?
    private(set) var written: Int64?

    private static let places: [(provider: String, read: String, written: String)] = [
        ("anthropic", "cacheReadInputTokens", "cacheCreationInputTokens"),
        ("bedrock", "cacheReadInputTokens", "cacheWriteInputTokens"),
        ("openai", "cachedPromptTokens", "cacheWriteTokens"), ("azure", "cachedPromptTokens", "cacheWriteTokens"),
        ("deepseek", "promptCacheHitTokens", "cacheWriteTokens"),
    ]

    init(_ metadata: UsageNode) throws(UsageFormatError) {
        for place in AISDKMetadata.places {
            guard let own = metadata.item(place.provider) else { continue }
            let holder = place.provider == "bedrock" ? own.item("usage") ?? own : own
            (read, written) = (try holder.count(place.read), try holder.count(place.written))
            if read ?? written != nil { provider = place.provider }
            return
        }
    }
}

/// The counts of one usage object of the AI SDK.
struct AISDKUsage {
    private let node: UsageNode
    private let call: AnsweringModel
    private let input: Int64?
    private let output: Int64?
    private let cached: Int64
    private let written: Int64
    private let reasoning: Int64
    private let total: Int64?
    /// Whether the object itself says how the input divides.
    private let dividesInput: Bool

    private static let known: Set<String> = [
        "inputTokens", "outputTokens", "totalTokens", "promptTokens", "completionTokens", "cachedInputTokens",
        "reasoningTokens", "inputTokenDetails", "outputTokenDetails", "raw",
    ]
    private static let inputDetails: Set<String> = ["noCacheTokens", "cacheReadTokens", "cacheWriteTokens"]
    private static let outputDetails: Set<String> = ["textTokens", "reasoningTokens"]

    /// - Parameter beside: tokens read from a cache that stand beside the usage, as version 4 has them.
    init(_ node: UsageNode, call: AnsweringModel, readBeside beside: Int64? = nil) throws(UsageFormatError) {
        self.node = node
        self.call = call
        total = try node.count("totalTokens")
        if let stated = node.item("inputTokens") {
            cached = try stated.count("cacheRead") ?? 0
            written = try stated.count("cacheWrite") ?? 0
            let (total, plain) = (try stated.count("total"), try stated.count("noCache"))
            input = total ?? AISDKUsage.sum(plain, cached, written)
            dividesInput = true
        } else {
            let details = try node.node("inputTokenDetails")
            let read = try details?.count("cacheReadTokens")
            written = try details?.count("cacheWriteTokens") ?? 0
            let flat = try node.count("cachedInputTokens")
            cached = read ?? flat ?? beside ?? 0
            input = try node.count(firstOf: "inputTokens", "promptTokens")
            dividesInput = details?.has("noCacheTokens", "cacheReadTokens", "cacheWriteTokens") == true
        }
        if let stated = node.item("outputTokens") {
            reasoning = try stated.count("reasoning") ?? 0
            let (total, text) = (try stated.count("total"), try stated.count("text"))
            output = total ?? AISDKUsage.sum(text, reasoning, 0)
        } else {
            let details = try node.node("outputTokenDetails")
            let (divided, flat) = (try details?.count("reasoningTokens"), try node.count("reasoningTokens"))
            reasoning = divided ?? flat ?? 0
            output = try node.count(firstOf: "outputTokens", "completionTokens")
        }
        if input == nil && output == nil { throw UsageFormatError(pointer: node.pointer, rule: .missing) }
    }

    private static func sum(_ first: Int64?, _ second: Int64, _ third: Int64) -> Int64? {
        guard let first else { return second + third > 0 ? second + third : nil }
        return first + second + third
    }

    /// - Parameter beside: cache writes that stand beside the usage, as version 5 has those of Anthropic's models.
    func counts(writtenBeside beside: Int64? = nil) throws(UsageFormatError) -> TokenCounts {
        var counts = TokenCounts()
        let (stated, made) = (input ?? 0, output ?? 0)
        var accounted = stated
        if try isCachedBeside(made: made) {
            counts.add("input_tokens", stated)
            counts.add("cache_read_tokens", cached)
            counts.add("cache_write_5m_tokens", beside ?? written)
            if let total, total >= TokenCounts.sum(stated + made, cached) { accounted += cached }
        } else {
            var rest = TokenTotal(stated)
            counts.add("cache_read_tokens", try rest.take(cached, "inputTokens", of: node))
            counts.add("cache_write_5m_tokens", try rest.take(written, "inputTokens", of: node))
            counts.add("input_tokens", rest.remaining)
        }
        counts.add("reasoning_tokens", reasoning)
        if isReasoningBeside(stated: accounted, made: made) {
            counts.add("output_tokens", made)
            accounted += reasoning
        } else {
            var rest = TokenTotal(made)
            _ = try rest.take(reasoning, "outputTokens", of: node)
            counts.add("output_tokens", rest.remaining)
        }
        counts.hide(beyond: accounted + made, of: total)
        try note(in: &counts)
        return counts
    }

    private func note(in counts: inout TokenCounts) throws(UsageFormatError) {
        counts.note(try node.unknownCounts(besides: AISDKUsage.known))
        try counts.note(detailsOf: node.node("inputTokenDetails"), besides: AISDKUsage.inputDetails)
        try counts.note(detailsOf: node.node("outputTokenDetails"), besides: AISDKUsage.outputDetails)
        try counts.note(detailsOf: node.item("inputTokens"), besides: ["total", "noCache", "cacheRead", "cacheWrite"])
        try counts.note(detailsOf: node.item("outputTokens"), besides: ["total", "text", "reasoning"])
        // The provider's own object repeats all of it. Where the SDK's counts leave the cache out, they are not all.
        if cached == 0 && written == 0 {
            let misses: Set<String> = ["prompt_cache_miss_tokens"]
            _ = try node.item("raw")?.unknownCounts(besides: misses)
        }
    }

    /// Whether cached tokens stand beside the input. Where neither the object nor the provider says so, nobody can
    /// tell.
    private func isCachedBeside(made: Int64) throws(UsageFormatError) -> Bool {
        if dividesInput { return false }
        let stated = input ?? 0
        if call.leavesCachedTokensOut || cached > stated { return true }
        if cached == 0 { return false }
        if let total, total == TokenCounts.sum(stated + made, cached) { return true }
        if call.provider == nil && call.model == nil { throw node.error("cachedInputTokens", .provider) }
        return false
    }

    private func isReasoningBeside(stated: Int64, made: Int64) -> Bool {
        if reasoning == 0 { return false }
        if let total { return total >= TokenCounts.sum(stated + made, reasoning) }
        return reasoning > made || (call.leavesThoughtsOut && !dividesInput)
    }
}
