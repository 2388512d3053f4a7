import ScripJSON
import ScripUsageFormats
import ScripTesting
import Testing

/// The classes of one side of a call add up to exactly what the provider states for it.
@Suite(.timeLimit(.minutes(15))) struct StatedTotalTests {
    static let seed: UInt64 = 7_311_860
    static let input = [
        "input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "audio_input_tokens",
        "image_input_tokens",
    ]
    static let output = ["output_tokens", "reasoning_tokens", "audio_output_tokens", "image_output_tokens"]

    private func expectTotals(_ text: String, input: Int, output: Int) throws -> Int {
        guard let usage = try? read(text) else { return 0 }
        let sum = { (names: [String]) in names.reduce(Int64(0)) { $0 + usage.counts[$1, default: 0] } }
        #expect(sum(StatedTotalTests.input) == Int64(input), "\(text)")
        #expect(sum(StatedTotalTests.output) == Int64(output), "\(text)")
        #expect(usage.counts.values.allSatisfy { $0 > 0 })
        return 1
    }

    @Test func `no token is lost and none is counted twice`() throws {
        print("seed \(StatedTotalTests.seed)")
        var generator = SeededGenerator(seed: StatedTotalTests.seed)
        var accepted = 0
        for _ in 0..<3000 {
            let number = { Int.random(in: 0..<1000, using: &generator) }
            let (whole, made) = (number(), number())
            let parts = (0..<6).map { _ in number() }
            accepted += try expectTotals(
                """
                {"prompt_tokens":\(whole),"completion_tokens":\(made),
                 "prompt_tokens_details":{"cached_tokens":\(parts[0] / 4),"cache_write_tokens":\(parts[1] / 4),
                  "audio_tokens":\(parts[2] / 2),"image_tokens":\(parts[3] / 2)},
                 "completion_tokens_details":{"reasoning_tokens":\(parts[4] / 4),"audio_tokens":\(parts[5] / 4)}}
                """, input: whole, output: made)
            accepted += try expectTotals(
                """
                {"input_tokens":\(whole),"output_tokens":\(made),"total_tokens":\(whole + made),
                 "input_tokens_details":{"cached_tokens":\(parts[0] / 2),"cache_write_tokens":\(parts[1] / 4)},
                 "output_tokens_details":{"reasoning_tokens":\(parts[2])}}
                """, input: whole, output: made)
            accepted += try expectTotals(
                """
                {"promptTokenCount":\(whole),"candidatesTokenCount":\(made),"thoughtsTokenCount":\(parts[0]),
                 "cachedContentTokenCount":\(parts[1] / 2),"toolUsePromptTokenCount":\(parts[2]),
                 "totalTokenCount":\(whole + made + parts[0] + parts[2]),
                 "promptTokensDetails":[{"modality":"AUDIO","tokenCount":\(parts[3])},
                  {"modality":"IMAGE","tokenCount":\(parts[4])}],
                 "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":\(parts[5])}],
                 "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":\(parts[5])}]}
                """, input: whole + parts[2], output: made + parts[0])
            accepted += try expectTotals(
                """
                {"input_tokens":\(whole),"output_tokens":\(made),"cache_read_input_tokens":\(parts[0]),
                 "cache_creation_input_tokens":\(parts[1]),
                 "cache_creation":{"ephemeral_5m_input_tokens":\(parts[2] / 2),
                  "ephemeral_1h_input_tokens":\(parts[3] / 2)},
                 "output_tokens_details":{"thinking_tokens":\(parts[4])}}
                """, input: whole + parts[0] + parts[1], output: made)
            accepted += try expectTotals(
                """
                {"inputTokens":\(whole),"outputTokens":\(made),"cacheReadInputTokens":\(parts[0]),
                 "cacheWriteInputTokens":\(parts[1]),
                 "cacheDetails":[{"ttl":"1h","inputTokens":\(parts[2] / 2)},{"ttl":"5m","inputTokens":\(parts[3] / 4)}]}
                """, input: whole + parts[0] + parts[1], output: made)
        }
        #expect(accepted > 5000)
    }
}
