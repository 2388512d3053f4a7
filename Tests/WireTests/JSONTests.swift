import ScripJSON
import Testing

@Suite("JSON is read strictly and written compactly", .timeLimit(.minutes(15)))
struct JSONTests {
    @Test(
        "Valid texts come back as they were",
        arguments: [
            "null", "true", "false", "0", "-1", "12.5", "1e9", "-0.25E+10", "\"\"", "\"a b\"", "[]", "[1,2]", "{}",
            "{\"a\":{\"b\":[null,\"ü€😀\"]}}",
        ])
    func roundTrip(text: String) throws {
        let value = try JSONValue.parse(Array(text.utf8))
        var writer = JSONWriter()
        writer.value(value)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
    }

    @Test(
        "Texts that are not JSON are refused",
        arguments: [
            "", " ", "nul", "tru", "01", "1.", ".5", "+1", "1e", "--1", "[1,]", "[1 2]", "{\"a\":1,}", "{a:1}",
            "{\"a\":1,\"a\":2}", "\"\u{1}\"", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"abc",
            "[", "{", "{\"a\"", "1 2", "NaN", "Infinity",
        ])
    func refusal(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(Array(text.utf8)) }
    }

    @Test("Bytes that are not UTF-8 are refused")
    func invalidUTF8() {
        #expect(throws: JSONSyntaxError.self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue.parse([0x22, 0x5C, 0x6E, 0xC0, 0x80, 0x22]) }
    }

    @Test("Escapes mean what they say")
    func escapes() throws {
        let value = try JSONValue.parse(Array(#""\"\\\/\b\f\n\r\tA\ud83d\ude00""#.utf8))
        #expect(value == .string("\"\\/\u{8}\u{c}\n\r\tA😀"))
        var writer = JSONWriter()
        writer.string("\"\\\n\r\t\u{1}\u{1f}/")
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #""\"\\\n\r\t\u0001\u001f/""#)
    }

    @Test("An object may have many names, and still none of them twice")
    func manyNames() throws {
        let names = (0..<60_000).map { "\"n\($0)\":0" }.joined(separator: ",")
        let value = try JSONValue.parse(Array("{\(names)}".utf8))
        #expect(value.objectValue?.members.count == 60_000 && value["n59999"] == .number("0"))
        for twice in ["n0", "n15", "n16", "n59999"] {
            let text = "{\(names),\"\(twice)\":1}"
            #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(Array(text.utf8)) }
        }
        for count in 1...20 {
            let few = (0..<count).map { "\"n\($0)\":0" }.joined(separator: ",")
            #expect(throws: Never.self) { try JSONValue.parse(Array("{\(few)}".utf8)) }
            #expect(throws: JSONSyntaxError.self) {
                try JSONValue.parse(Array("{\(few),\"n\(count - 1)\":1}".utf8))
            }
        }
    }

    @Test("Nesting is limited")
    func depth() throws {
        let deepest = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(throws: Never.self) { try JSONValue.parse(Array(deepest.utf8)) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(Array(("[" + deepest + "]").utf8)) }
        let endless = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(endless) }
    }

    @Test("Arbitrary bytes are read or refused, never worse, and what was read can be written and read again")
    func arbitraryBytes() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var state = seed
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let alphabet = Array("{}[]\",:0123456789.eE+-\\untrfalse ü\u{1}".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int(next() % 24)).map { _ in alphabet[Int(next()) % alphabet.count] }
            guard let value = try? JSONValue.parse(bytes) else { continue }
            var writer = JSONWriter()
            writer.value(value)
            #expect(try JSONValue.parse(writer.bytes) == value)
        }
    }

    @Test func `a text has at most a million values`() throws {
        let zeros = { (count: Int) in Array(("[" + String(repeating: "0,", count: count - 1) + "0]").utf8) }
        #expect(try JSONValue.parse(zeros(JSONValue.maxValues - 1)).arrayValue?.count == JSONValue.maxValues - 1)
        #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(zeros(JSONValue.maxValues)) }
    }
}
