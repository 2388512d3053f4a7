import ScripIngest
import ScripJSON
import Testing

/// Spans as the libraries write them that instrument calls of models, each with what was wrong with it once.
///
/// `Scripts/check-instrumenters` runs the libraries themselves; these are some of their spans.
@Suite struct InstrumentedSpanTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var line: JSONValue
    }

    static let cases: [Case] = {
        let bytes = (try? Fixture.bytes("instrumented-spans.jsonl")) ?? []
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let value = try? JSONValue.parse(Array(line)) else { return nil }
            return Case(testDescription: value["case"]?.stringValue ?? "", line: value)
        }
    }()

    /// What an event says that its price depends on.
    private static func said(_ event: Result<IncomingEvent, IngestError>) -> String {
        switch event {
        case .failure(let error): return "\(error.pointer) \(error.rule.rawValue)"
        case .success(let event):
            let names = ["id", "provider", "model", "usage", "raw_usage"]
            var members = names.compactMap { name in
                event.body[name].map { JSONObject.Member(name: name, value: $0) }
            }
            if let tier = event.serviceTier { members.append(.init(name: "service_tier", value: .string(tier))) }
            return text(.object(JSONObject(members)))
        }
    }

    @Test(arguments: cases)
    func `each call is told once, as exactly as its spans tell it`(example: Case) throws {
        let request = JSONObject([
            .init(name: "resourceSpans", value: try #require(example.line["resourceSpans"]))
        ])
        let batch = try TraceBatch(
            Array(text(.object(request)).utf8), encoding: .json,
            configuration: IngestConfiguration(defaultAction: "ai_call"))
        let expected = try #require(example.line["events"]?.arrayValue).map { $0.stringValue ?? text($0) }
        #expect(batch.events.map { InstrumentedSpanTests.said($0) } == expected)
        let skipped = try #require(example.line["skipped"]?.objectValue)
        #expect(
            batch.skipped.map { "\($0.key.rawValue) \($0.value)" }.sorted()
                == skipped.members.map { "\($0.name) \(text($0.value))" }.sorted())
    }

    @Test func `there are cases`() {
        #expect(InstrumentedSpanTests.cases.count >= 15)
    }
}
