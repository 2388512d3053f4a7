import ScripCore
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
    private(set) var serviceTier: String?
    let usage: Result<TraceUsage, IngestIssue>
    /// All tokens of the input and of the output, as far as they are stated.
    let totals: (input: Int64, output: Int64)?
    /// Whether the span counts any tokens.
    let statesUsage: Bool
    /// What is wrong apart from the usage.
    private(set) var issue: IngestIssue?

    init(_ span: TraceSpan, operation: String, _ configuration: IngestConfiguration) {
        self.span = span
        self.operation = operation
        let limits = configuration.limits
        if span.attributes.members.count > limits.maxAttributes || span.resource.isCut {
            issue = IngestIssue(
                "#/attributes", .tooLarge, "may have at most \(limits.maxAttributes), on span and resource each")
        }
        let answer = SpanAnswer(span, maxBytes: limits.maxRawUsageBytes)
        responseID =
            TraceCandidate.text(["gen_ai.response.id", "ai.response.id", "llm.response.id"], span.attributes)
            ?? answer?.responseID
        provider = TraceCandidate.provider(of: span)
        serviceTier = TraceCandidate.serviceTier(of: span.attributes) ?? answer?.serviceTier
        model = TraceCandidate.text(
            [
                "gen_ai.response.model", "ai.response.model", "llm.response.model", "gen_ai.request.model",
                "llm.model_name", "llm.request.model", "ai.model.id", "embedding.model_name", "reranker.model_name",
                "langfuse.observation.model.name",
            ], span.attributes)
        model = model ?? answer?.model ?? TraceCandidate.invokedModel(span.attributes)
        action = TraceCandidate.inherited(configuration.actionAttribute, span)
        account = TraceCandidate.inherited(configuration.accountAttribute, span)
        fallbackAccount =
            configuration.fallbackAccountAttributes.lazy
            .compactMap { TraceCandidate.inherited($0, span) }.first
        user = configuration.userAttributes.lazy.compactMap { TraceCandidate.inherited($0, span) }.first
        let stated = SpanUsage(span)
        totals = TraceCandidate.totals(stated)
        statesUsage = answer != nil || SpanUsage.isStated(by: span) || stated.values["gen_ai.usage.raw"] != nil
        let reader = TraceUsageReader(
            attributes: stated, answer: answer, call: [provider, model].compactMap { $0 },
            maxRawUsageBytes: limits.maxRawUsageBytes)
        let hasProvider = provider != nil
        usage = Result { () throws(IngestIssue) in try reader.usage(hasProvider: hasProvider) }
    }

    private static func totals(_ stated: SpanUsage) -> (input: Int64, output: Int64)? {
        guard let input = try? stated.count(SpanUsage.input)?.count else { return nil }
        return (input, (try? stated.count(SpanUsage.output)?.count) ?? 0)
    }

    /// Whether the provider refused the call: it failed, and nothing is known to have been used.
    var isRefusedCall: Bool {
        if statesUsage { return false }
        return span.hasFailed || span.attributes["error.type"] != nil || span.attributes["exception.type"] != nil
    }

    /// Names of frameworks, which emitters write where the provider belongs.
    private static let frameworks: Set<String> = [
        "strands-agents", "langchain", "langgraph", "llamaindex", "llama_index", "crewai", "pydantic_ai",
        "pydantic-ai", "haystack", "autogen", "_other", "unknown",
    ]

    private static func provider(of span: TraceSpan) -> String? {
        let attributes = span.attributes
        let names = [
            "gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider",
            "langsmith.metadata.ls_provider",
        ]
        for name in names {
            guard let text = text([name], attributes), !frameworks.contains(text.lowercased()) else { continue }
            return text
        }
        if span.name == SpanAnswer.rawName,
            let name = attributes.members.lazy.map(\.name).first(where: { $0.hasPrefix("llm.") })
        {
            let part = name.split(separator: ".").dropFirst().first.map(String.init)
            return part == "None" ? nil : part
        }
        return nil
    }

    /// The model among the arguments of the call, which OpenInference writes as JSON.
    private static func invokedModel(_ attributes: TraceAttributes) -> String? {
        guard let text = attributes["llm.invocation_parameters"]?.stringValue, text.utf8.count <= 65_536 else {
            return nil
        }
        return (try? JSONValue.parse(Array(text.utf8), depth: 64))?["model"]?.stringValue
    }

    /// How good a source for the call's event this is.
    var rank: (isWhole: Int, isExact: Int, detail: Int, classCount: Int) {
        guard issue == nil, case .success(let usage) = usage else { return (0, 0, 0, 0) }
        return (1, isExact ? 1 : 0, usage.detail.rawValue, usage.classCount)
    }

    /// Whether the counts are right to the token. OpenLLMetry adds the placeholder at the beginning of Anthropic's
    /// streams to the output that their end states.
    private var isExact: Bool { span.scope != "opentelemetry.instrumentation.anthropic" }

    /// The better of two spans of the same call, with what it lacks from the other.
    func joined(with other: TraceCandidate) -> TraceCandidate {
        var (better, lesser) = (self, other)
        if better.rank < lesser.rank { swap(&better, &lesser) }
        better.fill(from: lesser)
        return better
    }

    /// Takes who called and why from a span around it, as far as its own does not say.
    mutating func takeCaller(from other: TraceCandidate) {
        account = account ?? other.account
        fallbackAccount = fallbackAccount ?? other.fallbackAccount
        action = action ?? other.action
        user = user ?? other.user
    }

    /// Takes what this one lacks from another span of the same call.
    private mutating func fill(from other: TraceCandidate) {
        takeCaller(from: other)
        provider = provider ?? other.provider
        model = model ?? other.model
        serviceTier = serviceTier ?? other.serviceTier
    }

    func event(_ configuration: IngestConfiguration) -> Result<IncomingEvent, IngestError> {
        let draft = draft(defaultAction: configuration.defaultAction)
        func failed(_ issue: IngestIssue) -> Result<IncomingEvent, IngestError> {
            .failure(IngestError(issue, raw: span.raw, draft: draft))
        }
        if let issue { return failed(issue) }
        if draft.id == nil {
            return failed(IngestIssue("#/spanId", .required, "is required, with a trace id, without a response id"))
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
        let requested = TraceCandidate.text(
            ["gen_ai.request.model", "llm.request.model", "ai.model.id"], span.attributes)
        let others = [
            ("response_id", responseID), ("request_model", requested == model ? nil : requested),
            ("service_tier", serviceTier), ("span_id", span.spanID),
        ]
        for (name, text) in others where (text?.utf8.count ?? 0) <= 255 { metadata.fill(name, text) }
        return .object(JSONObject(metadata.members))
    }

    private static func serviceTier(of attributes: TraceAttributes) -> String? {
        text(
            [
                "anthropic.response.service_tier", "openai.response.service_tier",
                "gen_ai.openai.response.service_tier", "gen_ai.response.service_tier", "gen_ai.usage.service_tier",
                "gen_ai.usage.details.service_tier", "gen_ai.openai.request.service_tier",
                "openai.request.service_tier",
            ], attributes)
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
