import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import Testing

@Suite("Every limit has its own answer, which names the field and the rule", .timeLimit(.minutes(15)))
struct LimitTests {
    /// A request that breaks one rule, and the answer to it.
    struct Breach: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var method: HTTPRequest.Method = .post
        var path = "/v1/accounts/u_1/charges"
        var body: String?
        var headers: [String: String] = [:]
        var status = 400
        var code = "invalid_request"
        var field: String?
        var rule: String
    }

    private static func amount(
        _ name: String, _ amount: String, _ rule: String, status: Int = 400, code: String = "invalid_request",
        field: String? = "#/amount"
    ) -> Breach {
        Breach(
            testDescription: name, path: "/v1/accounts/u_1/grants",
            body: #"{"credit_type":"credits","source":"bonus","amount":\#(amount)}"#, status: status, code: code,
            field: field, rule: rule)
    }

    private static func query(_ name: String, _ path: String, _ field: String, _ rule: String) -> Breach {
        Breach(testDescription: name, method: .get, path: path, field: field, rule: rule)
    }

    private static func charge(
        _ name: String, _ member: String, _ field: String, _ rule: String, code: String = "invalid_request"
    ) -> Breach {
        Breach(
            testDescription: name, body: #"{"action":"ai_chat_message",\#(member)}"#, code: code, field: field,
            rule: rule)
    }

    private static func nested(_ levels: Int) -> String {
        String(repeating: #"{"a":"#, count: levels) + "1" + String(repeating: "}", count: levels)
    }

    private static let decimal = "must be a decimal number such as 0.5, with at most 9 digits after the point"
    private static let digits = "may have at most 9 digits after the point, and has more"
    private static let page = "must be a next_cursor of an earlier page"
    private static let time = "must be an RFC 3339 time"

    static let amounts: [Breach] = [
        amount("zero", "0", "must be more than 0"),
        amount("negative", "\"-1\"", "must be more than 0"),
        amount("ten decimals", "\"0.0000000001\"", digits),
        amount("a power of ten beyond the last decimal", "\"1e-10\"", digits),
        amount("the same of a number", "1e-10", digits),
        amount("what floating point leaves", "0.30000000000000004", digits),
        amount("a power of ten without end", "1e999999999", decimal),
        amount("not a number", "\"NaN\"", decimal),
        amount("nothing", "\"\"", decimal),
        amount("truth", "true", decimal),
        amount(
            "more than fits", "\"99999999999\"", "'amount' leads to an amount beyond what can be kept", status: 422,
            code: "amount_out_of_range", field: nil),
        amount(
            "more than may move", "\"1000000001\"", "'amount' leads to an amount beyond what can be kept", status: 422,
            code: "amount_out_of_range", field: nil),
        amount("more digits than any number has", "\"999999999999999999999\"", decimal),
    ]

    static let texts: [Breach] = [
        Breach(
            testDescription: "account id", method: .put, path: "/v1/accounts/" + String(repeating: "x", count: 256),
            body: "{}", field: "account", rule: "must be 1 to 255 bytes"),
        Breach(
            testDescription: "account id with a line break", method: .put, path: "/v1/accounts/a%0Ab", body: "{}",
            field: "account", rule: "without control characters"),
        Breach(
            testDescription: "idempotency key", body: #"{"action":"ai_chat_message"}"#,
            headers: ["Idempotency-Key": String(repeating: "k", count: 256)], field: "Idempotency-Key",
            rule: "must be 1 to 255 bytes"),
        charge(
            "metadata size", #""metadata":{"k":"\#(String(repeating: "v", count: 4_096))"}"#, "#/metadata",
            "4096 bytes",
            code: "metadata_too_large"),
        charge(
            "metadata depth", #""metadata":\#(nested(9))"#, "#/metadata", "8 levels", code: "metadata_too_large"),
        Breach(
            testDescription: "metadata of an account", method: .put, path: "/v1/accounts/u_1",
            body: #"{"metadata":\#(nested(9))}"#, code: "metadata_too_large", field: "#/metadata", rule: "8 levels"),
        Breach(
            testDescription: "metadata and another field", body: #"{"quantity":0,"metadata":\#(nested(9))}"#,
            rule: "must be more than 0"),
        charge("metadata kind", #""metadata":[1]"#, "#/metadata", "must be a JSON object"),
        charge("user", #""user":"\#(String(repeating: "u", count: 256))""#, "#/user", "255 bytes"),
        charge(
            "description", #""description":"\#(String(repeating: "d", count: 1_025))""#, "#/description", "1024 bytes"),
        charge("quantity", #""quantity":0"#, "#/quantity", "must be more than 0"),
        charge("a field that nobody asked for", #""colour":"red""#, "#/colour", "is not a field of this request"),
        charge("a count below 0", #""usage":{"input_tokens":-1}"#, "#/usage/input_tokens", "0 or more"),
        Breach(
            testDescription: "dimensions",
            body: #"{"action":"ai_chat_message","usage":{\#((0..<33).map { "\"d\($0)\":1" }.joined(separator: ","))}}"#,
            field: "#/usage", rule: "may name at most 32 dimensions"),
        Breach(
            testDescription: "how long a hold lasts", path: "/v1/accounts/u_1/holds",
            body: #"{"action":"ai_chat_message","expires_in_seconds":604801}"#, field: "#/expires_in_seconds",
            rule: "from 1 to 604800"),
    ]

    static let pages: [Breach] = [
        query("no rows", "/v1/accounts?limit=0", "limit", "must be from 1 to 500"),
        query("too many rows", "/v1/accounts/u_1/entries?limit=501", "limit", "must be from 1 to 500"),
        query("rows in words", "/v1/accounts?limit=ten", "limit", "must be from 1 to 500"),
        query("cursor of no page", "/v1/accounts/u_1/entries?cursor=%21%21", "cursor", page),
        query("cursor of another page", "/v1/accounts/u_1/entries?cursor=dV8x", "cursor", page),
        query("cursor that is no text", "/v1/accounts?cursor=_w", "cursor", page),
        query("a time in words", "/v1/accounts/u_1/entries?from=yesterday", "from", time),
        query("a time before 1970", "/v1/accounts/u_1/entries?to=1969-12-31T23:59:59Z", "to", time),
        query("a moment of no calendar", "/v1/accounts/u_1/balance?at=2026-02-30T00:00:00Z", "at", time),
        query("a moment too far ahead", "/v1/accounts/u_1/balance?at=2037-01-01T00:00:00Z", "#/at", "3,660 days ahead"),
        query(
            "a range that ends before it begins",
            "/v1/accounts/u_1/entries?from=2026-03-02T00:00:00Z"
                + "&to=2026-03-01T00:00:00Z", "to", "must be after 'from'"),
        query(
            "days that end before they begin", "/v1/accounts/u_1/usage?from=2026-03-02&to=2026-03-01", "to",
            "must be after 'from'"),
        query(
            "no days of all accounts", "/v1/usage/totals?from=2026-03-02&to=2026-03-01", "to", "must be after 'from'"),
        query("a kind that is none", "/v1/accounts/u_1/entries?kind=gift", "kind", "must be among"),
    ]

    static let bodies: [Breach] = [
        Breach(
            testDescription: "a body too large", method: .put, path: "/v1/accounts/u_1",
            body: "\"" + String(repeating: "x", count: 65_536) + "\"", status: 413, code: "payload_too_large",
            rule: "larger than this route takes, which is at most 65536 bytes"),
        Breach(
            testDescription: "a charge too large", body: "\"" + String(repeating: "x", count: 8_388_608) + "\"",
            status: 413, code: "payload_too_large", rule: "larger than this route takes, which is at most 8388608 bytes"
        ),
        Breach(testDescription: "no JSON", body: "{", code: "invalid_json", rule: "is not JSON"),
        Breach(
            testDescription: "no events", path: "/v1/usage", body: "[]", code: "batch_size", rule: "from 1 to 1000"),
        Breach(
            testDescription: "too many events", path: "/v1/usage",
            body: "[" + repeatElement("{}", count: 1_001).joined(separator: ",") + "]", status: 413,
            code: "batch_size", rule: "from 1 to 1000"),
    ]

    @Test(arguments: amounts + texts + pages + bodies)
    func `a request beyond a limit changes nothing and is told which`(breach: Breach) async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u_1", #"{"plan":"pro"}"#)
            let before = try await server.call(.get, "/v1/accounts/u_1/balance")
            let reply = try await server.call(breach.method, breach.path, breach.body, headers: breach.headers)
            #expect(reply.status == breach.status && reply["code"] == breach.code, "\(reply.json)")
            if let field = breach.field { #expect(reply["errors", "0", "pointer"] == field, "\(reply.json)") }
            let told = (reply["errors", "0", "detail"] ?? "") + (reply["detail"] ?? "")
            #expect(told.contains(breach.rule), "\(told)")
            let after = try await server.call(.get, "/v1/accounts/u_1/balance")
            #expect(after.json == before.json)
        }
    }

    @Test func `an account holds so many holds open and no more, until one is settled`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u_1", #"{"plan":"pro"}"#)
            let body = #"{"credit_type":"credits","amount":"0.01","expires_in_seconds":60}"#
            let first = try await server.call(.post, "/v1/accounts/u_1/holds", body)
            for _ in 1..<Limits.openHolds { _ = try await server.call(.post, "/v1/accounts/u_1/holds", body) }
            let refused = try await server.call(.post, "/v1/accounts/u_1/holds", body)
            #expect(refused.status == 409 && refused["code"] == "too_many_open_holds")
            #expect(refused["detail"]?.contains("1000") == true)
            let hold = try #require(first["hold", "id"])
            _ = try await server.call(.post, "/v1/accounts/u_1/holds/\(hold)/release")
            #expect(try await server.call(.post, "/v1/accounts/u_1/holds", body).status == 201)
        }
    }
}
