import ScripJSON
import ScripUsageFormats
import Testing

/// Google's `generateContent`; the members are those of Google's SDK types.
@Suite(.timeLimit(.minutes(15))) struct GeminiTests {
    static let response = """
        {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"finishReason":"STOP"}],
         "modelVersion":"gemini-2.5-pro","responseId":"r1","usageMetadata":{"promptTokenCount":1000,
          "cachedContentTokenCount":400,"candidatesTokenCount":300,"thoughtsTokenCount":120,
          "toolUsePromptTokenCount":60,"totalTokenCount":1480,
          "promptTokensDetails":[{"modality":"TEXT","tokenCount":700},{"modality":"AUDIO","tokenCount":200},
           {"modality":"IMAGE","tokenCount":100}],
          "cacheTokensDetails":[{"modality":"TEXT","tokenCount":250},{"modality":"AUDIO","tokenCount":150}],
          "candidatesTokensDetails":[{"modality":"TEXT","tokenCount":200},{"modality":"IMAGE","tokenCount":90},
           {"modality":"AUDIO","tokenCount":10}],
          "toolUsePromptTokensDetails":[{"modality":"TEXT","tokenCount":60}],"trafficType":"ON_DEMAND_PRIORITY"}}
        """
    static let counts: [String: Int64] = [
        "cache_read_tokens": 400, "audio_input_tokens": 50, "image_input_tokens": 100, "input_tokens": 510,
        "output_tokens": 200, "image_output_tokens": 90, "audio_output_tokens": 10, "reasoning_tokens": 120,
    ]

    @Test func `every member of the metadata is read into its own class`() throws {
        let usage = try read(GeminiTests.response)
        #expect(usage.provider == "google")
        #expect(usage.model == "gemini-2.5-pro")
        #expect(usage.responseID == "r1")
        #expect(usage.counts == GeminiTests.counts)
        #expect(usage.serviceTier == "priority")
        #expect(usage.isFinal)
    }

    @Test func `the last chunk of a stream holds`() throws {
        let usage = try read(
            """
            [{"candidates":[{"content":{"parts":[{"text":"H"}]}}],"usageMetadata":{"promptTokenCount":169,
              "toolUsePromptTokenCount":40,"totalTokenCount":209,"trafficType":"ON_DEMAND"}},
             {"candidates":[{"content":{"parts":[{"text":"i"}]},"finishReason":"STOP"}],
              "usageMetadata":{"promptTokenCount":79,"candidatesTokenCount":5,"totalTokenCount":84,
              "serviceTier":"flex"}}]
            """)
        #expect(usage.counts == ["input_tokens": 79, "output_tokens": 5])
        #expect(usage.serviceTier == "flex")
        #expect(usage.isFinal)
    }

    @Test func `chunks that state only traffic leave the counts alone`() throws {
        let first = """
            {"candidates":[{"content":{"parts":[]}}],"usageMetadata":{"promptTokenCount":5,"totalTokenCount":5}}
            """
        let second = #"{"candidates":[{"content":{}}],"usageMetadata":{"trafficType":"PROVISIONED_THROUGHPUT"}}"#
        let usage = try read("[\(first),\(second)]", provider: "vertex_ai")
        #expect(usage.counts == ["input_tokens": 5])
        #expect(usage.serviceTier == "provisioned")
        #expect(!usage.isFinal)
    }

    @Test func `a dump of the Python SDK is read like JSON`() throws {
        let usage = try read(
            """
            {"prompt_token_count":1000,"cached_content_token_count":400,"candidates_token_count":300,
             "thoughts_token_count":120,"tool_use_prompt_token_count":60,"total_token_count":1480,
             "prompt_tokens_details":[{"modality":"AUDIO","token_count":200},{"modality":"IMAGE","token_count":100}],
             "cache_tokens_details":[{"modality":"AUDIO","token_count":150}],"traffic_type":"ON_DEMAND",
             "candidates_tokens_details":[{"modality":"IMAGE","token_count":90},{"modality":"AUDIO","token_count":10}]}
            """, provider: "gemini")
        #expect(usage.counts == GeminiTests.counts)
        #expect(usage.serviceTier == "standard")
    }

    @Test func `modalities never make a class negative and never count cached tokens twice`() throws {
        let usage = try read(
            """
            {"promptTokenCount":100,"cachedContentTokenCount":90,"candidatesTokenCount":5,
             "promptTokensDetails":[{"modality":"AUDIO","tokenCount":95}],
             "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":7}]}
            """)
        #expect(usage.counts == ["cache_read_tokens": 90, "audio_input_tokens": 10, "image_output_tokens": 5])
    }

    @Test func `thoughts the total counts among the candidates are taken out of them`() throws {
        let usage = try read(
            #"{"promptTokenCount":10,"candidatesTokenCount":50,"thoughtsTokenCount":20,"totalTokenCount":60}"#)
        #expect(usage.counts == ["input_tokens": 10, "output_tokens": 30, "reasoning_tokens": 20])
    }

    @Test func `grounding counts answers before Gemini 3 and queries from then on`() throws {
        let grounded = GeminiTests.response.replacing(
            #""finishReason""#, with: #""groundingMetadata":{"webSearchQueries":["a","b",""]},"finishReason""#)
        #expect(try read(grounded).counts["web_searches"] == 1)
        #expect(try read(grounded.replacing("2.5", with: "3")).counts["web_searches"] == 2)
    }

    @Test func `cached tokens that only their modalities tell are cached`() throws {
        let usage = try read(
            """
            {"promptTokenCount":100,"candidatesTokenCount":5,
             "cacheTokensDetails":[{"modality":"TEXT","tokenCount":60},{"modality":"AUDIO","tokenCount":10}]}
            """)
        #expect(usage.counts == ["cache_read_tokens": 70, "input_tokens": 30, "output_tokens": 5])
    }

    @Test func `parts larger than their total are refused`() throws {
        try expectRefusal(
            #"{"promptTokenCount":10,"cachedContentTokenCount":11}"#, "#/cachedContentTokenCount", .whole)
        try expectRefusal(
            #"{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":14}"#, "#/totalTokenCount", .whole)
    }
}
