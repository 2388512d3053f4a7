import ScripCore
import ScripEngine
import ScripWire
import ScripJSON
import Testing

@Suite("Requests are read strictly", .timeLimit(.minutes(15)))
struct RequestTests {
    private func json(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

    private func issues(_ text: String) throws -> [String] {
        do {
            _ = try ChargeRequest(json: json(text))
            return []
        } catch let error as ValidationError {
            return error.issues.map { "\($0.pointer) \($0.detail)" }
        }
    }

    @Test("A full charge is read")
    func fullCharge() throws {
        let request = try ChargeRequest(
            json: json(
                """
                {"action":"ai_chat_message","user":"u_9","quantity":2,"model":"m","usage":{"input_tokens":1200},
                 "amount":null,"credit_type":null,"resource":{"type":"chat_session","id":"s_1"},
                 "description":"AI chat message","metadata":{"k":["v",1]},"occurred_at":"2026-03-01T12:00:00+02:00"}
                """))
        #expect(request.usage.action == "ai_chat_message")
        #expect(request.usage.counts == ["input_tokens": 1_200])
        #expect(request.usage.quantity == 2)
        #expect(request.usage.resourceID == "s_1")
        #expect(request.usage.metadata == #"{"k":["v",1]}"#)
        #expect(request.usage.occurredAt?.microseconds == RFC3339.parse("2026-03-01T10:00:00Z"))
    }

    @Test("Counts may be written as text, as other numbers may", arguments: ["12.7", #""12.7""#, #""127e-1""#])
    func countsAsText(written: String) throws {
        let request = try ChargeRequest(json: json(#"{"usage":{"seconds":\#(written)}}"#))
        #expect(request.usage.counts["seconds"]?.description == "12.7")
    }

    @Test(
        "A broken rule is named with its field",
        arguments: [
            (
                #"{"amount":true}"#,
                "#/amount must be a decimal number such as 0.5, with at most 9 digits after the point"
            ),
            (
                #"{"amount":"1e"}"#,
                "#/amount must be a decimal number such as 0.5, with at most 9 digits after the point"
            ),
            (#"{"amount":"0.0000000001"}"#, "#/amount may have at most 9 digits after the point, and has more"),
            (#"{"amount":1e-10}"#, "#/amount may have at most 9 digits after the point, and has more"),
            (#"{"quantity":0}"#, "#/quantity must be more than 0"),
            (#"{"quantity":-1.5}"#, "#/quantity must be more than 0"),
            (#"{"action":5}"#, "#/action must be a string"),
            (#"{"usage":{"input_tokens":-1}}"#, "#/usage/input_tokens must be a number, 0 or more"),
            (#"{"usage":{"input_tokens":"-1"}}"#, "#/usage/input_tokens must be a number, 0 or more"),
            (#"{"usage":{"input_tokens":[1]}}"#, "#/usage/input_tokens must be a number, 0 or more"),
            (
                #"{"usage":{"seconds":"many"}}"#,
                "#/usage/seconds must be a decimal number such as 0.5, with at most 9 digits after the point"
            ),
            (#"{"resource":{"type":"a"}}"#, "#/resource/id is required"),
            (#"{"resource":{"type":"a","id":"b","x":1}}"#, "#/resource/x is not a field of this request"),
            (#"{"acton":"a"}"#, "#/acton is not a field of this request"),
            (
                #"{"occurred_at":"yesterday"}"#,
                "#/occurred_at must be an RFC 3339 time from 1970 on, such as 2026-03-01T10:00:00Z"
            ),
            (#"{"metadata":[]}"#, "#/metadata must be a JSON object"),
            ("[]", "# must be a JSON object"),
        ])
    func brokenRule(text: String, expected: String) throws {
        #expect(try issues(text) == [expected])
    }

    @Test(
        "Times are read and printed",
        arguments: [
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"), ("2024-02-29T23:59:59.5Z", "2024-02-29T23:59:59.5Z"),
            ("2026-03-01T00:00:00.123456789+01:00", "2026-02-28T23:00:00.123456Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"), ("2000-02-29t01:02:03z", "2000-02-29T01:02:03Z"),
        ])
    func times(text: String, printed: String) throws {
        let time = try #require(RFC3339.parse(text))
        #expect(RFC3339.print(microseconds: time) == printed)
    }

    @Test(
        "Impossible times are refused",
        arguments: [
            "2023-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z",
            "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01", "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00", "20260101T000000Z", "", "2026-01-01T00:00:00Zx",
        ])
    func impossibleTimes(text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("What must be one of some words is never taken for another", arguments: ["null", "1", "\"gift\"", "\"\""])
    func unknownWords(word: String) throws {
        #expect(throws: ValidationError.self) {
            try GrantRequest(json: json(#"{"amount":"1","source":\#(word)}"#))
        }
        #expect(throws: ValidationError.self) {
            try TokenRequest(json: json(#"{"action":\#(word),"token_type":"credits"}"#))
        }
    }

    @Test("Every source, kind and mode of the rules can be asked for")
    func allWords() throws {
        for source in GrantSource.allCases {
            let request = try GrantRequest(json: json(#"{"amount":"1","source":"\#(source.rawValue)"}"#))
            #expect(request.source == source)
        }
        for kind in KeyKind.allCases {
            let scopes = kind == .restricted ? #","scopes":["all"]"# : ""
            let request = try KeyRequest(json: json(#"{"name":"k","kind":"\#(kind.name)"\#(scopes)}"#))
            #expect(request.kind == kind)
        }
    }

    @Test("An absent field, null and a value are told apart")
    func threeStates() throws {
        #expect(try AccountRequest(json: json("{}")).name == .absent)
        #expect(try AccountRequest(json: json(#"{"name":null}"#)).name == .null)
        #expect(try AccountRequest(json: json(#"{"name":"Ada"}"#)).name == .value("Ada"))
    }

    @Test(
        "A capture of an amount keeps what is said of the usage",
        arguments: [
            #""user":"u7""#, #""occurred_at":"2026-03-01T12:00:00Z""#, #""credit_type":"images""#,
            #""resource":{"type":"chat","id":"1"}"#, #""trace_id":"t""#,
        ])
    func captureOfAnAmount(member: String) throws {
        let request = try CaptureRequest(json: json(#"{"amount":"5",\#(member)}"#))
        #expect(request.usage != nil && request.amount == "5")
        #expect(try CaptureRequest(json: json(#"{"amount":"5"}"#)).usage == nil)
    }
}
