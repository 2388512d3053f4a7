import ScripJSON
import ScripUsageFormats
import Testing

/// OpenAI's embeddings, images and audio.
@Suite(.timeLimit(.minutes(15))) struct OpenAIMediaTests {
    @Test func `embeddings have input only`() throws {
        let usage = try read(
            """
            {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1]}],
             "model":"text-embedding-3-small","usage":{"prompt_tokens":8,"total_tokens":8}}
            """)
        #expect(usage.counts == ["input_tokens": 8])
        #expect(usage.model == "text-embedding-3-small")
        #expect(try read(#"{"prompt_tokens":8,"total_tokens":8}"#).counts == ["input_tokens": 8])
    }

    @Test func `images are divided into text and image tokens`() throws {
        let image = """
            {"created":1760000000,"data":[{"b64_json":"AA=="}],"background":"opaque","size":"1024x1024",
             "usage":{"input_tokens":250,"input_tokens_details":{"image_tokens":200,"text_tokens":50},
              "output_tokens":1056,"total_tokens":1306DETAILS}}
            """
        let plain = try read(image.replacing("DETAILS", with: ""))
        #expect(plain.counts == ["input_tokens": 50, "image_input_tokens": 200, "image_output_tokens": 1056])
        let divided = try read(
            image.replacing("DETAILS", with: #","output_tokens_details":{"image_tokens":1000,"text_tokens":56}"#))
        #expect(divided.counts["image_output_tokens"] == 1000)
        #expect(divided.counts["output_tokens"] == 56)
        let edited = try read(
            """
            [{"type":"image_edit.partial_image","partial_image_index":0,"b64_json":"AA=="},
             {"type":"image_edit.completed","b64_json":"AA==","usage":{"input_tokens":5,"output_tokens":9,
              "input_tokens_details":{"image_tokens":2,"text_tokens":3},"total_tokens":14}}]
            """)
        #expect(edited.counts == ["input_tokens": 3, "image_input_tokens": 2, "image_output_tokens": 9])
        #expect(try !read(#"[{"type":"image_edit.partial_image","b64_json":"AA=="}]"#).isFinal)
    }

    @Test func `images without tokens are counted`() throws {
        let usage = try read(#"{"created":1,"data":[{"url":"a"},{"url":"b"}]}"#)
        #expect(usage.counts == ["images": 2])
    }

    @Test func `a transcription is billed by tokens or by seconds`() throws {
        let tokens = try read(
            """
            {"text":"Hello","usage":{"type":"tokens","input_tokens":14,"output_tokens":45,"total_tokens":59,
             "input_token_details":{"text_tokens":4,"audio_tokens":10}}}
            """)
        #expect(tokens.counts == ["input_tokens": 4, "audio_input_tokens": 10, "output_tokens": 45])
        let stream = try read(
            """
            [{"type":"transcript.text.delta","delta":"Hel"},{"type":"transcript.text.done","text":"Hello",
             "usage":{"type":"tokens","input_tokens":14,"output_tokens":4,"total_tokens":18}}]
            """)
        #expect(stream.counts == ["audio_input_tokens": 14, "output_tokens": 4])
        let speech = try read(
            """
            [{"type":"speech.audio.delta","audio":"AA=="},
             {"type":"speech.audio.done","usage":{"input_tokens":14,"output_tokens":101,"total_tokens":115}}]
            """)
        #expect(speech.counts == ["input_tokens": 14, "audio_output_tokens": 101])
    }

    @Test(arguments: [
        ("9", 9), ("8.47", 9), ("8.0", 8), ("0.001", 1), ("1.2e1", 12), ("125e-2", 2), ("1e-9", 1), ("0", 0),
        ("0.0", 0),
        ("12345678901234567890e-10", 1_234_567_891),
    ])
    func `seconds that were begun count as whole`(text: String, seconds: Int64) throws {
        let usage = try read(#"{"text":"Hello","usage":{"type":"duration","seconds":\#(text)}}"#)
        #expect(usage.counts["seconds", default: 0] == seconds)
        #expect(usage.isFinal)
    }

    @Test func `a duration that is none is refused`() throws {
        try expectRefusal(#"{"type":"duration","seconds":-2.5}"#, "#/seconds", .negative)
        try expectRefusal(#"{"type":"duration","seconds":"soon"}"#, "#/seconds", .integer)
        try expectRefusal(#"{"type":"duration","seconds":1e50}"#, "#/seconds", .limit)
        try expectRefusal(#"{"type":"duration","seconds":1e999999999999999999999}"#, "#/seconds", .integer)
    }

    @Test func `verbose transcriptions state their length as text`() throws {
        let usage = try read(#"{"task":"transcribe","language":"english","duration":"8.470000267","text":"Hi"}"#)
        #expect(usage.counts == ["seconds": 9])
    }
}
