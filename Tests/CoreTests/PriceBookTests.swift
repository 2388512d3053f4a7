import ScripCore
import ScripJSON
import Testing

@Suite struct PriceBookTests {
    private static func book(_ models: String) throws -> PriceBook {
        try PriceBook(json: JSONValue.parse(Array(#"{"models": [\#(models)]}"#.utf8)))
    }

    @Test func `a book says where it comes from`() throws {
        let book = try SampleBook.book()
        #expect(book.date == "2026-11-20" && book.licence == "none" && book.source == "written for tests")
        #expect(book.models.count == 22)
        #expect(try book == SampleBook.book())
    }

    @Test(arguments: [
        (#"{"provider": "a"}"#, "models[0]: 'id' must be a text of 1 to 255 bytes"),
        (#"[]"#, "models[0] must be an object of names and values"),
        (
            #"{"provider": "a", "id": "b", "usd_per_million": {"input": true}}"#,
            "a/b: 'usd_per_million.input' must be a decimal, 0 or more, with at most 12 digits after the point"
        ),
        (
            #"{"provider": "a", "id": "b", "usd_per_million": {"input": "-1"}}"#,
            "a/b: 'usd_per_million.input' must be a decimal, 0 or more, with at most 12 digits after the point"
        ),
        (
            #"{"provider": "a", "id": "b", "usd_per_million": {"input": "1000001"}}"#,
            "a/b: 'usd_per_million.input' must be at most 1000000"
        ),
        (#"{"provider": "a", "id": "b"}"#, "a/b: 'usd_per_million' must have a price, or usd_per_unit must"),
        (
            #"{"provider": "a", "id": "b", "usd_per_unit": {"input_tokens": "1"}}"#,
            "a/b: 'usd_per_unit.input_tokens' is a class of tokens; it belongs in usd_per_million"
        ),
        (
            #"{"provider": "a", "id": "b", "usd_per_million": {"input": "1"}, "above_input_tokens": [{"tokens": 1}, {"tokens": 1}]}"#,
            "a/b: 'above_input_tokens[1].tokens' is in the list twice"
        ),
        (
            #"{"provider": "a", "id": "b", "usd_per_million": {"input": "0.123456789"}, "multipliers": {"speed": {"fast": "1.5"}, "geography": {"us": "1.125"}}}"#,
            "a/b: 'multipliers' have more digits than the price 0.123456789 of input leaves room for: 12 together"
        ),
        (
            #"{"provider": "a", "id": "b", "usd_per_million": {"input": "1"}, "multipliers": {"speed": {"fast": "1/3"}}}"#,
            "a/b: 'multipliers.speed.fast' must be a factor in quotes from 0 to 1000 with at most 6 digits after the point"
        ),
        (
            #"{"provider": "a", "id": "b", "usd_per_million": {"input": "1"}, "effective_from": "2025-02-30"}"#,
            "a/b: 'effective_from' must be a day such as 2025-09-29, or a moment such as 2025-09-29T12:00:00Z"
        ),
        (
            #"{"provider": "a", "id": "b", "usd_per_million": {"input": "1"}, "effective_from": "2025-02-02", "effective_until": "2025-02-02"}"#,
            "a/b: 'effective_until' must be after effective_from"
        ),
        (
            #"{"provider": "a", "id": "b", "usd_per_million": {"input": "1"}}, {"provider": "A", "id": "c", "aliases": ["B"], "usd_per_million": {"input": "1"}}"#,
            "A/c: 'aliases' names 'B', which a/b prices for the same time"
        ),
    ])
    func `what is wrong is named with its model and field`(models: String, expected: String) {
        #expect {
            try PriceBookTests.book(models)
        } throws: { error in
            if "\(error)" != expected { print(error) }
            return "\(error)" == expected
        }
    }

    @Test func `unknown keys are refused`() {
        #expect(throws: PriceBookProblem.self) {
            try PriceBookTests.book(#"{"provider": "a", "id": "b", "usd_per_million": {"inputs": "1"}}"#)
        }
        #expect(throws: PriceBookProblem.self) { try PriceBook(json: .null) }
    }
}
