import ScripJSON

/// The usage events of one export of traces.
public struct TraceBatch: Hashable, Sendable {
    /// One result for each call of a model, in the order of their first spans.
    public var events: [Result<IncomingEvent, IngestError>]
    /// How many spans the request had.
    public var spanCount: Int
    /// How many of them are not calls that a provider bills.
    public var skippedSpanCount: Int
    /// How many told a call that another span of the request tells as well or better.
    public var duplicateSpanCount: Int

    /// Reads an export of traces over OTLP/HTTP, already decompressed.
    ///
    /// Spans whose `gen_ai.operation.name` is `chat`, `text_completion`, `generate_content` or `embeddings` become
    /// events; spans with one response id are one call, of which the one with most detail tells the usage (the
    /// provider's raw object, then split counts, then totals) and the others what it lacks. Without a response id the
    /// span itself is the call.
    /// - Throws: ``IngestRefusal``.
    public init(
        _ body: [UInt8], encoding: TraceEncoding, configuration: IngestConfiguration = IngestConfiguration()
    ) throws(IngestRefusal) {
        let limits = configuration.limits
        try limits.checkBody(body)
        let spans: [TraceSpan]
        switch encoding {
        case .json: spans = try TraceJSON.spans(body, limits)
        case .protobuf: spans = try TraceProtobuf.spans(body, limits)
        }
        let candidates = spans.compactMap { span in
            span.billedOperation.map { TraceCandidate(span, operation: $0, configuration) }
        }
        let calls = TraceBatch.calls(candidates)
        events = calls.map { $0.event(configuration) }
        spanCount = spans.count
        skippedSpanCount = spans.count - candidates.count
        duplicateSpanCount = candidates.count - calls.count
    }

    /// Joins the spans of each call. One response id under two accounts is two calls.
    private static func calls(_ candidates: [TraceCandidate]) -> [TraceCandidate] {
        var accounts: [String: String] = [:]
        for candidate in candidates {
            guard let response = candidate.responseID, let account = candidate.account else { continue }
            if accounts[response] == nil { accounts[response] = account }
        }
        var places: [[String]: Int] = [:]
        var calls: [TraceCandidate] = []
        for candidate in candidates {
            guard let response = candidate.responseID else {
                calls.append(candidate)
                continue
            }
            let key = [response, candidate.account ?? accounts[response] ?? ""]
            guard let place = places[key] else {
                places[key] = calls.count
                calls.append(candidate)
                continue
            }
            var (better, other) = (calls[place], candidate)
            if better.rank < other.rank { swap(&better, &other) }
            better.fill(from: other)
            calls[place] = better
        }
        return calls
    }
}
