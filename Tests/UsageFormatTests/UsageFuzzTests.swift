import ScripJSON
import ScripUsageFormats
import ScripTesting
import Testing

/// Whatever a provider sends: no crash, no negative count, and never more tokens than it states.
@Suite(.timeLimit(.minutes(15))) struct UsageFuzzTests {
    static let seed: UInt64 = 20_261_121
    static let names = [
        "usage", "type", "object", "message", "response", "input_tokens", "output_tokens", "total_tokens",
        "prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details", "cached_tokens",
        "input_tokens_details", "output_tokens_details", "reasoning_tokens", "iterations", "cache_creation",
        "cache_creation_input_tokens", "ephemeral_1h_input_tokens", "usageMetadata", "promptTokenCount",
        "candidatesTokenCount", "promptTokensDetails", "modality", "tokenCount", "totalTokenCount", "inputTokens",
        "outputTokens", "cacheDetails", "ttl", "metadata", "choices", "seconds", "text", "id", "model", "delta",
        "service_tier", "audio_tokens", "data", "created", "output", "item", "candidates", "tool_usage",
    ]
    static let words = [
        "message", "message_start", "message_delta", "response.completed", "chat.completion", "tokens", "duration",
        "AUDIO", "advisor_message", "compaction", "fallback_message", "1h", "list", "error", "", "flex",
    ]
    static let numbers = [
        "0", "1", "7", "1000", "-1", "1.5", "1e400", "-0", "1000000000000000", "1000000000000001",
        "99999999999999999999", "9223372036854775807", "0.000", "12e-7",
    ]

    private func value(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .string(UsageFuzzTests.words.randomElement(using: &generator) ?? "")
        case 3...5: return .number(UsageFuzzTests.numbers.randomElement(using: &generator) ?? "0")
        case 6:
            let count = Int.random(in: 0..<4, using: &generator)
            return .array((0..<count).map { _ in value(&generator, depth: depth - 1) })
        default:
            let count = Int.random(in: 0..<7, using: &generator)
            let names = UsageFuzzTests.names.shuffled(using: &generator).prefix(count)
            return .object(
                JSONObject(
                    names.map { .init(name: $0, value: value(&generator, depth: depth - 1)) }))
        }
    }

    /// A payload with some of its values replaced, removed or moved.
    private func mutated(_ value: JSONValue, _ generator: inout SeededGenerator) -> JSONValue {
        if Int.random(in: 0..<40, using: &generator) == 0 { return self.value(&generator, depth: 2) }
        switch value {
        case .array(let elements):
            return .array(
                elements.flatMap { element in
                    let changed = mutated(element, &generator)
                    let copies = Int.random(in: 0..<20, using: &generator)
                    return copies == 0 ? [] : copies == 1 ? [changed, changed] : [changed]
                })
        case .object(let object):
            return .object(
                JSONObject(
                    object.members.compactMap { member in
                        if Int.random(in: 0..<30, using: &generator) == 0 { return nil }
                        return .init(name: member.name, value: mutated(member.value, &generator))
                    }))
        case .number where Int.random(in: 0..<6, using: &generator) == 0:
            return .number(String(Int.random(in: 0..<3000, using: &generator)))
        default: return value
        }
    }

    private func expectSound(_ raw: JSONValue, format: UsageFormat?) {
        let usage: ReportedUsage
        do throws(UsageFormatError) {
            if let format {
                usage = try UsageReading.read(raw, format: format)
            } else {
                usage = try UsageReading.read(raw, provider: nil)
            }
        } catch {
            #expect(error.pointer.hasPrefix("#"))
            return
        }
        for counts in [usage.counts] + usage.otherCalls.map(\.counts) {
            #expect(counts.values.allSatisfy { $0 > 0 }, "seed \(UsageFuzzTests.seed): \(raw)")
        }
    }

    private static func payloads() throws -> [JSONValue] {
        try [
            AnthropicTests.message, OpenAIChatTests.completion, OpenAIResponsesTests.response, GeminiTests.response,
            BedrockTests.usage,
            "[\(AnthropicStreamTests.start),\(AnthropicStreamTests.delta),\(AnthropicStreamTests.stop)]",
            """
            {"text":"a","usage":{"type":"tokens","input_tokens":14,"output_tokens":45,
             "input_token_details":{"text_tokens":4,"audio_tokens":10}}}
            """,
            """
            {"created":1,"data":[],"usage":{"input_tokens":250,"output_tokens":1056,"total_tokens":1306,
             "input_tokens_details":{"image_tokens":200,"text_tokens":50}}}
            """,
            """
            {"type":"message","model":"a","usage":{"input_tokens":820,"output_tokens":271,"iterations":[
             {"type":"message","model":"b","input_tokens":408,"output_tokens":7},
             {"type":"fallback_message","model":"a","input_tokens":412,"output_tokens":264}]}}
            """,
        ].map { try json($0) }
    }

    @Test func `arbitrary JSON is read or refused`() {
        print("seed \(UsageFuzzTests.seed)")
        var generator = SeededGenerator(seed: UsageFuzzTests.seed)
        for _ in 0..<6000 {
            let raw = value(&generator, depth: 5)
            expectSound(raw, format: nil)
            expectSound(raw, format: UsageFormat.allCases.randomElement(using: &generator))
        }
    }

    @Test func `changed payloads are read or refused`() throws {
        print("seed \(UsageFuzzTests.seed)")
        var generator = SeededGenerator(seed: UsageFuzzTests.seed)
        let payloads = try UsageFuzzTests.payloads()
        for _ in 0..<1500 {
            for payload in payloads {
                let raw = mutated(payload, &generator)
                expectSound(raw, format: nil)
                expectSound(raw, format: UsageFormat.allCases.randomElement(using: &generator))
            }
        }
    }
}
