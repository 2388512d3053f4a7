import ScripJSON
import ScripUsageFormats
import Testing

/// OpenAI's chat completions; the members are those of OpenAI's SDK types.
@Suite(.timeLimit(.minutes(15))) struct OpenAIChatTests {
    static let completion = """
        {"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"gpt-5.6-2026-06-01",
         "choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],
         "usage":{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,
          "prompt_tokens_details":{"cached_tokens":300,"cache_write_tokens":200,"audio_tokens":50,"image_tokens":40,
           "text_tokens":910},
          "completion_tokens_details":{"reasoning_tokens":120,"audio_tokens":30,"accepted_prediction_tokens":10,
           "rejected_prediction_tokens":15,"text_tokens":350}},
         "service_tier":"default","system_fingerprint":"fp_1"}
        """

    @Test func `every member of a completion is read into its own class`() throws {
        let usage = try read(OpenAIChatTests.completion)
        #expect(usage.provider == "openai")
        #expect(usage.model == "gpt-5.6-2026-06-01")
        #expect(usage.responseID == "chatcmpl-1")
        #expect(usage.serviceTier == "standard")
        #expect(
            usage.counts == [
                "input_tokens": 410, "cache_read_tokens": 300, "cache_write_5m_tokens": 200, "audio_input_tokens": 50,
                "image_input_tokens": 40, "output_tokens": 350, "reasoning_tokens": 120, "audio_output_tokens": 30,
            ])
        #expect(usage.isFinal)
    }

    @Test(arguments: [("default", "standard"), ("priority", "priority"), ("flex", "flex"), ("fast", "priority")])
    func `the tier is the one the response names`(stated: String, tier: String) throws {
        let text = #"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1},"service_tier":"\#(stated)"}"#
        #expect(try read(text).serviceTier == tier)
    }

    @Test func `the usage of a stream is on its last chunk`() throws {
        let usage = try read(
            """
            [{"id":"c1","object":"chat.completion.chunk","model":"gpt-5.6","service_tier":"flex","usage":null,
              "choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"obfuscation":"x"},
             {"id":"c1","object":"chat.completion.chunk","model":"gpt-5.6","usage":null,
              "choices":[{"index":0,"delta":{},"finish_reason":"stop"}]},
             {"id":"c1","object":"chat.completion.chunk","model":"gpt-5.6","choices":[],
              "usage":{"prompt_tokens":8,"completion_tokens":5,"total_tokens":13}},"[DONE]"]
            """)
        #expect(usage.counts == ["input_tokens": 8, "output_tokens": 5])
        #expect(usage.serviceTier == "flex")
        #expect(usage.isFinal)
    }

    @Test func `usage on the last chunk with a choice counts too`() throws {
        let usage = try read(
            """
            [{"id":"gen-1","object":"chat.completion.chunk","model":"anthropic/claude-sonnet-5","provider":"Anthropic",
              "choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}],
              "usage":{"prompt_tokens":100,"completion_tokens":7,"total_tokens":107,"cost":0.00042,
               "cost_details":{"upstream_inference_cost":null},"server_tool_use":{"web_search_requests":2},
               "prompt_tokens_details":{"cached_tokens":60}}}]
            """, provider: "openrouter")
        #expect(usage.provider == "openrouter")
        #expect(
            usage.counts == ["input_tokens": 40, "cache_read_tokens": 60, "output_tokens": 7, "web_searches": 2])
        #expect(usage.isFinal)
    }

    @Test func `cumulative usage on every chunk is replaced, never added`() throws {
        let chunk = { (tokens: Int, end: String) in
            """
            {"object":"chat.completion.chunk","choices":[{"delta":{},"finish_reason":\(end)}],
             "usage":{"prompt_tokens":9,"completion_tokens":\(tokens),"total_tokens":\(9 + tokens)}}
            """
        }
        let chunks = [chunk(1, "null"), chunk(2, "null"), chunk(3, #""length""#)]
        let usage = try read("[\(chunks.joined(separator: ","))]")
        #expect(usage.counts == ["input_tokens": 9, "output_tokens": 3])
        #expect(usage.isFinal)
        #expect(try !read("[\(chunks[0])]").isFinal)
    }

    @Test func `a stream without usage is not final`() throws {
        let usage = try read(
            #"[{"object":"chat.completion.chunk","model":"m","choices":[{"delta":{},"finish_reason":"stop"}]}]"#)
        #expect(usage.counts.isEmpty && !usage.isFinal)
    }

    @Test func `other providers' places are found`() throws {
        let groq = try read(
            """
            [{"id":"g","object":"chat.completion.chunk","choices":[{"delta":{},"finish_reason":"stop"}],
              "x_groq":{"id":"r","usage":{"prompt_tokens":4,"completion_tokens":2,"total_tokens":6}}}]
            """, provider: "groq")
        #expect(groq.counts == ["input_tokens": 4, "output_tokens": 2])
        #expect(groq.provider == "groq")
        let deepseek = try read(
            """
            {"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_cache_hit_tokens":6,
             "prompt_cache_miss_tokens":4}
            """, provider: "deepseek")
        #expect(deepseek.counts == ["input_tokens": 4, "cache_read_tokens": 6, "output_tokens": 2])
        let xai = try read(
            """
            {"prompt_tokens":37,"completion_tokens":530,"total_tokens":800,
             "completion_tokens_details":{"reasoning_tokens":233}}
            """, provider: "x_ai")
        #expect(xai.counts == ["input_tokens": 37, "output_tokens": 530, "reasoning_tokens": 233])
        #expect(xai.provider == "xai")
    }

    @Test func `cached audio is not counted again as audio`() throws {
        let usage = try read(
            """
            {"prompt_tokens":100,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":50,"audio_tokens":60,
             "cached_tokens_details":{"audio_tokens":50,"text_tokens":0}}}
            """)
        #expect(usage.counts == ["cache_read_tokens": 50, "audio_input_tokens": 10, "input_tokens": 40])
        let unknown = try read(
            """
            {"prompt_tokens":100,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":80,"audio_tokens":60}}
            """)
        #expect(unknown.counts == ["cache_read_tokens": 80, "audio_input_tokens": 20])
    }

    @Test func `parts larger than their total are refused`() throws {
        try expectRefusal(
            #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":6}}"#,
            "#/prompt_tokens_details/cached_tokens", .whole)
        try expectRefusal(
            #"{"prompt_tokens":5,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":2}}"#,
            "#/completion_tokens_details/reasoning_tokens", .whole)
        try expectRefusal(
            #"{"prompt_tokens":5,"completion_tokens":1,"total_tokens":4}"#, "#/total_tokens", .whole)
        try expectRefusal(#"{"choices":[{"message":{}}],"object":"chat.completion"}"#, "#/usage", .missing)
    }
}
