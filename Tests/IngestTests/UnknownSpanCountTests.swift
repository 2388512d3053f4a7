import ScripIngest
import ScripJSON
import ScripWire
import Testing

/// What spans count under names that nobody knows is refused or noted, never passed over.
@Suite(.timeLimit(.minutes(15))) struct UnknownSpanCountTests {
    private static let basis: [String: Int64] = ["input_tokens": 10, "output_tokens": 5]

    private func event(_ extra: [(String, String)], provider: String = "openai") throws -> Result<
        IncomingEvent, IngestError
    > {
        let attributes =
            SpanText.counts(UnknownSpanCountTests.basis) + extra
            + [("gen_ai.provider.name", SpanText.string(provider))]
        return try #require(try SpanText.batch([SpanText.span(attributes)]).events.first)
    }

    private func counts(_ extra: [(String, String)], provider: String = "openai") throws -> [String: DecimalNumber] {
        try UsageEventRequest(json: event(extra, provider: provider).get().body).usage.counts
    }

    @Test(arguments: [
        ("gen_ai.usage.details.cached_foo", #"{"intValue":"5"}"#), ("gen_ai.usage.cache_hits", #"{"doubleValue":5.0}"#),
        ("gen_ai.usage.cached_foo_tokens", #"{"doubleValue":500.5}"#),
        ("gen_ai.usage.cached_foo_tokens", #"{"stringValue":"500"}"#),
        ("llm.token_count.prompt_details.ephemeral_24h", #"{"intValue":"5"}"#),
    ])
    func `a count of a cache under an unknown name is a failure`(name: String, value: String) throws {
        guard case .failure(let error) = try event([(name, value)]) else {
            Issue.record("\(name) was passed over")
            return
        }
        #expect(error.pointer == "#/attributes/\(name)" && error.rule == .inconsistent)
    }

    @Test(arguments: [
        ("gen_ai.usage.details.foo_tokens", "unaccounted_tokens"), ("gen_ai.usage.foo_tokens", "unaccounted_tokens"),
        ("gen_ai.usage.details.searches", "searches"), ("gen_ai.usage.requests", "unaccounted_units"),
        ("gen_ai.usage.details.web_search_requests", "web_searches"),
    ])
    func `any other count is noted`(name: String, noted: String) throws {
        let found = try counts([(name, #"{"intValue":"3"}"#)])
        #expect(found == ["input_tokens": 10, "output_tokens": 5, noted: 3])
    }

    @Test(arguments: ["details.foo_tokens", "foo_tokens"])
    func `tokens under names that nobody knows are never billed as thoughts`(name: String) throws {
        let found = try counts([("gen_ai.usage.\(name)", #"{"intValue":"3"}"#)], provider: "google")
        #expect(found == ["input_tokens": 10, "output_tokens": 5, "unaccounted_tokens": 3])
    }

    @Test(arguments: [
        "details.text_prompt_tokens", "details.text_cache_tokens", "details.prompt_cache_miss_tokens",
        "details.input_tokens",
        "details.accepted_prediction_tokens", "cost", "total_cost", "time_to_first_token", "tokens_per_sec",
        "cache_read_cost",
    ])
    func `repeats and measures are no counts`(name: String) throws {
        let found = try counts([("gen_ai.usage.\(name)", #"{"intValue":"3"}"#)])
        #expect(found == ["input_tokens": 10, "output_tokens": 5])
    }

    @Test func `parts that only details tell are read`() throws {
        let cached = try counts([
            ("gen_ai.usage.cache_read.input_tokens", #"{"intValue":"0"}"#),
            ("gen_ai.usage.details.cached_content_tokens", #"{"doubleValue":4.0}"#),
        ])
        #expect(cached == ["input_tokens": 6, "cache_read_tokens": 4, "output_tokens": 5])
        let heard = try counts([("gen_ai.usage.details.audio_tokens", #"{"intValue":"3"}"#)])
        #expect(heard == ["input_tokens": 7, "audio_input_tokens": 3, "output_tokens": 5])
        let spoken = try counts([
            ("gen_ai.usage.details.audio_tokens", #"{"intValue":"3"}"#),
            ("gen_ai.usage.details.output_audio_tokens", #"{"intValue":"3"}"#),
        ])
        #expect(spoken == ["input_tokens": 10, "output_tokens": 2, "audio_output_tokens": 3])
    }
}
