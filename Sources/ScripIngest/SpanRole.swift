import ScripJSON

/// What a span is to the one who counts usage.
enum SpanRole: Hashable {
    /// A call of a model, by the name of its operation.
    case call(String)
    /// A span around calls, such as an agent's run: what it counts, its calls count, too.
    case container
    /// A line of a log, or a span that is only announced; the span itself tells the call.
    case note
    /// Anything else.
    case other

    /// Operations of models, by the semantic conventions and by those who write others.
    private static let calls: Set<String> = [
        "chat", "text_completion", "completion", "generate_content", "embeddings", "embedding", "image_generation",
        "image", "images", "responses", "rerank", "reranking", "transcription", "speech", "text_to_speech",
        "speech_to_text", "audio", "moderation",
    ]
    private static let containers: Set<String> = [
        "invoke_agent", "create_agent", "execute_tool", "invoke_workflow", "workflow", "execute_event_loop_cycle",
        "plan", "retrieval",
    ]

    /// Attributes by which instrumenters name the kind of a span, with the names of calls; every other name is of
    /// something around calls.
    private static let kinds: [(attribute: String, calls: Set<String>)] = [
        ("openinference.span.kind", ["llm", "embedding", "reranker"]),
        ("langsmith.span.kind", ["llm", "embedding"]),
        ("langfuse.observation.type", ["generation", "embedding"]),
        ("traceloop.span.kind", []),
    ]

    init(_ span: TraceSpan) {
        let attributes = span.attributes
        let operation = attributes["gen_ai.operation.name"]?.stringValue?.lowercased()
        if let kind = attributes["logfire.span_type"]?.stringValue, kind == "pending_span" || kind == "log" {
            let tells = SpanUsage.isStated(by: span) || span.name.hasPrefix(SpanRole.logfireStream)
            self = kind == "log" && tells ? .call(operation ?? "chat") : .note
        } else if SpanRole.isLogfireOpening(span) {
            self = .note
        } else if span.name == SpanAnswer.rawName {
            self = attributes.members.contains { $0.name.hasSuffix(".usage") } ? .call(operation ?? "chat") : .note
        } else if let name = attributes["ai.operationId"]?.stringValue ?? SpanRole.aiOperation(attributes) {
            // The AI SDK wraps each call of a model, `….doGenerate`, in a span of its function, and repeats the counts there.
            let call = name.split(separator: ".").last.map(String.init) ?? name
            self = call.hasPrefix("do") ? .call(operation ?? call) : .container
        } else if let operation, SpanRole.containers.contains(operation) {
            self = .container
        } else if let operation, SpanRole.calls.contains(operation) {
            self = .call(operation)
        } else if let kind = SpanRole.kind(attributes) {
            self = kind
        } else if let request = attributes["llm.request.type"]?.stringValue {
            self = .call(request)
        } else if attributes["gen_ai.agent.name"] != nil || span.name.hasPrefix("agent run")
            || span.name.hasPrefix("invoke_agent")
        {
            self = .container
        } else {
            self = SpanUsage.isStated(by: span) ? .call(operation ?? "unnamed") : .other
        }
    }

    /// How Logfire's log line begins that tells a stream of a call when it has ended.
    private static let logfireStream = "streaming response from"

    /// Whether it is Logfire's span of how a stream began, which tells neither counts nor what was said.
    private static func isLogfireOpening(_ span: TraceSpan) -> Bool {
        let attributes = span.attributes
        guard attributes["logfire.span_type"] != nil, attributes["request_data"] != nil, !span.hasFailed else {
            return false
        }
        return attributes["gen_ai.response.id"] == nil && attributes["response_data"] == nil
            && attributes["gen_ai.output.messages"] == nil && !SpanUsage.isStated(by: span)
    }

    private static func aiOperation(_ attributes: TraceAttributes) -> String? {
        guard let name = attributes["operation.name"]?.stringValue, name.hasPrefix("ai.") else { return nil }
        // The SDK adds the caller's own name of the function after a space.
        return name.split(separator: " ").first.map(String.init)
    }

    private static func kind(_ attributes: TraceAttributes) -> SpanRole? {
        for (attribute, calls) in kinds {
            guard let name = attributes[attribute]?.stringValue?.lowercased() else { continue }
            return calls.contains(name) ? .call(name == "embedding" ? "embeddings" : "chat") : .container
        }
        return nil
    }
}

/// Why a span became no event of usage.
public enum SkippedSpan: String, CaseIterable, Hashable, Sendable {
    /// It is no call of a model and counts no tokens.
    case notACall = "not_a_call"
    /// It is around calls that are counted by themselves, such as an agent's run.
    case aroundCalls = "around_calls"
    /// It is the log line or the announcement of a call that a span tells.
    case noteOfACall = "note_of_a_call"
    /// Another span tells the same call as well or better.
    case sameCall = "same_call"
    /// The provider refused the call, and nothing was used.
    case refusedCall = "refused_call"

    /// Whether the span had to do with a call, so that its sender should hear of it.
    public var concernsACall: Bool { self != .notACall }
}
