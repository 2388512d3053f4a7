import ScripJSON
import ScripUsageFormats
import Testing

/// Anthropic's streams: counts are cumulative, and the last stated value holds.
@Suite(.timeLimit(.minutes(15))) struct AnthropicStreamTests {
    static let start = """
        {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],
         "model":"claude-opus-4-8","stop_reason":null,"usage":{"input_tokens":2068,"cache_creation_input_tokens":300,
         "cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200},
         "output_tokens":4,"service_tier":"batch","inference_geo":"eu"}}}
        """
    static let text = #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#
    static let ping = #"{"type":"ping"}"#
    static let delta = """
        {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},
         "usage":{"input_tokens":22397,"cache_read_input_tokens":null,"output_tokens":503,
         "server_tool_use":{"web_search_requests":3}}}
        """
    static let stop = #"{"type":"message_stop"}"#

    private func stream(_ events: String...) throws -> ReportedUsage {
        try read("[" + events.joined(separator: ",") + "]")
    }

    @Test func `counts of a later event replace those of an earlier one`() throws {
        let usage = try stream(
            AnthropicStreamTests.ping, AnthropicStreamTests.start, AnthropicStreamTests.text, AnthropicStreamTests.ping,
            AnthropicStreamTests.delta, AnthropicStreamTests.stop)
        #expect(
            usage.counts == [
                "input_tokens": 22397, "cache_write_5m_tokens": 100, "cache_write_1h_tokens": 200,
                "output_tokens": 503, "web_searches": 3,
            ])
        #expect(usage.responseID == "msg_1")
        #expect(usage.serviceTier == "batch")
        #expect(usage.geography == "eu")
        #expect(usage.isFinal)
    }

    @Test func `an error ends a stream before its final usage`() throws {
        let error = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        let usage = try stream(AnthropicStreamTests.start, AnthropicStreamTests.text, error)
        #expect(usage.counts["input_tokens"] == 2068)
        #expect(usage.counts["output_tokens"] == 4)
        #expect(!usage.isFinal)
        #expect(try !stream(AnthropicStreamTests.start, error, AnthropicStreamTests.delta).isFinal)
    }

    @Test func `a stream that was cut off is not final`() throws {
        #expect(try !stream(AnthropicStreamTests.start, AnthropicStreamTests.text).isFinal)
        let empty = try stream(AnthropicStreamTests.text)
        #expect(empty.counts.isEmpty && !empty.isFinal)
    }

    @Test func `a stream can be taken in event by event`() throws {
        var stream = StreamedUsage(format: .anthropicMessages)
        for event in [AnthropicStreamTests.start, AnthropicStreamTests.ping] { try stream.add(json(event)) }
        #expect(try !stream.finished().isFinal)
        try stream.add(json(AnthropicStreamTests.delta))
        #expect(try stream.finished().isFinal)
        #expect(try stream.finished().counts["output_tokens"] == 503)
    }

    @Test func `what is wrong in a stream is found at its event`() throws {
        let bad = #"{"type":"message_delta","delta":{},"usage":{"output_tokens":-3}}"#
        try expectRefusal("[\(AnthropicStreamTests.start),\(bad)]", "#/1/usage/output_tokens", .negative)
    }

    @Test func `a division that belongs to an earlier total is forgotten`() throws {
        let later = """
            {"type":"message_delta","delta":{"stop_reason":"end_turn"},
             "usage":{"input_tokens":412,"cache_creation_input_tokens":50,"output_tokens":264}}
            """
        let usage = try stream(AnthropicStreamTests.start, later)
        #expect(usage.counts == ["input_tokens": 412, "cache_write_5m_tokens": 50, "output_tokens": 264])
    }
}
