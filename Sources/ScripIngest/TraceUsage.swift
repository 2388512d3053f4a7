import ScripCore
import ScripJSON

/// What a span says was used.
struct TraceUsage: Hashable {
    /// How much a span tells: the more, the better.
    enum Detail: Int, Comparable {
        case totals, split, raw

        static func < (left: Detail, right: Detail) -> Bool { left.rawValue < right.rawValue }
    }

    var detail: Detail
    /// How many kinds of detail beside the totals are told.
    var classCount: Int
    /// `usage` or `raw_usage`, with its value.
    var member: JSONObject.Member
}

/// Reads the token counts of a span.
///
/// The provider's answer, or a usage object of the provider or of a library, is taken as it is. Else the counts become
/// disjoint classes: those of the cache and of audio are part of the input and those of reasoning part of the output
/// (OpenTelemetry semantic conventions for generative AI, OpenInference), unless the total of all tokens shows that the
/// cache stands beside the input, or, with Claude and Bedrock, a part is larger than its whole. Tokens of compactions,
/// which Anthropic's own spans tell apart from the totals, are added to them.
struct TraceUsageReader {
    let attributes: SpanUsage
    /// The provider's own answer, where the span carries it.
    let answer: SpanAnswer?
    /// Who answered, by provider and model.
    let call: [String]
    let maxRawUsageBytes: Int

    private struct Input {
        var rest: Int64?
        var classes: [(String, Int64)] = []
        /// The whole input, whatever the emitter counts as that.
        var whole: Int64 = 0
        var toldCount = 0
    }

    func usage(hasProvider: Bool) throws(IngestIssue) -> TraceUsage {
        if let answer {
            return TraceUsage(
                detail: .raw, classCount: answer.responseID == nil ? 0 : 1,
                member: .init(name: "raw_usage", value: answer.usage))
        }
        if let raw = LibraryUsage(attributes: attributes, maxBytes: maxRawUsageBytes).value() {
            let isLibrary = attributes.values["gen_ai.usage.raw"] == nil
            if hasProvider || isLibrary {
                let detail: TraceUsage.Detail = isLibrary ? .split : .raw
                return TraceUsage(detail: detail, classCount: 0, member: .init(name: "raw_usage", value: raw))
            }
        }
        let output = try attributes.count(SpanUsage.output)
        let reasoning = try attributes.count(SpanUsage.reasoning)
        let audioOutput = try attributes.count(SpanUsage.audioOutput)
        let unknown = try UnknownSpanCounts(attributes.values).counts
        let input = try self.input(generated: output?.count ?? 0)
        let made = (reasoning?.count ?? 0, audioOutput?.count ?? 0)
        let outputRest = try rest(of: output, made.0 + made.1, SpanUsage.output)
        guard input.rest != nil || outputRest != nil else {
            throw IngestIssue(TraceAttributes.pointer(SpanUsage.input.names[0]), .required, "is required")
        }
        var classes = EventMembers()
        let extraInput = try attributes.count(SpanUsage.compactionInput)?.count ?? 0
        let extraOutput = try attributes.count(SpanUsage.compactionOutput)?.count ?? 0
        classes["input_tokens"] = input.rest.map { .number(String($0 + extraInput)) }
        classes["output_tokens"] = outputRest.map { .number(String($0 + extraOutput)) }
        var hidden: Int64 = 0
        if let total = try attributes.count(SpanUsage.total)?.count {
            hidden += max(0, total - input.whole - (output?.count ?? 0))
        }
        let details = [
            ("reasoning_tokens", made.0 + (billsHiddenTokensAsOutput ? hidden : 0)), ("audio_output_tokens", made.1),
            ("unaccounted_tokens", unknown.tokens + (billsHiddenTokensAsOutput ? 0 : hidden)),
            ("web_searches", try attributes.count(SpanUsage.webSearches)?.count ?? 0),
        ]
        for (name, count) in unknown.others { classes[name] = .number(String(count)) }
        for (name, count) in input.classes + details where count > 0 { classes[name] = .number(String(count)) }
        let told = input.toldCount + [reasoning != nil, audioOutput != nil].filter { $0 }.count
        return TraceUsage(
            detail: told > 0 ? .split : .totals, classCount: told,
            member: .init(name: "usage", value: .object(JSONObject(classes.members)))
        )
    }

    private func input(generated: Int64) throws(IngestIssue) -> Input {
        let stated = try attributes.count(SpanUsage.input)
        let reads = try attributes.count(SpanUsage.cacheRead)
        let writes = try cacheWrites()
        let audio = try audioInput()
        let audioRest = max(0, (audio?.count ?? 0) - (try attributes.count(SpanUsage.cachedAudio)?.count ?? 0))
        let cached = (reads?.count ?? 0) + writes.short + writes.long
        var input = Input()
        input.classes = [
            ("cache_read_tokens", reads?.count ?? 0), ("cache_write_5m_tokens", writes.short),
            ("cache_write_1h_tokens", writes.long), ("audio_input_tokens", audioRest),
        ]
        input.toldCount = [reads != nil, writes.isTold, writes.isSplit, audio != nil].filter { $0 }.count
        if let stated, try isCacheBeside(stated.count, cached: cached, generated: generated) {
            input.rest = try rest(of: stated, audioRest, SpanUsage.input)
            input.whole = stated.count + cached
        } else {
            input.rest = try rest(of: stated, cached + audioRest, SpanUsage.input)
            input.whole = stated?.count ?? 0
        }
        return input
    }

    private func audioInput() throws(IngestIssue) -> (name: String, count: Int64)? {
        let heard = try attributes.count(SpanUsage.audioInput)
        if heard?.count ?? 0 > 0 { return heard }
        if try attributes.count(SpanUsage.audioOutput)?.count ?? 0 > 0 { return heard }
        return try attributes.count(SpanUsage.eitherAudio) ?? heard
    }

    /// Whether cached tokens stand beside the input.
    private func isCacheBeside(_ input: Int64, cached: Int64, generated: Int64) throws(IngestIssue) -> Bool {
        if cached == 0 { return false }
        if let total = try attributes.count(SpanUsage.total)?.count, total == input + generated + cached { return true }
        return cached > input && names("anthropic", "claude", "bedrock", "strands")
    }

    /// Whether tokens that only the total shows are thoughts, which Google and xAI bill as output.
    private var billsHiddenTokensAsOutput: Bool { names("google", "gemini", "vertex", "gcp", "xai", "x-ai", "grok") }

    private func names(_ words: String...) -> Bool {
        call.contains { name in words.contains { name.lowercased().contains($0) } }
    }

    private func cacheWrites() throws(IngestIssue) -> (short: Int64, long: Int64, isTold: Bool, isSplit: Bool) {
        let total = try attributes.count(SpanUsage.cacheWrite)
        let short = try attributes.count(SpanUsage.cacheWrite5m)
        let long = try attributes.count(SpanUsage.cacheWrite1h)
        let isSplit = short != nil || long != nil
        let parts = (short?.count ?? 0) + (long?.count ?? 0)
        guard let total else { return (short?.count ?? 0, long?.count ?? 0, isSplit, isSplit) }
        if parts > total.count {
            throw IngestIssue(
                TraceAttributes.pointer(total.name), .inconsistent, "is less than its parts of 5 minutes and 1 hour")
        }
        // A write whose lifetime nobody tells has the usual one, 5 minutes.
        let untold = total.count - parts
        return ((short?.count ?? 0) + untold, long?.count ?? 0, true, isSplit)
    }

    private func rest(
        of total: (name: String, count: Int64)?, _ details: Int64, _ names: SpanUsage.Names
    ) throws(IngestIssue) -> Int64? {
        guard let total else {
            if details == 0 { return nil }
            throw IngestIssue(TraceAttributes.pointer(names.names[0]), .required, "is required with its details")
        }
        if details > total.count {
            throw IngestIssue(
                TraceAttributes.pointer(total.name), .inconsistent, "is less than its details, \(details)")
        }
        return total.count - details
    }
}
