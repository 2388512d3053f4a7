import ScripAPI
import ScripJSON

/// What one billed span says, before it is joined with the other spans of the same call.
struct TraceCandidate {
    let span: TraceSpan
    let operation: String
    /// What makes it one call with other spans: the response id.
    let responseID: String?
    /// The account by its own attribute.
    var account: String?
    /// The account by the attributes that stand in for it.
    var fallbackAccount: String?
    var action: String?
    var user: String?
    var provider: String?
    var model: String?
    let usage: Result<TraceUsage, IngestIssue>
    /// What is wrong apart from the usage.
    private(set) var issue: IngestIssue?

    init(_ span: TraceSpan, operation: String, _ configuration: IngestConfiguration) {
        self.span = span
        self.operation = operation
        let limits = configuration.limits
        if span.attributes.members.count > limits.mostAttributes || span.resource.isCut {
            issue = IngestIssue(
                "#/attributes", .tooLarge, "may be at most \(limits.mostAttributes), on the span and on its resource")
        }
        responseID = TraceCandidate.text(["gen_ai.response.id"], span.attributes)
        provider = TraceCandidate.text(["gen_ai.provider.name", "gen_ai.system"], span.attributes)
        model = TraceCandidate.text(["gen_ai.response.model", "gen_ai.request.model"], span.attributes)
        action = TraceCandidate.inherited(configuration.actionAttribute, span)
        account = TraceCandidate.inherited(configuration.accountAttribute, span)
        fallbackAccount =
            configuration.fallbackAccountAttributes.lazy
            .compactMap { TraceCandidate.inherited($0, span) }.first
        user = configuration.userAttributes.lazy.compactMap { TraceCandidate.inherited($0, span) }.first
        let reader = TraceUsageReader(attributes: span.attributes, mostRawUsageBytes: limits.mostRawUsageBytes)
        let hasProvider = provider != nil
        usage = Result { () throws(IngestIssue) in try reader.usage(hasProvider: hasProvider) }
    }

    /// How good a source for the call's event this is.
    var rank: (isWhole: Int, detail: Int, classCount: Int) {
        guard issue == nil, case .success(let usage) = usage else { return (0, 0, 0) }
        return (1, usage.detail.rawValue, usage.classCount)
    }

    /// Takes what this one lacks from another span of the same call.
    mutating func fill(from other: TraceCandidate) {
        account = account ?? other.account
        fallbackAccount = fallbackAccount ?? other.fallbackAccount
        action = action ?? other.action
        user = user ?? other.user
        provider = provider ?? other.provider
        model = model ?? other.model
    }

    func event(_ configuration: IngestConfiguration) -> Result<IncomingEvent, IngestError> {
        let draft = draft(defaultAction: configuration.defaultAction)
        func failed(_ issue: IngestIssue) -> Result<IncomingEvent, IngestError> {
            .failure(IngestError(issue, raw: span.raw, draft: draft))
        }
        if let issue { return failed(issue) }
        if draft.id == nil {
            return failed(IngestIssue("#/spanId", .required, "is required, with a trace id, where no response id is"))
        }
        if draft.account == nil {
            let pointer = TraceAttributes.pointer(configuration.accountAttribute)
            return failed(IngestIssue(pointer, .required, "is required on the span or its resource"))
        }
        if case .failure(let issue) = usage { return failed(issue) }
        return .success(draft)
    }

    private func draft(defaultAction: String?) -> IncomingEvent {
        var body = EventMembers()
        let id: String?
        if let responseID {
            id = EventIdentity.name([responseID])
        } else if let traceID = span.traceID, let spanID = span.spanID {
            id = "\(traceID)-\(spanID)"
        } else {
            id = nil
        }
        let account = account ?? fallbackAccount
        body.fill("id", id)
        body.fill("account", account)
        body.fill("action", action ?? defaultAction)
        body.fill("user", user == account ? nil : user)
        body.fill("provider", provider)
        body.fill("model", model)
        if case .success(let usage) = usage { body[usage.member.name] = usage.member.value }
        if span.endTime > 0 {
            body.fill("occurred_at", RFC3339.print(microseconds: Int64(span.endTime / 1_000)))
        }
        body.fill("trace_id", span.traceID)
        body["metadata"] = metadata
        return IncomingEvent(
            id: id, account: account, body: .object(JSONObject(body.members)), serviceTier: serviceTier)
    }

    private var metadata: JSONValue {
        var metadata = EventMembers()
        metadata.fill("operation", operation)
        let requested = TraceCandidate.text(["gen_ai.request.model"], span.attributes)
        let others = [
            ("response_id", responseID), ("request_model", requested == model ? nil : requested),
            ("service_tier", serviceTier), ("span_id", span.spanID),
        ]
        for (name, text) in others where (text?.utf8.count ?? 0) <= 255 { metadata.fill(name, text) }
        return .object(JSONObject(metadata.members))
    }

    private var serviceTier: String? {
        TraceCandidate.text(
            [
                "anthropic.response.service_tier", "openai.response.service_tier",
                "gen_ai.openai.response.service_tier",
            ], span.attributes)
    }

    /// An attribute of the span, else of the resource, else the same with the prefix that baggage has on spans.
    private static func inherited(_ name: String, _ span: TraceSpan) -> String? {
        text([name], span.attributes) ?? text([name], span.resource)
            ?? text(["baggage." + name], span.attributes) ?? text(["baggage." + name], span.resource)
    }

    private static func text(_ names: [String], _ attributes: TraceAttributes) -> String? {
        for name in names {
            switch attributes[name] {
            case .string(let text) where !text.isEmpty: return text
            case .number(let text) where Int64(text) != nil: return text
            default: continue
            }
        }
        return nil
    }
}
