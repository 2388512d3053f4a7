import ScripJSON
import ScripUsageFormats
import Testing

/// What is counted beside what a reader knows is read by its meaning, refused or noted, never passed over.
@Suite(.timeLimit(.minutes(15))) struct UnknownCountTests {
    /// Counts of a cache where the shape has none: they cost less, and nobody knows what they are part of.
    private static let refused: [(String, String?, String)] = [
        (
            #"{"prompt_tokens":9,"completion_tokens":1,"cache_details":{"hit":{"read":5}}}"#, nil,
            "#/cache_details/hit/read"
        ),
        (
            #"{"prompt_tokens":9,"completion_tokens":1,"input_token_details":{"cache_read":5}}"#, nil,
            "#/input_token_details/cache_read"
        ),
        (#"{"prompt_tokens":9,"completion_tokens":1,"cache_hits":5}"#, nil, "#/cache_hits"),
        (#"{"prompt_tokens":9,"completion_tokens":1,"parts":[{"n":1},{"cached":5}]}"#, nil, "#/parts/1/cached"),
        (
            #"{"input_tokens":9,"output_tokens":1,"service_tier":"standard","input_tokens_details":{"cached_tokens":5}}"#,
            "anthropic", "#/input_tokens_details/cached_tokens"
        ),
        (
            #"{"input_tokens":9,"output_tokens":1,"speed":"fast","prompt_tokens_details":{"cached_tokens":5}}"#,
            "anthropic", "#/prompt_tokens_details/cached_tokens"
        ),
        (#"{"input_tokens":9,"output_tokens":1,"cached_input_tokens":5.0}"#, nil, "#/cached_input_tokens"),
        (#"{"input_tokens":9,"output_tokens":1,"cached_input_tokens":5e2}"#, nil, "#/cached_input_tokens"),
        (#"{"input_tokens":9,"output_tokens":1,"cached_input_tokens":0.5}"#, nil, "#/cached_input_tokens"),
        (#"{"input_tokens":9,"output_tokens":1,"cached_input_tokens":"500"}"#, nil, "#/cached_input_tokens"),
        (#"{"input_tokens":9,"output_tokens":1,"cached_input_tokens":-5}"#, nil, "#/cached_input_tokens"),
        (
            #"{"input_tokens":9,"output_tokens":1,"input_token_details":{"audio":0},"input_tokens_details":{"cached":5}}"#,
            nil, "#/input_tokens_details/cached"
        ),
        (
            #"{"input_tokens":9,"output_tokens":1,"details":{},"input_tokens_details":{"cached_tokens":5}}"#, nil,
            "#/input_tokens_details/cached_tokens"
        ),
        (
            #"{"request_tokens":9,"response_tokens":1,"details":{"tokens_from_cache":5}}"#, nil,
            "#/details/tokens_from_cache"
        ),
        (
            #"{"inputTokens":9,"outputTokens":1,"reasoningTokens":0,"inputTokensDetails":{"cachedTokens":5}}"#,
            "openai",
            "#/inputTokensDetails/cachedTokens"
        ),
        (
            #"{"inputTokens":9,"outputTokens":1,"reasoningTokens":0,"raw":{"prompt_tokens_details":{"cached_tokens":5}}}"#,
            "openai", "#/raw/prompt_tokens_details/cached_tokens"
        ),
        (
            #"{"inputTokens":{"total":9,"cachedTokens":5},"outputTokens":{"total":1}}"#, "openai",
            "#/inputTokens/cachedTokens"
        ),
        (
            #"{"promptTokenCount":9,"candidatesTokenCount":1,"inputTokensDetails":{"cachedTokens":5}}"#, nil,
            "#/inputTokensDetails/cachedTokens"
        ),
        (#"{"inputTokens":9,"outputTokens":1,"cache":{"read":5}}"#, "bedrock", "#/cache/read"),
        (#"{"billed_units":{"input_tokens":9},"tokens":{"cache_reads":5}}"#, nil, "#/tokens/cache_reads"),
        (#"{"done":true,"prompt_eval_count":9,"eval_count":1,"prompt_cached_count":5}"#, nil, "#/prompt_cached_count"),
        (
            #"{"input_tokens":9,"output_tokens":1,"cache_creation":{"ephemeral_24h_input_tokens":"5"}}"#, nil,
            "#/cache_creation/ephemeral_24h_input_tokens"
        ),
        (
            #"{"object":"list","data":[],"usage":{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":5}}}"#,
            nil,
            "#/usage/prompt_tokens_details/cached_tokens"
        ),
    ]

    @Test(arguments: refused)
    func `a count of a cache that the shape does not have is refused`(
        text: String, provider: String?, pointer: String
    ) throws {
        try expectRefusal(text, pointer, .unknownCount, provider: provider)
    }

    private static let noted: [(String, [String: Int64])] = [
        (
            #"{"prompt_tokens":9,"completion_tokens":1,"searches":7,"pages":9,"foo_count":3}"#,
            ["searches": 7, "unaccounted_units": 9, "foo_count": 3]
        ),
        (#"{"prompt_tokens":9,"completion_tokens":1,"completion_tokens_details":{"audio":1}}"#, ["audio": 1]),
        (
            #"{"prompt_tokens":9,"completion_tokens":1,"other":{"deep":[{"foo_tokens":"4"}],"steps":2.5}}"#,
            ["unaccounted_tokens": 4, "steps": 3]
        ),
        (#"{"prompt_tokens":9,"completion_tokens":1,"server_tool_use":{"code_requests":2}}"#, ["code_requests": 2]),
        (#"{"input_tokens":9,"output_tokens":1,"total_tokens":10,"output_tokens_details":{"foo":3}}"#, ["foo": 3]),
        (
            #"{"input_tokens":9,"output_tokens":1,"service_tier":"standard","output_tokens_details":{"foo_tokens":3}}"#,
            ["unaccounted_tokens": 3]
        ),
        (#"{"request_tokens":9,"response_tokens":1,"details":{"foo_tokens":3}}"#, ["unaccounted_tokens": 3]),
        (#"{"billed_units":{"input_tokens":9,"output_tokens":1},"cached_tokens":5}"#, ["unaccounted_tokens": 5]),
        (#"{"inputTokens":9,"outputTokens":1,"imageUnits":3}"#, ["imageUnits": 3]),
    ]

    @Test(arguments: noted)
    func `any other count is noted and changes no other`(text: String, expected: [String: Int64]) throws {
        let usage = try read(text)
        #expect(usage.counts == expected.merging(["input_tokens": 9, "output_tokens": 1]) { own, _ in own })
    }

    @Test func `tokens under names that nobody knows are never billed as thoughts`() throws {
        let chat = try read(
            #"{"prompt_tokens":9,"completion_tokens":1,"total_tokens":13,"foo_tokens":3}"#, provider: "xai")
        #expect(
            chat.counts == ["input_tokens": 9, "output_tokens": 1, "reasoning_tokens": 3, "unaccounted_tokens": 3])
        let usage = try read(
            #"{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10,"foo":{"text_tokens":9}}"#, provider: "google")
        #expect(usage.counts == ["input_tokens": 9, "output_tokens": 1, "unaccounted_tokens": 9])
    }

    private static let measures = [
        #""queue_time":0.02,"prompt_time":1,"total_time":2,"time_info":{"created":1760000000,"total_time":5}"#,
        #""completion_tokens_per_sec":61.6,"total_tokens_per_sec":90,"acceptance_rate":4,"time_to_first_token":0.2"#,
        #""cost":{"input_tokens_cost":0.2,"total_cost":1},"cost_in_usd_ticks":37756000,"is_byok":false"#,
        #""latency_checkpoint":{"engine_ttft_ms":96,"total_duration_ms":120,"cached_ms":4},"max_tokens":4096"#,
        #""cache_ttl":300,"cached_at":1760000000,"cache_hit_rate":0.5,"cache_read_cost":0.1,"cache_discount":0.25,"cache_type":"ephemeral""#,
        #""id":7,"index":3,"created":1760000000,"size_bytes":12,"remaining_tokens":99,"context_window_tokens":8192"#,
        #""cached_tokens":0,"cache":{"read":0.0},"ephemeral":null,"cache_control":true,"foo_tokens":0e3"#,
        #""tokensPerSecond":12.5,"costUSD":0.1,"firstByteLatency":8,"requestId":"99""#,
    ]

    @Test(arguments: measures)
    func `numbers that are no counts are no counts`(members: String) throws {
        for base in [#""prompt_tokens":9,"completion_tokens":1"#, #""input_tokens":9,"output_tokens":1"#] {
            #expect(try read("{\(base),\(members)}").counts == ["input_tokens": 9, "output_tokens": 1])
        }
    }

    @Test func `details go by several names, and may stand twice`() throws {
        let expected: [String: Int64] = ["input_tokens": 4, "cache_read_tokens": 5, "output_tokens": 1]
        let own = #""prompt_tokens":9,"completion_tokens":1,"input_tokens":9"#
        for details in [
            #""input_tokens_details":{"cached_tokens":5}"#, #""prompt_token_details":{"cached_tokens":5}"#,
            #""prompt_tokens_details":{"cached_tokens":0},"input_tokens_details":{"cached_tokens":5}"#,
            #""prompt_tokens_details":{"cached_tokens":5},"input_tokens_details":{"cached_tokens":5}"#,
            #""prompt_tokens_details":{"cached_tokens":0},"cached_tokens":5"#, #""num_cached_tokens":5"#,
        ] {
            #expect(try read("{\(own),\(details)}").counts == expected, "\(details)")
        }
        let response =
            #"{"input_tokens":9,"output_tokens":1,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":5}}"#
        #expect(try read(response).counts == expected)
        try expectRefusal(
            "{\(own),\"prompt_tokens_details\":{\"cached_tokens\":4},\"input_tokens_details\":{\"cached_tokens\":5}}",
            "#/input_tokens_details/cached_tokens", .inconsistent)
    }

    @Test func `lifetimes of cache writes among the details are read`() throws {
        let usage = try read(
            """
            {"prompt_tokens":9,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":0,
             "cache_creation_input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":5},"cache_type":"ephemeral"}}
            """)
        #expect(usage.counts == ["input_tokens": 4, "cache_write_5m_tokens": 5, "output_tokens": 1])
    }

    @Test func `what several statements of a stream count is noted once`() throws {
        let usage = try read(
            """
            [{"type":"message_start","message":{"id":"m","usage":{"input_tokens":9,"output_tokens":1,"steps":2}}},
             {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1,"steps":3,"foo_tokens":4}}]
            """)
        #expect(
            usage.counts == ["input_tokens": 9, "output_tokens": 1, "steps": 3, "unaccounted_tokens": 4])
    }

    @Test func `the provider's own object beside the SDK's counts repeats them`() throws {
        let usage = try read(
            """
            {"inputTokens":9,"outputTokens":1,"inputTokenDetails":{"noCacheTokens":4,"cacheReadTokens":5},
             "raw":{"prompt_tokens":9,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":5}}}
            """, provider: "openai")
        #expect(usage.counts == ["input_tokens": 4, "cache_read_tokens": 5, "output_tokens": 1])
    }

    @Test func `more unknown names than anybody needs are summed`() throws {
        let names = (0..<40).map { #""count\#($0)":1"# }.joined(separator: ",")
        let counts = try read(#"{"prompt_tokens":9,"completion_tokens":1,\#(names)}"#).counts
        #expect(counts["unaccounted_units"] == 32 && counts["count0"] == 1)
        let nested = try read(
            #"{"prompt_tokens":9,"completion_tokens":1,\#(names),"prompt_tokens_details":{\#(names.replacing("count", with: "n"))}}"#
        )
        #expect(nested.counts.count <= 12 && nested.counts["unaccounted_units"] == 72)
    }

    @Test(arguments: [("10.0", 10), ("1e1", 10), ("1.0E+1", 10), ("0.0", 0), ("100e-1", 10)])
    func `whole numbers written as floating point are whole`(text: String, count: Int64) throws {
        for usage in [
            #"{"prompt_tokens":\#(text),"completion_tokens":1}"#, #"{"input_tokens":\#(text),"output_tokens":1}"#,
            #"{"promptTokenCount":\#(text),"candidatesTokenCount":1.0}"#, #"{"inputTokens":\#(text),"outputTokens":1}"#,
            #"{"request_tokens":\#(text),"response_tokens":1}"#, #"{"billed_units":{"input_tokens":\#(text)}}"#,
            #"{"prompt_eval_count":\#(text),"eval_count":1,"done":true}"#,
        ] {
            #expect(try read(usage).counts["input_tokens", default: 0] == count, "\(usage)")
        }
    }

    @Test func `an answer of Ollama that is not done is not final`() throws {
        let counts = #""model":"m","created_at":"2026-01-01T00:00:00Z","prompt_eval_count":9,"eval_count":1"#
        #expect(try !read(#"{"done":false,\#(counts)}"#).isFinal)
        #expect(try read(#"{"done":true,\#(counts)}"#).isFinal)
        #expect(try read(#"{\#(counts)}"#).isFinal)
        #expect(try read(#"[{"done":false,"created_at":"x"},{"done":true,\#(counts)}]"#).isFinal)
    }
}
