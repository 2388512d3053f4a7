import ScripJSON
import ScripUsageFormats
import Testing

/// What libraries tell of the cache beside their own counts.
@Suite(.timeLimit(.minutes(15))) struct LibraryDetailTests {
    private static let beside: [(String, String, [String: Int64])] = [
        // Version 4 with OpenAI: inside the prompt.
        (
            #""promptTokens":9,"completionTokens":1"#, #""openai":{"cachedPromptTokens":5}"#,
            ["input_tokens": 4, "cache_read_tokens": 5, "output_tokens": 1]
        ),
        // Version 4 with Anthropic: beside it.
        (
            #""promptTokens":4,"completionTokens":1"#,
            #""anthropic":{"cacheCreationInputTokens":3,"cacheReadInputTokens":2}"#,
            ["input_tokens": 4, "cache_read_tokens": 2, "cache_write_5m_tokens": 3, "output_tokens": 1]
        ),
        (
            #""inputTokens":4,"outputTokens":1,"cachedInputTokens":2"#,
            #""bedrock":{"usage":{"cacheWriteInputTokens":3}}"#,
            ["input_tokens": 4, "cache_read_tokens": 2, "cache_write_5m_tokens": 3, "output_tokens": 1]
        ),
        (
            #""promptTokens":9,"completionTokens":1"#,
            #""deepseek":{"promptCacheHitTokens":5,"promptCacheMissTokens":4}"#,
            ["input_tokens": 4, "cache_read_tokens": 5, "output_tokens": 1]
        ),
        (
            #""inputTokens":9,"outputTokens":1,"inputTokenDetails":{"noCacheTokens":4,"cacheReadTokens":5}"#,
            #""openai":{"responseId":"r"}"#, ["input_tokens": 4, "cache_read_tokens": 5, "output_tokens": 1]
        ),
    ]

    @Test(arguments: beside)
    func `the cache that the AI SDK tells in the provider's metadata is read`(
        usage: String, metadata: String, counts: [String: Int64]
    ) throws {
        let result = #"{"text":"x","usage":{\#(usage)},"providerMetadata":{\#(metadata)}}"#
        let provider = metadata.split(separator: "\"").first.map(String.init)
        #expect(try read(result, provider: provider).counts == counts)
    }

    @Test func `LangChain's own counts are read where the provider's beside them leave the cache out`() throws {
        let usage = try read(
            """
            {"type":"ai","response_metadata":{"token_usage":{"prompt_tokens":9,"completion_tokens":1}},
             "usage_metadata":{"input_tokens":9,"output_tokens":1,"input_token_details":{"cache_read":5}}}
            """)
        #expect(usage.counts == ["input_tokens": 4, "cache_read_tokens": 5, "output_tokens": 1])
    }

    @Test func `a chunk of LangChain's that Ollama was not done with is not final`() throws {
        for (done, isFinal) in [("false", false), ("true", true)] {
            let usage = try read(
                #"{"type":"ai","response_metadata":{"done":\#(done)},"usage_metadata":{"input_tokens":9,"output_tokens":1}}"#
            )
            #expect(usage.isFinal == isFinal)
        }
    }
}
