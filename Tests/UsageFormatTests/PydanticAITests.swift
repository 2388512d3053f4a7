import ScripJSON
import ScripUsageFormats
import Testing

/// Pydantic AI's usage objects, of its first versions, too.
@Suite(.timeLimit(.minutes(15))) struct PydanticAITests {
    @Test(arguments: ["cached_tokens", "cache_read_input_tokens", "cached_content_tokens", "prompt_cache_hit_tokens"])
    func `what only the details tell of the cache is read there`(name: String) throws {
        let usage = try read(#"{"request_tokens":1000,"response_tokens":50,"details":{"\#(name)":500}}"#)
        #expect(usage.counts == ["input_tokens": 500, "cache_read_tokens": 500, "output_tokens": 50])
        let run = try read(
            #"{"input_tokens":1000,"output_tokens":50,"cache_read_tokens":500,"details":{"\#(name)":500}}"#)
        #expect(run.counts == usage.counts)
        let zero = try read(
            #"{"input_tokens":1000,"output_tokens":50,"cache_read_tokens":0,"details":{"\#(name)":500}}"#)
        #expect(zero.counts == usage.counts)
    }

    @Test func `Claude's cached and written tokens are inside the total, unless the details repeat the total`() throws {
        let inside = try read(
            """
            {"requests":1,"request_tokens":1500,"response_tokens":50,"total_tokens":1550,"details":{"input_tokens":300,
             "output_tokens":50,"cache_read_input_tokens":1000,"cache_creation_input_tokens":200}}
            """)
        let expected: [String: Int64] = [
            "input_tokens": 300, "cache_read_tokens": 1000, "cache_write_5m_tokens": 200, "output_tokens": 50,
        ]
        #expect(inside.counts == expected)
        let beside = try read(
            """
            {"request_tokens":300,"response_tokens":50,"details":{"input_tokens":300,
             "cache_read_input_tokens":1000,"cache_creation_input_tokens":200}}
            """)
        #expect(beside.counts == expected)
    }

    @Test func `thoughts and sound are read from the details`() throws {
        let gemini = try read(
            """
            {"request_tokens":100,"response_tokens":20,"total_tokens":150,"details":{"thoughts_tokens":30,
             "text_prompt_tokens":60,"audio_prompt_tokens":40,"text_candidates_tokens":20}}
            """, provider: "google")
        #expect(
            gemini.counts == [
                "input_tokens": 60, "audio_input_tokens": 40, "output_tokens": 20, "reasoning_tokens": 30,
            ])
        let openAI = try read(
            #"{"request_tokens":100,"response_tokens":20,"details":{"audio_tokens":30,"reasoning_tokens":5}}"#)
        #expect(
            openAI.counts == [
                "input_tokens": 70, "audio_input_tokens": 30, "output_tokens": 15, "reasoning_tokens": 5,
            ])
        let run = try read(
            """
            {"input_tokens":100,"output_tokens":20,"output_audio_tokens":8,"input_audio_tokens":0,
             "details":{"audio_tokens":8}}
            """)
        #expect(run.counts == ["input_tokens": 100, "output_tokens": 12, "audio_output_tokens": 8])
    }
}
