import ScripJSON
import ScripUsageFormats
import Testing

/// A list of several whole answers is never read as one, of which only the last would count.
@Suite(.timeLimit(.minutes(15))) struct SeveralResponseTests {
    static let lists: [String] = [
        // Two whole answers of each shape, without ids.
        #"[{"usage":{"input_tokens":1,"output_tokens":2}},{"usage":{"input_tokens":3,"output_tokens":4}}]"#,
        #"[{"prompt_tokens":1,"completion_tokens":2},{"prompt_tokens":3,"completion_tokens":4}]"#,
        #"[{"object":"chat.completion","id":"a","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}},{"object":"chat.completion","id":"a","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":1}}]"#,
        #"[{"type":"message","id":"a","usage":{"input_tokens":1,"output_tokens":1}},{"type":"message","id":"a","usage":{"input_tokens":2,"output_tokens":1}}]"#,
        #"[{"totalUsage":{"inputTokens":1,"outputTokens":2}},{"totalUsage":{"inputTokens":3,"outputTokens":4}}]"#,
        #"[{"meta":{"billed_units":{"input_tokens":1}}},{"meta":{"billed_units":{"input_tokens":3}}}]"#,
        #"[{"generation_id":"a","meta":{"billed_units":{"input_tokens":1}}},{"generation_id":"b","meta":{"billed_units":{"input_tokens":3}}}]"#,
        #"[{"model":"l","done":true,"created_at":"x","prompt_eval_count":1,"eval_count":2},{"model":"l","done":true,"created_at":"x","prompt_eval_count":3,"eval_count":4}]"#,
        #"[{"lc":1,"type":"constructor","kwargs":{"usage_metadata":{"input_tokens":1,"output_tokens":2},"response_metadata":{}}},{"lc":1,"type":"constructor","kwargs":{"usage_metadata":{"input_tokens":3,"output_tokens":4},"response_metadata":{}}}]"#,
        #"[{"token_usage":{"prompt_tokens":1,"completion_tokens":2}},{"token_usage":{"prompt_tokens":3,"completion_tokens":4}}]"#,
        #"[{"text":"a","duration":1.5},{"text":"b","duration":2.5}]"#,
        #"[{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2}},{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4}}]"#,
        #"[{"output":{},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":2}},{"output":{},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":4}}]"#,
        // Two streams, one after the other.
        #"[{"type":"message_start","message":{"usage":{"input_tokens":1,"output_tokens":1}}},{"type":"message_stop"},{"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}},{"type":"message_stop"}]"#,
    ]

    @Test(arguments: lists) func `several answers in one list are refused`(text: String) throws {
        let error = #expect(throws: UsageFormatError.self) {
            try UsageReading.read(try JSONValue.parse(Array(text.utf8)), provider: nil)
        }
        #expect(error?.rule == .several, "\(text)")
    }

    @Test func `a stream that says in each chunk that it has finished is one answer`() throws {
        let text = """
            [{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":1}},
            {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":7}}]
            """
        let usage = try UsageReading.read(try JSONValue.parse(Array(text.utf8)), provider: nil)
        #expect(usage.counts == ["input_tokens": 5, "output_tokens": 7] && usage.isFinal)
    }
}
