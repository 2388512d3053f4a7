import ScripJSON
import ScripUsageFormats
import Testing

/// Anthropic's messages; the members are those of Anthropic's SDK types.
@Suite(.timeLimit(.minutes(15))) struct AnthropicTests {
    static let message = """
        {"id":"msg_01XFDUDYJgAACzvnptvVoYEL","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929",
         "content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","stop_sequence":null,
         "usage":{"input_tokens":2095,"cache_creation_input_tokens":1500,"cache_read_input_tokens":4000,
          "cache_creation":{"ephemeral_5m_input_tokens":1000,"ephemeral_1h_input_tokens":500},
          "output_tokens":503,"output_tokens_details":{"thinking_tokens":203},
          "server_tool_use":{"web_search_requests":2,"web_fetch_requests":1},
          "service_tier":"priority","inference_geo":"us","speed":"fast"}}
        """

    @Test func `every member of a message is read into its own class`() throws {
        let usage = try read(AnthropicTests.message)
        #expect(usage.provider == "anthropic")
        #expect(usage.model == "claude-sonnet-4-5-20250929")
        #expect(usage.responseID == "msg_01XFDUDYJgAACzvnptvVoYEL")
        #expect(
            usage.counts == [
                "input_tokens": 2095, "cache_read_tokens": 4000, "cache_write_5m_tokens": 1000,
                "cache_write_1h_tokens": 500, "output_tokens": 300, "reasoning_tokens": 203, "web_searches": 2,
                "web_fetches": 1,
            ])
        #expect(usage.serviceTier == "priority")
        #expect(usage.geography == "us")
        #expect(usage.speed == "fast")
        #expect(usage.isFinal)
    }

    @Test func `cache writes without a lifetime are those of five minutes`() throws {
        let usage = try read(#"{"input_tokens":10,"output_tokens":5,"cache_creation_input_tokens":70}"#)
        #expect(usage.counts == ["input_tokens": 10, "output_tokens": 5, "cache_write_5m_tokens": 70])
    }

    @Test func `members that are null or zero leave no count`() throws {
        let usage = try read(
            """
            {"input_tokens":10,"output_tokens":0,"cache_read_input_tokens":0,"cache_creation_input_tokens":null,
             "cache_creation":null,"server_tool_use":null,"service_tier":"standard","inference_geo":null}
            """)
        #expect(usage.counts == ["input_tokens": 10])
        #expect(usage.serviceTier == "standard")
        #expect(usage.geography == nil)
    }

    @Test func `a message that came through Bedrock names Bedrock`() throws {
        let usage = try read(AnthropicTests.message, provider: "aws.bedrock")
        #expect(usage.provider == "bedrock")
        #expect(usage.counts["input_tokens"] == 2095)
    }

    @Test func `parts larger than their total are refused`() throws {
        try expectRefusal(
            #"{"input_tokens":1,"output_tokens":5,"output_tokens_details":{"thinking_tokens":6}}"#,
            "#/output_tokens_details", .whole)
        try expectRefusal(
            """
            {"input_tokens":1,"output_tokens":5,"cache_creation_input_tokens":5,
             "cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":2}}
            """, "#/cache_creation", .whole)
    }

    @Test(arguments: [
        ("-1", UsageFormatError.Rule.negative), ("1.5", .integer), ("1e-3", .integer), ("1e999", .integer),
        (#""7""#, .integer),
        ("true", .integer), ("1000000000000001", .limit), ("99999999999999999999", .limit),
        ("-99999999999999999999", .negative), ("[]", .integer),
    ])
    func `a count that is none is refused`(value: String, rule: UsageFormatError.Rule) throws {
        try expectRefusal(
            #"{"type":"message","usage":{"input_tokens":\#(value),"output_tokens":5}}"#, "#/usage/input_tokens", rule)
    }

    @Test func `a message without usage is refused`() throws {
        try expectRefusal(#"{"type":"message","usage":null}"#, "#/usage", .missing)
    }
}
