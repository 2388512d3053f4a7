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
/// `gen_ai.usage.raw` is taken as it is when it holds the provider's own object and the provider is known; else the
/// counts, where those of the cache are part of the input and those of reasoning are part of the output (OpenTelemetry
/// semantic conventions for generative AI), become disjoint classes. Tokens of compactions, which Anthropic's own spans
/// tell apart from the totals, are added to them.
struct TraceUsageReader {
    let attributes: TraceAttributes
    let mostRawUsageBytes: Int

    private static let input = ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"]
    private static let output = ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"]
    private static let cacheRead = [
        "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
    ]
    private static let cacheWrite = [
        "gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
    ]
    private static let cacheWrite5m = [
        "anthropic.usage.cache_creation.ephemeral_5m_input_tokens",
        "gen_ai.usage.cache_creation.ephemeral_5m_input_tokens",
    ]
    private static let cacheWrite1h = [
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
        "gen_ai.usage.cache_creation.ephemeral_1h_input_tokens",
    ]
    private static let reasoning = ["gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"]
    private static let compactionInput = ["anthropic.usage.compaction.input_tokens"]
    private static let compactionOutput = ["anthropic.usage.compaction.output_tokens"]

    /// No count of tokens is larger, so that no sum of them overflows.
    private static let mostTokens: Int64 = 1_000_000_000_000_000

    func usage(hasProvider: Bool) throws(IngestIssue) -> TraceUsage {
        if hasProvider, let raw = raw() {
            return TraceUsage(detail: .raw, classCount: 0, member: .init(name: "raw_usage", value: raw))
        }
        let input = try count(TraceUsageReader.input)
        let output = try count(TraceUsageReader.output)
        let reads = try count(TraceUsageReader.cacheRead)
        let writes = try cacheWrites()
        let reasoning = try count(TraceUsageReader.reasoning)
        let (readCount, reasoningCount) = (reads?.count ?? 0, reasoning?.count ?? 0)
        let inputRest = try rest(of: input, readCount + writes.short + writes.long, TraceUsageReader.input)
        let outputRest = try rest(of: output, reasoningCount, TraceUsageReader.output)
        guard inputRest != nil || outputRest != nil else {
            throw IngestIssue(TraceAttributes.pointer(TraceUsageReader.input[0]), .required, "is required")
        }
        var classes = EventMembers()
        let extraInput = try count(TraceUsageReader.compactionInput)?.count ?? 0
        let extraOutput = try count(TraceUsageReader.compactionOutput)?.count ?? 0
        classes["input_tokens"] = inputRest.map { .number(String($0 + extraInput)) }
        classes["output_tokens"] = outputRest.map { .number(String($0 + extraOutput)) }
        let details = [
            ("cache_read_tokens", readCount), ("cache_write_5m_tokens", writes.short),
            ("cache_write_1h_tokens", writes.long), ("reasoning_tokens", reasoningCount),
        ]
        for (name, count) in details where count > 0 { classes[name] = .number(String(count)) }
        let told = [reads != nil, writes.isTold, writes.isSplit, reasoning != nil].filter { $0 }.count
        return TraceUsage(
            detail: told > 0 ? .split : .totals, classCount: told,
            member: .init(name: "usage", value: .object(JSONObject(classes.members)))
        )
    }

    /// The provider's own object; one that was cut off or is something else is as good as none.
    private func raw() -> JSONValue? {
        let value = attributes["gen_ai.usage.raw"]
        var raw = value
        if let text = value?.stringValue {
            guard text.utf8.count <= mostRawUsageBytes else { return nil }
            raw = try? JSONValue.parse(Array(text.utf8), depth: 16)
        }
        guard let raw, let object = raw.objectValue, !object.members.isEmpty else { return nil }
        var writer = JSONWriter()
        writer.value(raw)
        return writer.bytes.count <= mostRawUsageBytes ? raw : nil
    }

    private func cacheWrites() throws(IngestIssue) -> (short: Int64, long: Int64, isTold: Bool, isSplit: Bool) {
        let total = try count(TraceUsageReader.cacheWrite)
        let short = try count(TraceUsageReader.cacheWrite5m)
        let long = try count(TraceUsageReader.cacheWrite1h)
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
        of total: (name: String, count: Int64)?, _ details: Int64, _ names: [String]
    ) throws(IngestIssue) -> Int64? {
        guard let total else {
            if details == 0 { return nil }
            throw IngestIssue(TraceAttributes.pointer(names[0]), .required, "is required beside its details")
        }
        if details > total.count {
            throw IngestIssue(
                TraceAttributes.pointer(total.name), .inconsistent, "is less than its details, \(details)")
        }
        return total.count - details
    }

    /// The first attribute of these that is there.
    private func count(_ names: [String]) throws(IngestIssue) -> (name: String, count: Int64)? {
        for name in names {
            guard let value = attributes[name] else { continue }
            guard let count = TraceUsageReader.whole(value), (0...TraceUsageReader.mostTokens).contains(count) else {
                throw IngestIssue(
                    TraceAttributes.pointer(name), .wrongType,
                    "must be a whole number from 0 to \(TraceUsageReader.mostTokens)")
            }
            return (name, count)
        }
        return nil
    }

    /// A whole number; emitters that know only floating point write it as `12.0`.
    private static func whole(_ value: JSONValue) -> Int64? {
        guard case .number(let text) = value else { return nil }
        return Int64(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }
}
