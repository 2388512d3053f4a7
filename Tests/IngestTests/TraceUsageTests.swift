import ScripIngest
import ScripJSON
import ScripWire
import Testing

@Suite(.timeLimit(.minutes(15))) struct TraceUsageTests {
    private typealias Counts = [String: Int64]

    private static let short = "!anthropic.usage.cache_creation.ephemeral_5m_input_tokens"
    private static let long = "!anthropic.usage.cache_creation.ephemeral_1h_input_tokens"

    private static let fine: [([String: Int64], [String: Int64])] = [
        (["input_tokens": 10, "output_tokens": 5], ["input_tokens": 10, "output_tokens": 5]),
        (["prompt_tokens": 10, "completion_tokens": 5], ["input_tokens": 10, "output_tokens": 5]),
        (["input_tokens": 10, "prompt_tokens": 99], ["input_tokens": 10]),
        (["output_tokens": 5], ["output_tokens": 5]),
        (["input_tokens": 0, "output_tokens": 0], ["input_tokens": 0, "output_tokens": 0]),
        (
            ["input_tokens": 10, "cache_read.input_tokens": 4, "cache_creation.input_tokens": 3],
            ["input_tokens": 3, "cache_read_tokens": 4, "cache_write_5m_tokens": 3]
        ),
        (["input_tokens": 10, "cache_read_input_tokens": 10], ["input_tokens": 0, "cache_read_tokens": 10]),
        (["output_tokens": 10, "reasoning_tokens": 4], ["output_tokens": 6, "reasoning_tokens": 4]),
        (
            ["input_tokens": 10, "cache_write.input_tokens": 5, long: 2],
            ["input_tokens": 5, "cache_write_5m_tokens": 3, "cache_write_1h_tokens": 2]
        ),
        (
            ["input_tokens": 10, short: 1, long: 2],
            ["input_tokens": 7, "cache_write_5m_tokens": 1, "cache_write_1h_tokens": 2]
        ),
        (
            [
                "input_tokens": 10, "output_tokens": 1, "!anthropic.usage.compaction.input_tokens": 7,
                "!anthropic.usage.compaction.output_tokens": 2,
            ],
            ["input_tokens": 17, "output_tokens": 3]
        ),
    ]

    @Test(arguments: fine)
    func `details are taken out of the totals`(counts: [String: Int64], expected: [String: Int64]) throws {
        let batch = try SpanText.batch([SpanText.span(SpanText.counts(counts))])
        let request = try UsageEventRequest(json: try #require(batch.events.first).get().body)
        #expect(request.usage.counts == expected.mapValues { DecimalNumber($0) })
    }

    private static let wrong: [([String: Int64], String)] = [
        ([:], "gen_ai.usage.input_tokens required"),
        (["cache_read.input_tokens": 1], "gen_ai.usage.input_tokens required"),
        (["input_tokens": 1, "reasoning_tokens": 1], "gen_ai.usage.output_tokens required"),
        (
            ["input_tokens": 1, "cache_read.input_tokens": 1, "cache_write.input_tokens": 1],
            "gen_ai.usage.input_tokens inconsistent"
        ),
        (["completion_tokens": 1, "reasoning_tokens": 2], "gen_ai.usage.completion_tokens inconsistent"),
        (
            ["input_tokens": 9, "cache_write.input_tokens": 2, short: 1, long: 2],
            "gen_ai.usage.cache_write.input_tokens inconsistent"
        ),
        (["input_tokens": -1], "gen_ai.usage.input_tokens wrong_type"),
        (["input_tokens": Int64.max], "gen_ai.usage.input_tokens wrong_type"),
        (["input_tokens": 1, "cache_read.input_tokens": Int64.min], "gen_ai.usage.cache_read.input_tokens wrong_type"),
    ]

    @Test(arguments: wrong)
    func `counts that contradict each other are failures`(counts: [String: Int64], expected: String) throws {
        let batch = try SpanText.batch([SpanText.span(SpanText.counts(counts))])
        #expect(try failure(batch.events.first) == "#/attributes/\(expected)")
    }

    @Test(arguments: [("12", "12"), ("12.0", "12")])
    func `whole numbers written as floating point are whole`(value: String, expected: String) throws {
        let batch = try SpanText.batch([SpanText.span([("gen_ai.usage.input_tokens", "{\"doubleValue\":\(value)}")])])
        #expect(text(try batch.events[0].get().body["usage"]) == "{\"input_tokens\":\(expected)}")
    }

    @Test(arguments: [
        "{\"doubleValue\":1.5}", "{\"stringValue\":\"12\"}", "{\"boolValue\":true}", "{\"doubleValue\":\"NaN\"}",
    ])
    func `counts of another type are failures`(value: String) throws {
        let batch = try SpanText.batch([SpanText.span([("gen_ai.usage.input_tokens", value)])])
        #expect(try failure(batch.events.first) == "#/attributes/gen_ai.usage.input_tokens wrong_type")
    }

    @Test func `disjoint counts add up to the totals, always`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededRandom(seed)
        for _ in 0..<500 {
            let total = Int64.random(in: 0...1_000_000, using: &random)
            let read = Int64.random(in: 0...total, using: &random)
            let write = Int64.random(in: 0...total - read, using: &random)
            let long = Int64.random(in: 0...write, using: &random)
            let output = Int64.random(in: 0...1_000_000, using: &random)
            let reasoning = Int64.random(in: 0...output, using: &random)
            let span = SpanText.span(
                SpanText.counts([
                    "input_tokens": total, "cache_read.input_tokens": read, "cache_write.input_tokens": write,
                    TraceUsageTests.long: long, "output_tokens": output, "reasoning.output_tokens": reasoning,
                ]))
            let event = try SpanText.batch([span]).events[0].get()
            let counts = try UsageEventRequest(json: event.body).usage.counts
            #expect(counts.values.compactMap { Int64($0.description) }.reduce(0, +) == total + output)
            #expect(counts["cache_write_1h_tokens"] ?? 0 == DecimalNumber(long))
        }
    }

    @Test func `a raw usage that is cut off or has no provider gives way to the counts`() throws {
        let counts = SpanText.counts(["input_tokens": 3])
        let provider = ("gen_ai.provider.name", SpanText.string("openai"))
        let raw = ("gen_ai.usage.raw", SpanText.string(#"{\"prompt_tokens\":3}"#))
        let cut = ("gen_ai.usage.raw", SpanText.string(#"{\"prompt_tok"#))
        let list = #"{"key":"prompt_tokens","value":{"intValue":3}}"#
        let structured = ("gen_ai.usage.raw", "{\"kvlistValue\":{\"values\":[\(list)]}}")
        func member(_ attributes: [(String, String)]) throws -> String {
            let body = try SpanText.batch([SpanText.span(attributes)]).events[0].get().body
            return text(body["raw_usage"]) + text(body["usage"])
        }
        #expect(try member(counts + [provider, raw]) == #"{"prompt_tokens":3}null"#)
        #expect(try member([provider, structured]) == #"{"prompt_tokens":3}null"#)
        #expect(try member(counts + [provider, cut]) == #"null{"input_tokens":3}"#)
        #expect(try member(counts + [raw]) == #"null{"input_tokens":3}"#)
    }
}

/// The same numbers for the same seed.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
