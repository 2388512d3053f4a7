import ScripJSON

/// Reads image generations and edits, whole and streamed.
///
/// Models that are billed by the image state no tokens; their images are counted instead.
struct OpenAIImages: UsageCollector {
    private var counts: [String: Int64]?
    private var calls: [ReportedUsage.Call] = []
    private var model: String?
    private var isRecognised = false

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        let type = event["type"]?.stringValue ?? ""
        let isEvent = type.hasPrefix("image_generation.") || type.hasPrefix("image_edit.")
        isRecognised = isRecognised || isEvent || event.has("data", "usage", "input_tokens", "output_tokens")
        model = try event.text("model") ?? model
        if let svg = try event.node("svg_usage") { calls = [try OpenAIImages.call(svg)] }
        if let usage = try event.node("usage") {
            counts = try OpenAIImages.counts(of: usage)
        } else if event.has("input_tokens", "output_tokens") {
            counts = try OpenAIImages.counts(of: event)
        } else if let images = event["data"]?.arrayValue, !isEvent {
            var plain = TokenCounts()
            plain.add("images", Int64(images.count))
            counts = plain.counts
        }
    }

    /// Takes the tokens apart. What is generated are image tokens unless the details say otherwise.
    static func counts(of node: UsageNode) throws(UsageFormatError) -> [String: Int64] {
        guard node.has("input_tokens", "output_tokens") else {
            throw UsageFormatError(pointer: node.pointer, rule: .missing)
        }
        var counts = TokenCounts()
        let (stated, generated) = (try node.count("input_tokens") ?? 0, try node.count("output_tokens") ?? 0)
        if let total = try node.count("total_tokens"), total > 0, total < stated + generated {
            throw node.error("total_tokens", .whole)
        }
        let details = try node.node("input_tokens_details")
        var input = TokenTotal(stated)
        counts.add("cache_read_tokens", try cached(in: node, details: details, of: &input))
        let cachedImages = try node.node("cached_tokens_details")?.count("cached_image_tokens") ?? 0
        let images = try details?.count("image_tokens") ?? 0
        if let details, images > stated { throw details.error("image_tokens", .whole) }
        counts.add("image_input_tokens", input.takeAtMost(images - min(images, cachedImages)))
        counts.add("input_tokens", input.remaining)
        var output = TokenTotal(generated)
        if let details = try node.node("output_tokens_details") {
            counts.add(
                "image_output_tokens", try output.take(details.count("image_tokens"), "image_tokens", of: details))
            counts.add("output_tokens", output.remaining)
        } else {
            counts.add("image_output_tokens", output.remaining)
        }
        counts.note(try node.unknownCounts(besides: known))
        try counts.note(detailsOf: details, besides: inputDetails)
        try counts.note(detailsOf: node.node("output_tokens_details"), besides: ["image_tokens", "text_tokens"])
        return counts.counts
    }

    private static let known: Set<String> = [
        "input_tokens", "output_tokens", "total_tokens", "cached_tokens", "cached_tokens_details",
        "input_tokens_details", "output_tokens_details",
    ]
    private static let inputDetails: Set<String> = [
        "image_tokens", "text_tokens", "cached_tokens", "cached_tokens_details",
    ]

    private static func cached(
        in node: UsageNode, details: UsageNode?, of input: inout TokenTotal
    ) throws(UsageFormatError) -> Int64 {
        if let cached = try node.count("cached_tokens") {
            return try input.take(cached, "cached_tokens", of: node)
        }
        return try input.take(details?.count("cached_tokens"), "cached_tokens", of: details)
    }

    /// The tokens of writing an SVG image, which another model is billed for.
    private static func call(_ svg: UsageNode) throws(UsageFormatError) -> ReportedUsage.Call {
        var counts = TokenCounts()
        counts.add("input_tokens", try svg.count("input_tokens"))
        var output = TokenTotal(try svg.count("output_tokens") ?? 0)
        counts.add("reasoning_tokens", try output.take(svg.count("reasoning_tokens"), "reasoning_tokens", of: svg))
        counts.add("output_tokens", output.remaining)
        let known: Set<String> = ["input_tokens", "output_tokens", "total_tokens", "reasoning_tokens"]
        counts.note(try svg.unknownCounts(besides: known))
        return ReportedUsage.Call(model: try svg.text("model"), counts: counts.counts)
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard isRecognised else { return nil }
        return ReportedUsage(
            model: model, counts: counts ?? [:], otherCalls: calls.filter { !$0.counts.isEmpty },
            isFinal: counts != nil)
    }
}
