import ScripIngest
import ScripJSON
import Testing

@Suite(.timeLimit(.minutes(15))) struct TraceBatchTests {
    private static func counts(_ input: Int64) -> [(String, String)] { SpanText.counts(["input_tokens": input]) }

    private static func call(_ response: String, _ account: String?, _ counts: [String: Int64]) -> String {
        var attributes = SpanText.counts(counts) + [("gen_ai.response.id", SpanText.string(response))]
        attributes.append(("scrip.account", account.map { SpanText.string($0) } ?? "{}"))
        return SpanText.span(attributes)
    }

    @Test func `of the spans of one response the most detailed counts, in any order`() throws {
        let spans = [
            TraceBatchTests.call("r", nil, ["input_tokens": 10, "cache_read.input_tokens": 4]),
            TraceBatchTests.call("r", "u", ["input_tokens": 10]), TraceBatchTests.call("r", nil, [:]),
            TraceBatchTests.call("r", nil, ["input_tokens": 10, "cache_read.input_tokens": 44]),
        ]
        for first in 0..<4 {
            for second in 0..<4 where second != first {
                let rest = (0..<4).filter { $0 != first && $0 != second }
                let batch = try SpanText.batch(([first, second] + rest).map { spans[$0] })
                #expect(batch.events.count == 1)
                #expect(batch.skipped[.sameCall] == 3)
                let event = try batch.events[0].get()
                #expect(event.account == "u")
                #expect(text(event.body["usage"]) == #"{"input_tokens":6,"cache_read_tokens":4}"#)
            }
        }
    }

    @Test func `one response id under two accounts is two calls`() throws {
        let spans = [
            TraceBatchTests.call("r", "a", ["input_tokens": 1]), TraceBatchTests.call("r", "b", ["input_tokens": 2]),
            TraceBatchTests.call("r", nil, ["input_tokens": 1, "cache_read.input_tokens": 1]),
        ]
        let events = try SpanText.batch(spans).events.map { try $0.get() }
        #expect(events.map(\.account) == ["a", "b"])
        #expect(text(events[0].body["usage"]) == #"{"input_tokens":0,"cache_read_tokens":1}"#)
    }

    @Test(arguments: ["execute_tool", "invoke_agent", "create_agent"])
    func `spans around calls are passed over`(operation: String) throws {
        let span = SpanText.span(TraceBatchTests.counts(1) + [("gen_ai.operation.name", SpanText.string(operation))])
        let batch = try SpanText.batch([span])
        #expect(batch.events.isEmpty)
        #expect(batch.skipped == [.aroundCalls: 1])
    }

    @Test(arguments: ["Chat", "", "embedding", "image_generation", "something_new"])
    func `a span that counts tokens is a call, whatever its operation is called`(operation: String) throws {
        let span = SpanText.span(TraceBatchTests.counts(1) + [("gen_ai.operation.name", SpanText.string(operation))])
        let batch = try SpanText.batch([span])
        #expect(batch.events.count == 1)
        #expect(batch.skipped.isEmpty)
    }

    @Test func `the account is looked for on the span, the resource, in baggage, and last where it may stand in`()
        throws
    {
        let configuration = IngestConfiguration(
            accountAttribute: "tenant", fallbackAccountAttributes: ["enduser.id", "user.id"])
        func account(_ span: [(String, String)], _ resource: String = "") throws -> String? {
            let batch = try SpanText.batch(
                [SpanText.span(TraceBatchTests.counts(1) + span)], resource: resource, configuration)
            return try batch.events[0].get().account
        }
        let resource = #"{"key":"tenant","value":{"stringValue":"resource"}}"#
        let tenant = ("tenant", SpanText.string("span"))
        let baggage = ("baggage.tenant", SpanText.string("baggage"))
        let user = ("user.id", #"{"intValue":"7"}"#)
        #expect(try account([user, baggage, tenant], resource) == "span")
        #expect(try account([user, baggage], resource) == "resource")
        #expect(try account([user, baggage]) == "baggage")
        #expect(try account([user]) == "7")
        #expect(
            try failure(SpanText.batch([SpanText.span(TraceBatchTests.counts(1))], configuration).events[0])
                == "#/attributes/tenant required")
    }

    @Test func `a span that cannot be named is a failure`() throws {
        let span = SpanText.span(TraceBatchTests.counts(1)).replacing(
            "\"spanId\":\"0000000000000001\"", with: "\"spanId\":\"x\"")
        #expect(try failure(SpanText.batch([span]).events[0]) == "#/spanId required")
        let zero = SpanText.span(TraceBatchTests.counts(1), id: 0)
        #expect(try failure(SpanText.batch([zero]).events[0]) == "#/spanId required")
    }

    @Test func `there are limits`() throws {
        func reason(_ body: [UInt8], _ encoding: TraceEncoding, _ limits: IngestLimits) -> IngestRefusal.Reason? {
            let configuration = IngestConfiguration(limits: limits)
            return #expect(throws: IngestRefusal.self) {
                try TraceBatch(body, encoding: encoding, configuration: configuration)
            }?.reason
        }
        for encoding in TraceEncoding.allCases {
            let body = try Fixture.traces(encoding)
            #expect(reason(body, encoding, IngestLimits(maxSpans: 9)) == .tooLarge)
            #expect(reason(body, encoding, IngestLimits(maxBodyBytes: body.count - 1)) == .tooLarge)
            #expect(reason(body, encoding, IngestLimits(maxLevels: 5)) == .malformed)
            let limits = IngestLimits(maxAttributes: 9)
            let batch = try TraceBatch(body, encoding: encoding, configuration: IngestConfiguration(limits: limits))
            #expect(try failure(batch.events[1]) == "#/attributes too_large")
        }
        #expect(reason(Array(repeating: 0x0A, count: 3), .protobuf, IngestLimits()) == .malformed)
        #expect(reason(Array("{}}".utf8), .json, IngestLimits()) == .malformed)
        #expect(reason(Array(#"{"resourceSpans":{}}"#.utf8), .json, IngestLimits()) == .malformed)
    }

    @Test func `a resource with too many attributes is not searched by each of its spans`() throws {
        // Searched for each of the spans, this would take many minutes.
        let names = (0..<100_000).map { #"{"key":"a\#($0)","value":{"boolValue":true}}"# }
        let account = #"{"key":"scrip.account","value":{"stringValue":"late"}}"#
        let span = SpanText.span([("scrip.account", "{}")] + TraceBatchTests.counts(1))
        let batch = try SpanText.batch(
            Array(repeating: span, count: 10_000), resource: (names + [account]).joined(separator: ","))
        let refused = batch.events.count { event in
            guard case .failure(let error) = event else { return false }
            return error.pointer == "#/attributes" && error.rule == .tooLarge && error.draft?.account == nil
        }
        #expect(refused == 10_000)
    }

    @Test(arguments: TraceEncoding.allCases)
    func `an empty export is fine`(encoding: TraceEncoding) throws {
        let batch = try TraceBatch(encoding == .json ? Array("{}".utf8) : [], encoding: encoding)
        #expect(batch.spanCount == 0)
        #expect(batch.events.isEmpty)
    }

    @Test func `answers are what the protocol asks`() throws {
        #expect(String(decoding: TraceEncoding.json.answer(), as: UTF8.self) == "{}")
        #expect(TraceEncoding.protobuf.answer().isEmpty)
        #expect(
            String(decoding: TraceEncoding.json.answer(rejectedSpanCount: 2, message: "no \"account\""), as: UTF8.self)
                == #"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no \"account\""}}"#)
        #expect(
            TraceEncoding.protobuf.answer(rejectedSpanCount: 2, message: "no")
                == [0x0A, 6, 0x08, 2, 0x12, 2, UInt8(ascii: "n"), UInt8(ascii: "o")])
        #expect(
            String(decoding: TraceEncoding.json.refusal(httpStatus: 400, message: "x"), as: UTF8.self)
                == #"{"code":3,"message":"x"}"#)
        #expect(
            TraceEncoding.protobuf.refusal(httpStatus: 503, message: "x") == [0x08, 14, 0x12, 1, UInt8(ascii: "x")])
        #expect(try TraceEncoding(contentType: "application/json; charset=utf-8") == .json)
        #expect(try TraceEncoding(contentType: "application/x-protobuf") == .protobuf)
        #expect(throws: IngestRefusal.self) { try TraceEncoding(contentType: "text/plain") }
        #expect(throws: IngestRefusal.self) { try TraceEncoding(contentType: nil) }
    }
}
