import ScripJSON

/// The usage events of one export of traces.
public struct TraceBatch: Hashable, Sendable {
    /// One result for each call of a model, in the order of their first spans.
    public var events: [Result<IncomingEvent, IngestError>]
    /// How many spans the request had.
    public var spanCount: Int
    /// How many spans became no event of their own, and why.
    public var skipped: [SkippedSpan: Int]

    /// Reads an export of traces over OTLP/HTTP, already decompressed.
    ///
    /// A span that counts tokens or names an operation of a model is a call (see ``SpanRole``). Spans with one response id are
    /// one call, and so are a span and the only call inside it; the one with most detail tells the usage (the provider's raw
    /// object, then split counts, then totals) and the others what it lacks. A span around several calls is not one. Without
    /// a response id the span itself is the call.
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
        var skipped: [SkippedSpan: Int] = [:]
        var candidates: [TraceCandidate] = []
        for span in spans {
            switch SpanRole(span) {
            case .call(let operation):
                let candidate = TraceCandidate(span, operation: operation, configuration)
                if candidate.isRefusedCall {
                    skipped[.refusedCall, default: 0] += 1
                } else {
                    candidates.append(candidate)
                }
            case .container: skipped[.aroundCalls, default: 0] += 1
            case .note: skipped[.noteOfACall, default: 0] += 1
            case .other: skipped[.notACall, default: 0] += 1
            }
        }
        let nested = NestedCalls(candidates, in: spans)
        skipped[.aroundCalls, default: 0] += nested.aroundCount
        let twins = TwinCalls(nested.calls)
        let calls = TraceBatch.calls(twins.calls)
        skipped[.sameCall, default: 0] += nested.sameCount + twins.sameCount + twins.calls.count - calls.count
        events = calls.map { $0.event(configuration) }
        spanCount = spans.count
        self.skipped = skipped.filter { $0.value > 0 }
    }

    /// Joins the spans of each call. One response id under two accounts is two calls, and so it is in two traces with other
    /// counts of the same detail: servers of open models count responses up and start again.
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
            if calls[place].isOtherCall(than: candidate) {
                let own = key + [candidate.span.traceID ?? ""]
                if let place = places[own] {
                    calls[place] = calls[place].joined(with: candidate)
                } else {
                    places[own] = calls.count
                    calls.append(candidate)
                }
                continue
            }
            calls[place] = calls[place].joined(with: candidate)
        }
        return calls
    }
}

extension TraceCandidate {
    /// Whether a span with the same response id is certainly another call's: one instrumenter tells a call in one trace,
    /// while two of them may count the same call differently.
    fileprivate func isOtherCall(than other: TraceCandidate) -> Bool {
        guard let trace = span.traceID, let otherTrace = other.span.traceID, trace != otherTrace,
            span.scope == other.span.scope, account != nil, other.account != nil, case .success(let mine) = usage,
            case .success(let others) = other.usage
        else { return false }
        return mine.detail == others.detail && mine.member != others.member
    }
}
