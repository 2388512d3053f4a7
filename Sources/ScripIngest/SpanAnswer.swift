import ScripJSON

/// The provider's own answer, or its usage object, where an instrumenter writes it on a span.
///
/// It tells what counts leave out: the response's id, the service tier, the lifetimes of cache writes. Of the answer
/// only this is taken; what the model said is not.
struct SpanAnswer {
    /// The usage object, with what stands beside it in the answer and bears on its price.
    let usage: JSONValue
    /// The response's own id.
    let responseID: String?
    /// The model that answered.
    let model: String?
    /// The service tier that the answer names.
    let serviceTier: String?

    /// LiteLLM's span of what it sent and got.
    static let rawName = "raw_gen_ai_request"
    /// LiteLLM's copy of the usage, on its span of the call.
    private static let litellmUsage = "metadata.usage_object"

    private static let kept = [
        "id", "responseId", "object", "type", "model", "modelVersion", "created", "service_tier", "usage",
        "usageMetadata",
    ]

    /// Whether an attribute may carry an answer, by its name.
    static func mayCarry(_ name: String) -> Bool { name == litellmUsage }

    init?(_ span: TraceSpan, maxBytes: Int) {
        guard let answer = SpanAnswer.answer(on: span, maxBytes: maxBytes) else { return nil }
        let members = SpanAnswer.kept.compactMap { name in
            answer[name].flatMap { $0 == .null ? nil : JSONObject.Member(name: name, value: $0) }
        }
        let object = JSONObject(members)
        guard let stated = (object["usage"] ?? object["usageMetadata"])?.objectValue, !stated.members.isEmpty else {
            return nil
        }
        usage = .object(object)
        var writer = JSONWriter()
        writer.value(usage)
        if writer.bytes.count > maxBytes { return nil }
        responseID = SpanAnswer.text(object, "id", "responseId")
        model = SpanAnswer.text(object, "model", "modelVersion")
        serviceTier = SpanAnswer.text(object, "service_tier") ?? SpanAnswer.text(stated, "service_tier")
    }

    private static func answer(on span: TraceSpan, maxBytes: Int) -> JSONObject? {
        let attributes = span.attributes
        if attributes["openinference.span.kind"] != nil, let text = attributes["output.value"]?.stringValue,
            text.utf8.first == UInt8(ascii: "{")
        {
            // It carries images, vectors and texts, too, so that it may be as large as a request.
            return (try? JSONValue.parse(Array(text.utf8), depth: 64))?.objectValue
        }
        if span.name == rawName { return raw(attributes, maxBytes) }
        guard let text = attributes[litellmUsage]?.stringValue,
            let usage = PythonLiteral.value(text, maxBytes: maxBytes)
        else { return nil }
        return JSONObject([.init(name: "usage", value: usage)])
    }

    /// The members of the answer under `llm.PROVIDER.`, of which those that are no texts and numbers are Python's text.
    private static func raw(_ attributes: TraceAttributes, _ maxBytes: Int) -> JSONObject? {
        guard
            let name = attributes.members.first(where: {
                $0.name.hasPrefix("llm.") && $0.name.hasSuffix(".usage") && $0.name.utf8.count <= 255
            })?.name, let text = attributes[name]?.stringValue,
            let usage = PythonLiteral.value(text, maxBytes: maxBytes)
        else { return nil }
        let prefix = name.dropLast("usage".count)
        let others = ["id", "object", "type", "model", "service_tier"].compactMap { name in
            attributes[prefix + name].flatMap { value in
                value.stringValue.flatMap { $0.isEmpty ? nil : JSONObject.Member(name: name, value: value) }
            }
        }
        return JSONObject(others + [.init(name: "usage", value: usage)])
    }

    private static func text(_ object: JSONObject, _ names: String...) -> String? {
        names.lazy.compactMap { object[$0]?.stringValue }.first { !$0.isEmpty }
    }
}
