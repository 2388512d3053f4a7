/// The counts of one `usageMetadata`.
///
/// `promptTokenCount` includes cached tokens; what tools returned (`toolUsePromptTokenCount`) is input beside it.
/// `candidatesTokenCount` leaves thoughts out. Source: the types of Google's SDK
/// (`GenerateContentResponseUsageMetadata`).
struct GeminiUsage: Sendable {
    /// Tokens by modality; text, video and documents are in the base class.
    struct Media: Sendable {
        var audio: Int64 = 0
        var image: Int64 = 0
        /// Of all modalities.
        var total: Int64 = 0

        init(_ node: GeminiNode, _ name: String) throws(UsageFormatError) {
            for detail in try node.nodes(name) {
                let count = try detail.count("tokenCount") ?? 0
                total = TokenCounts.sum(total, count)
                switch try detail.text("modality")?.uppercased() {
                case "AUDIO": audio = TokenCounts.sum(audio, count)
                case "IMAGE": image = TokenCounts.sum(image, count)
                default: break
                }
            }
        }
    }

    private static let known: Set<String> = [
        "promptTokenCount", "cachedContentTokenCount", "toolUsePromptTokenCount", "candidatesTokenCount",
        "responseTokenCount", "thoughtsTokenCount", "totalTokenCount", "promptTokensDetails", "cacheTokensDetails",
        "toolUsePromptTokensDetails", "candidatesTokensDetails", "responseTokensDetails",
    ]

    private let node: GeminiNode
    private let prompt: Int64
    private let cached: Int64
    private let toolUse: Int64
    private let candidates: Int64
    private let thoughts: Int64
    private let total: Int64
    private let promptMedia: Media
    private let cachedMedia: Media
    private let toolMedia: Media
    private let candidateMedia: Media

    init(_ node: GeminiNode) throws(UsageFormatError) {
        self.node = node
        prompt = try node.count("promptTokenCount") ?? 0
        let statedCached = try node.count("cachedContentTokenCount") ?? 0
        toolUse = try node.count("toolUsePromptTokenCount") ?? 0
        let isLive = !node.has("candidatesTokenCount") && node.has("responseTokenCount")
        candidates = try node.count(isLive ? "responseTokenCount" : "candidatesTokenCount") ?? 0
        thoughts = try node.count("thoughtsTokenCount") ?? 0
        total = try node.count("totalTokenCount") ?? 0
        promptMedia = try Media(node, "promptTokensDetails")
        cachedMedia = try Media(node, "cacheTokensDetails")
        cached = statedCached > 0 ? statedCached : cachedMedia.total
        toolMedia = try Media(node, "toolUsePromptTokensDetails")
        candidateMedia = try Media(node, isLive ? "responseTokensDetails" : "candidatesTokensDetails")
    }

    func divide(into counts: inout TokenCounts) throws(UsageFormatError) {
        var input = TokenTotal(prompt)
        guard cached <= prompt else { throw node.error("cachedContentTokenCount", .whole) }
        counts.add("cache_read_tokens", input.takeAtMost(cached))
        counts.add("audio_input_tokens", input.takeAtMost(promptMedia.audio - cachedMedia.audio))
        counts.add("image_input_tokens", input.takeAtMost(promptMedia.image - cachedMedia.image))
        counts.add("input_tokens", input.remaining)
        var tools = TokenTotal(toolUse)
        counts.add("audio_input_tokens", tools.takeAtMost(toolMedia.audio))
        counts.add("image_input_tokens", tools.takeAtMost(toolMedia.image))
        counts.add("input_tokens", tools.remaining)
        var output = TokenTotal(candidates)
        let areInside = try areThoughtsInside()
        if areInside { _ = output.takeAtMost(thoughts) }
        // What only the total shows was generated: some endpoints leave the count of thoughts out.
        counts.hide(beyond: prompt + toolUse + candidates + (areInside ? 0 : thoughts), of: total)
        counts.note(try node.unknownCounts(besides: GeminiUsage.known))
        counts.add("reasoning_tokens", thoughts)
        counts.add("audio_output_tokens", output.takeAtMost(candidateMedia.audio))
        counts.add("image_output_tokens", output.takeAtMost(candidateMedia.image))
        counts.add("output_tokens", output.remaining)
    }

    /// Some models count thoughts among the candidates after all, which only the total of all tokens shows.
    private func areThoughtsInside() throws(UsageFormatError) -> Bool {
        let parts = prompt + toolUse + candidates
        if total == 0 || total >= parts + thoughts { return false }
        if total == parts, thoughts <= candidates { return true }
        throw node.error("totalTokenCount", .whole)
    }
}
