import ScripCore
import Testing

/// What is kept of a charge suffices to rate it again, and older lines keep their bytes.
@Suite(.timeLimit(.minutes(15))) struct ModelCodingTests {
    private static func entry(_ usage: Usage, _ rating: Rating?) -> Entry {
        var entry = Entry(
            seq: 2, kind: .charge, creditType: SampleBook.credits, effectiveAt: SampleBook.now,
            recordedAt: SampleBook.now
        )
        entry.usage = usage
        entry.rating = rating
        return entry
    }

    @Test func `a charge reads back whole and rates the same`() throws {
        var usage = SampleBook.usage(
            "claude-sonnet-4-5", provider: "anthropic", ["input_tokens": 5, "web_searches": 1])
        usage.serviceTier = "batch"
        usage.geography = "us"
        usage.speed = "fast"
        usage.otherCalls = [
            Usage.ModelCall(model: "claude-opus-4-8", counts: ["input_tokens": 1, "output_tokens": 2]),
            Usage.ModelCall(provider: "openai", model: "gpt-5", counts: ["reasoning_tokens": 1]),
        ]
        let catalog = try SampleBook.catalog()
        let entry = ModelCodingTests.entry(usage, try catalog.rate(usage, at: SampleBook.now))
        let bytes = EntryCoding.encode(entry)
        let back = try EntryCoding.decode(bytes)
        #expect(back == entry)
        #expect(EntryCoding.encode(back) == bytes)
        let again = try #require(back.usage)
        #expect(try catalog.rate(again, at: SampleBook.now) == entry.rating)
    }

    @Test func `a line without models is written as it always was`() throws {
        var usage = Usage(action: ActionID(unchecked: "ping"), counts: ["b": 2, "a": 1])
        usage.model = "m"
        usage.provider = "p"
        usage.cost = Dollars("0.5")
        var catalog = try SampleBook.catalog()
        catalog.version = 3
        let rating = try catalog.rate(usage, at: SampleBook.now)
        let text = String(decoding: EntryCoding.encode(ModelCodingTests.entry(usage, rating)), as: UTF8.self)
        #expect(
            text.hasSuffix(
                #""usage":{"action":"ping","counts":{"a":1,"b":2},"model":"m","provider":"p","cost":"0.5"},"#
                    + #""rating":{"credit_type":"credits","amount":1000000000,"unrounded":"1","cost":"0.5","price_version":3,"#
                    + #""lines":[{"dimension":"quantity","count":1,"credits":"1"}]}}"#))
    }
}
