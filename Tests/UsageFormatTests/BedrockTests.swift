import ScripJSON
import ScripUsageFormats
import Testing

/// Bedrock's Converse; the members are those of AWS's service model.
@Suite(.timeLimit(.minutes(15))) struct BedrockTests {
    static let usage = """
        {"inputTokens":100,"outputTokens":50,"totalTokens":750,"cacheReadInputTokens":400,"cacheWriteInputTokens":200,
         "cacheDetails":[{"ttl":"1h","inputTokens":120},{"ttl":"5m","inputTokens":80}]}
        """
    static let counts: [String: Int64] = [
        "input_tokens": 100, "output_tokens": 50, "cache_read_tokens": 400, "cache_write_1h_tokens": 120,
        "cache_write_5m_tokens": 80,
    ]

    @Test func `every member of a response is read into its own class`() throws {
        let usage = try read(
            """
            {"ResponseMetadata":{"RequestId":"b-1","HTTPStatusCode":200},
             "output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn",
             "usage":\(BedrockTests.usage),"metrics":{"latencyMs":551},"serviceTier":{"type":"flex"},
             "performanceConfig":{"latency":"optimized"},
             "trace":{"promptRouter":{"invokedModelId":"anthropic.claude-sonnet-4-5-20250929-v1:0"}}}
            """)
        #expect(usage.provider == "bedrock")
        #expect(usage.counts == BedrockTests.counts)
        #expect(usage.responseID == "b-1")
        #expect(usage.model == "anthropic.claude-sonnet-4-5-20250929-v1:0")
        #expect(usage.serviceTier == "flex")
        #expect(usage.speed == "optimized")
        #expect(usage.isFinal)
    }

    @Test func `a stream states usage in its metadata event`() throws {
        let start = #"{"messageStart":{"role":"assistant"}},{"contentBlockDelta":{"delta":{"text":"Hi"}}}"#
        let end = #"{"messageStop":{"stopReason":"end_turn"}}"#
        let usage = try read(
            """
            [\(start),\(end),{"metadata":{"usage":\(BedrockTests.usage),"metrics":{"latencyMs":1},
             "serviceTier":{"type":"default"}}}]
            """)
        #expect(usage.counts == BedrockTests.counts)
        #expect(usage.serviceTier == "standard")
        #expect(usage.isFinal)
        let cut = try read("[\(start)]")
        #expect(cut.counts.isEmpty && !cut.isFinal)
    }

    @Test func `cache writes without a lifetime are those of five minutes`() throws {
        let usage = try read(#"{"inputTokens":1,"outputTokens":2,"totalTokens":13,"cacheWriteInputTokens":10}"#)
        #expect(usage.counts == ["input_tokens": 1, "output_tokens": 2, "cache_write_5m_tokens": 10])
    }

    @Test(arguments: [#""24h""#, #""1H""#, "5"])
    func `a lifetime whose price is not known is refused`(lifetime: String) throws {
        let usage = #"{"inputTokens":1,"outputTokens":2,"cacheDetails":[{"ttl":\#(lifetime),"inputTokens":TOKENS}]}"#
        try expectRefusal(usage.replacing("TOKENS", with: "9"), "#/cacheDetails/0/ttl", .lifetime)
        #expect(try read(usage.replacing("TOKENS", with: "0")).counts == ["input_tokens": 1, "output_tokens": 2])
    }

    @Test func `details larger than what was written are refused`() throws {
        try expectRefusal(
            #"{"inputTokens":1,"cacheWriteInputTokens":10,"cacheDetails":[{"ttl":"1h","inputTokens":11}]}"#,
            "#/cacheDetails", .whole)
    }
}
