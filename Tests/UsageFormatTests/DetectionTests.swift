import ScripJSON
import ScripUsageFormats
import Testing

/// Which shape is taken for whose.
@Suite(.timeLimit(.minutes(15))) struct DetectionTests {
    @Test(arguments: [
        ("Anthropic", "anthropic"), ("gemini", "google"), ("vertex_ai", "vertex_ai"), ("google-vertex", "vertex_ai"),
        ("gcp.vertex_ai", "vertex_ai"), ("aws.bedrock", "bedrock"), ("amazon-bedrock", "bedrock"),
        ("azure_openai", "azure"), ("azure.ai.openai", "azure"), ("mistral_ai", "mistral"), ("groq", "groq"),
        ("Our-Own", "our_own"),
    ])
    func `a provider's name is brought to one spelling`(given: String, name: String) throws {
        #expect(try read(#"{"input_tokens":1,"output_tokens":2}"#, provider: given).provider == name)
    }

    @Test func `plain counts mean the same whoever states them`() throws {
        for provider in [nil, "openai", "anthropic", "bedrock"] {
            let usage = try read(#"{"input_tokens":1,"output_tokens":2}"#, provider: provider)
            #expect(usage.counts == ["input_tokens": 1, "output_tokens": 2])
        }
    }

    @Test func `usage inside a response of unknown kind is found`() throws {
        let usage = try read(#"{"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#)
        #expect(usage.counts == ["input_tokens": 3, "output_tokens": 2])
        let converse = try read(#"{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5}}"#)
        #expect(converse.counts == ["input_tokens": 3, "output_tokens": 2])
    }

    @Test(arguments: ["null", "[]", "{}", "7", #""usage""#, "[[]]", #"{"usage":{}}"#, #"{"tokens":5}"#])
    func `what is no usage is refused`(text: String) throws {
        try expectRefusal(text, "#", .shape)
    }

    @Test func `counts that two libraries name alike and mean differently are refused`() throws {
        try expectRefusal(#"{"input_tokens":100,"output_tokens":5,"cache_read_tokens":90}"#, "#", .shape)
    }

    @Test func `a name that is too long is refused`() throws {
        let long = String(repeating: "x", count: 256)
        try expectRefusal(#"{"input_tokens":1}"#, "#/provider", .length, provider: long)
        try expectRefusal(
            #"{"type":"message","id":"\#(long)","usage":{"input_tokens":1}}"#, "#/id", .length)
    }

    @Test func `an event that is no object is refused where it stands`() throws {
        try expectRefusal("[\(AnthropicStreamTests.start),3]", "#/1", .object)
    }

    @Test func `an error says where and why`() {
        let error = UsageFormatError(pointer: "#/usage/input_tokens", rule: .negative)
        #expect(error.description == "'#/usage/input_tokens' must not be negative")
    }
}
