import ScripJSON
import ScripUsageFormats
import Testing

/// OpenAI's responses; the members are those of OpenAI's SDK types.
@Suite(.timeLimit(.minutes(15))) struct OpenAIResponsesTests {
    static let response = """
        {"id":"resp_1","object":"response","status":"completed","model":"gpt-5.6","service_tier":"priority",
         "tools":[{"type":"web_search"},{"type":"image_generation","model":"gpt-image-2"}],
         "output":[{"type":"reasoning","id":"rs_1","summary":[]},
          {"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"a"}},
          {"type":"web_search_call","id":"ws_2","status":"completed","action":{"type":"open_page","url":"b"}},
          {"type":"web_search_call","id":"ws_3","status":"failed","action":{"type":"search","query":"c"}},
          {"type":"file_search_call","id":"fs_1","status":"completed","queries":[]},
          {"type":"message","id":"m","role":"assistant","content":[]}],
         "usage":{"input_tokens":900,"input_tokens_details":{"cached_tokens":400,"cache_write_tokens":100},
          "output_tokens":200,"output_tokens_details":{"reasoning_tokens":150},"total_tokens":1100}}
        """
    static let counts: [String: Int64] = [
        "input_tokens": 400, "cache_read_tokens": 400, "cache_write_5m_tokens": 100, "output_tokens": 50,
        "reasoning_tokens": 150, "web_searches": 1, "file_searches": 1,
    ]

    @Test func `every member of a response is read into its own class`() throws {
        let usage = try read(OpenAIResponsesTests.response)
        #expect(usage.counts == OpenAIResponsesTests.counts)
        #expect(usage.responseID == "resp_1")
        #expect(usage.model == "gpt-5.6")
        #expect(usage.serviceTier == "priority")
        #expect(usage.isFinal)
    }

    @Test(arguments: ["completed", "incomplete", "failed"])
    func `a stream states its usage in its last event`(end: String) throws {
        let usage = try read(
            """
            [{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response",
              "status":"in_progress","model":"gpt-5.6","usage":null,"output":[]}},
             {"type":"response.output_text.delta","sequence_number":1,"delta":"Hi"},
             {"type":"response.\(end)","sequence_number":2,"response":\(OpenAIResponsesTests.response)}]
            """)
        #expect(usage.counts == OpenAIResponsesTests.counts)
        #expect(usage.isFinal)
    }

    @Test func `a response that failed without usage is not final`() throws {
        let usage = try read(
            """
            [{"type":"response.created","response":{"id":"resp_2","model":"gpt-5.6","usage":null}},
             {"type":"response.output_item.done","item":{"type":"web_search_call","action":{"type":"search"}}},
             {"type":"response.failed","response":{"id":"resp_2","status":"failed","usage":null,"output":[]}}]
            """)
        #expect(usage.responseID == "resp_2")
        #expect(usage.counts == ["web_searches": 1])
        #expect(!usage.isFinal)
    }

    @Test func `the searches that are billed and the image tool's own tokens are read`() throws {
        let tools = """
            "tool_usage":{"web_search":{"num_requests":4},"image_gen":{"input_tokens":70,"output_tokens":1000,
             "input_tokens_details":{"image_tokens":30,"text_tokens":40},"total_tokens":1070}},"usage"
            """
        let usage = try read(
            OpenAIResponsesTests.response.replacing(#""usage""#, with: tools, maxReplacements: 1))
        #expect(usage.counts["web_searches"] == 4)
        #expect(
            usage.otherCalls == [
                ReportedUsage.Call(
                    model: "gpt-image-2",
                    counts: ["input_tokens": 40, "image_input_tokens": 30, "image_output_tokens": 1000])
            ])
    }

    @Test func `a response of the Realtime API is divided by its modalities`() throws {
        let usage = try read(
            """
            {"type":"response.done","response":{"object":"realtime.response","id":"resp_3","status":"completed",
             "usage":{"total_tokens":253,"input_tokens":132,"output_tokens":121,
              "input_token_details":{"text_tokens":119,"audio_tokens":13,"cached_tokens":64,
               "cached_tokens_details":{"text_tokens":60,"audio_tokens":4}},
              "output_token_details":{"text_tokens":30,"audio_tokens":91}}}}
            """)
        #expect(
            usage.counts == [
                "cache_read_tokens": 64, "audio_input_tokens": 9, "input_tokens": 59, "output_tokens": 30,
                "audio_output_tokens": 91,
            ])
        #expect(usage.responseID == "resp_3")
    }

    @Test func `parts larger than their total are refused`() throws {
        try expectRefusal(
            #"{"input_tokens":5,"output_tokens":1,"input_tokens_details":{"cached_tokens":6},"total_tokens":6}"#,
            "#/input_tokens_details/cached_tokens", .whole)
        try expectRefusal(
            #"{"input_tokens":5,"output_tokens":3,"input_tokens_details":{"cached_tokens":0},"total_tokens":7}"#,
            "#/total_tokens", .whole)
    }
}
