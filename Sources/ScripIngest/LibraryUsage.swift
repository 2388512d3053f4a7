import ScripJSON

/// A usage object that a library spreads over a span's attributes or writes into one as text, put together again so
/// that the reader of that library's objects reads it.
struct LibraryUsage {
    let attributes: SpanUsage
    let maxBytes: Int

    /// The object; `nil` when the span has none.
    func value() -> JSONValue? { raw() ?? aiSDK() ?? langSmith() ?? langfuse() }

    /// The provider's own object; one that was cut off or is something else is as good as none.
    private func raw() -> JSONValue? {
        let value = attributes.values["gen_ai.usage.raw"]
        guard let raw = value?.stringValue.map({ parsed($0) }) ?? value, let object = raw.objectValue,
            !object.members.isEmpty
        else { return nil }
        var writer = JSONWriter()
        writer.value(raw)
        return writer.bytes.count <= maxBytes ? raw : nil
    }

    /// The AI SDK's `usage`, of which each member is an attribute.
    private func aiSDK() -> JSONValue? {
        let prefix = "ai.usage."
        var flat = EventMembers()
        var nested: [String: EventMembers] = [:]
        for (name, value) in attributes.values.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
            let path = name.dropFirst(prefix.count).split(separator: ".").map(String.init)
            if path == ["tokens"] {
                flat["inputTokens"] = value
            } else if path.count == 1 {
                flat[path[0]] = value
            } else if path.count > 1 {
                nested[path[0], default: EventMembers()][path.dropFirst().joined(separator: ".")] = value
            }
        }
        for (name, members) in nested.sorted(by: { $0.key < $1.key }) {
            flat[name] = .object(JSONObject(members.members))
        }
        if flat.members.isEmpty { return nil }
        // The conventions' totals stand beside, where the SDK's own attributes only add what those lack.
        for (name, other) in [("inputTokens", SpanUsage.input), ("outputTokens", SpanUsage.output)] {
            let older = name == "inputTokens" ? "promptTokens" : "completionTokens"
            guard flat[name] == nil, flat[older] == nil else { continue }
            flat[name] = other.names.lazy.compactMap { attributes.values[$0] }.first
        }
        return .object(JSONObject(flat.members))
    }

    /// LangSmith's copy of LangChain's `usage_metadata`, whose details are Python's text of a dictionary.
    private func langSmith() -> JSONValue? {
        var usage = EventMembers()
        for name in ["input_token_details", "output_token_details"] {
            guard let text = attributes.values["gen_ai.usage.\(name)"]?.stringValue else { continue }
            let details = parsed(text) ?? PythonLiteral.value(text, maxBytes: maxBytes)
            guard let details, details.objectValue != nil else { continue }
            usage[name] = details
        }
        if usage.members.isEmpty { return nil }
        for (name, names) in [
            ("input_tokens", SpanUsage.input), ("output_tokens", SpanUsage.output), ("total_tokens", SpanUsage.total),
        ] {
            usage[name] = names.names.lazy.compactMap { attributes.values[$0] }.first
        }
        return .object(JSONObject(usage.members))
    }

    /// Langfuse's `usage_details`. Its own names are disjoint classes; anything else is a provider's object, passed on.
    private func langfuse() -> JSONValue? {
        let value = attributes.values["langfuse.observation.usage_details"]
        guard let details = value?.stringValue.flatMap({ parsed($0) }) ?? value, let object = details.objectValue else {
            return nil
        }
        if object["input"] == nil && object["output"] == nil { return details }
        let names = [
            "input": "noCacheTokens", "output": "textTokens", "input_cached_tokens": "cacheReadTokens",
            "input_cache_read": "cacheReadTokens", "cache_read_input_tokens": "cacheReadTokens",
            "input_cache_creation": "cacheWriteTokens", "cache_creation_input_tokens": "cacheWriteTokens",
            "output_reasoning_tokens": "reasoningTokens", "output_reasoning": "reasoningTokens",
        ]
        var (input, output) = (EventMembers(), EventMembers())
        var (sumOfInput, sumOfOutput): (Int64, Int64) = (0, 0)
        for member in object.members where member.name != "total" {
            let name = names[member.name] ?? member.name
            guard let count = SpanUsage.whole(member.value), (0...SpanUsage.maxTokens).contains(count) else {
                return nil
            }
            let isOutput = member.name.hasPrefix("output")
            if isOutput { output[name] = member.value } else { input[name] = member.value }
            if isOutput {
                sumOfOutput = min(SpanUsage.maxTokens, sumOfOutput + count)
            } else {
                sumOfInput = min(SpanUsage.maxTokens, sumOfInput + count)
            }
        }
        return .object(
            JSONObject([
                .init(name: "inputTokens", value: .number(String(sumOfInput))),
                .init(name: "outputTokens", value: .number(String(sumOfOutput))),
                .init(name: "inputTokenDetails", value: .object(JSONObject(input.members))),
                .init(name: "outputTokenDetails", value: .object(JSONObject(output.members))),
            ]))
    }

    private func parsed(_ text: String) -> JSONValue? {
        guard text.utf8.count <= maxBytes else { return nil }
        return try? JSONValue.parse(Array(text.utf8), depth: 16)
    }
}
