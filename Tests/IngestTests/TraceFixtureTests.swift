import ScripCore
import ScripIngest
import ScripJSON
import ScripWire
import Testing

/// Spans of the official OpenTelemetry SDK for Python, as its exporter sends them.
@Suite(.timeLimit(.minutes(15))) struct TraceFixtureTests {
    private static func batch(_ encoding: TraceEncoding) throws -> TraceBatch {
        let configuration = IngestConfiguration(defaultAction: "ai_call")
        return try TraceBatch(Fixture.traces(encoding), encoding: encoding, configuration: configuration)
    }

    @Test func `both encodings tell the same`() throws {
        #expect(try TraceFixtureTests.batch(.json) == TraceFixtureTests.batch(.protobuf))
    }

    @Test(arguments: TraceEncoding.allCases)
    func `every span is an event, a failure, a duplicate, or no call`(encoding: TraceEncoding) throws {
        let batch = try TraceFixtureTests.batch(encoding)
        #expect(batch.spanCount == 10)
        #expect(batch.skipped.values.reduce(0, +) == 4)
        #expect(batch.skipped[.sameCall] == 1)
        #expect(batch.events.count == 6)
    }

    @Test(arguments: TraceEncoding.allCases)
    func `two spans of one response are one event with the detail of one and the account of the other`(
        encoding: TraceEncoding
    ) throws {
        let event = try TraceFixtureTests.batch(encoding).events[0].get()
        #expect(event.serviceTier == "priority")
        let request = try UsageEventRequest(json: event.body)
        #expect(request.id == "msg_01")
        #expect(request.account == "u_ann")
        #expect(request.usage.action == "ai_chat_message")
        #expect(request.usage.user == "ann@example.com")
        #expect(request.usage.provider == "anthropic")
        #expect(request.usage.model == "claude-sonnet-5-20260201")
        let expected: [String: DecimalNumber] = [
            "input_tokens": 1_000, "cache_read_tokens": 6_000, "cache_write_5m_tokens": 1_000,
            "cache_write_1h_tokens": 2_000, "output_tokens": 400, "reasoning_tokens": 103,
        ]
        #expect(request.usage.counts == expected)
        #expect(request.usage.occurredAt?.microseconds == 1_772_359_200_250_000)
        #expect(request.usage.traceID == "0123456789abcdef0000000000000001")
    }

    @Test(arguments: TraceEncoding.allCases)
    func `the provider's own usage is preferred to counts`(encoding: TraceEncoding) throws {
        let event = try TraceFixtureTests.batch(encoding).events[1].get()
        #expect(event.id == "chatcmpl-1")
        #expect(event.account == "u_bob")
        #expect(event.body["provider"] == .string("openai"))
        #expect(event.body["usage"] == nil)
        #expect(
            text(event.body["raw_usage"])
                == #"{"prompt_tokens":900,"completion_tokens":90,"prompt_tokens_details":{"cached_tokens":512}}"#)
    }

    @Test(arguments: TraceEncoding.allCases)
    func `a resource may name the account, and a span without a response names itself`(encoding: TraceEncoding) throws {
        let event = try TraceFixtureTests.batch(encoding).events[5].get()
        let request = try UsageEventRequest(json: event.body)
        #expect(request.account == "org_1")
        #expect(request.usage.action == "ai_call")
        #expect(request.usage.counts == ["input_tokens": 77])
        let trace = try #require(request.usage.traceID)
        #expect(try #require(request.id).hasPrefix("\(trace)-abcdef"))
    }

    @Test(arguments: TraceEncoding.allCases)
    func `what cannot be recorded is kept without what people said`(encoding: TraceEncoding) throws {
        let events = try TraceFixtureTests.batch(encoding).events
        #expect(try failure(events[2]) == "#/attributes/scrip.account required")
        #expect(try failure(events[3]) == "#/attributes/gen_ai.usage.input_tokens inconsistent")
        #expect(try failure(events[4]) == "#/attributes/gen_ai.usage.input_tokens required")
        guard case .failure(let error) = events[2] else { return }
        #expect(!text(error.raw).contains("nobody else"))
        #expect(error.raw["attributes"]?["gen_ai.usage.output_tokens"] == .number("9"))
        #expect(error.raw["resource"]?["service.name"] == .string("app"))
        #expect(error.draft?.body["usage"].map { text($0) } == #"{"input_tokens":8,"output_tokens":9}"#)
    }
}
