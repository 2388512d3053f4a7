import Foundation
import HTTPTypes
import ScripEngine
import ScripJSON
import ScripPrices
import ScripWire
import Testing

/// Usage as libraries and instrumenters write it costs exactly what the provider asks (`Tests/Data/usage-cases.jsonl`).
@Suite(.timeLimit(.minutes(15))) struct UsageCaseTests {
    private static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: "1"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: unlimited}]}]
        actions: [{id: chat, credit_type: credits, rate: {model_tokens: {markup: "1"}}}]
        """

    private static func cases(with member: String) throws -> [JSONValue] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Data/usage-cases.jsonl")
        let lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
        return try lines.map { try JSONValue.parse(Array($0.utf8)) }.filter { $0[member] != nil }
    }

    private static func run(_ body: @escaping @Sendable (TestServer) async throws -> Void) async throws {
        try await TestServer.run(shippedBook: { try PriceBookDocument(ShippedPriceBook.bytes) }) { server in
            _ = try await server.call(.put, "/v1/prices?shipped=true", "{}")
            _ = try await server.engine.applyCatalog(document: catalog)
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            try await body(server)
        }
    }

    private static func text(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func `usage objects of libraries cost what the provider asks`() async throws {
        let cases = try UsageCaseTests.cases(with: "raw_usage")
        #expect(cases.count >= 20)
        try await UsageCaseTests.run { server in
            for each in cases {
                let name = each["case"]?.stringValue ?? ""
                let members = ["provider", "model", "raw_usage"].compactMap { member in
                    each[member].map { JSONObject.Member(name: member, value: $0) }
                }
                let body = JSONObject([.init(name: "action", value: .string("chat"))] + members)
                let reply = try await server.call(.post, "/v1/rate", UsageCaseTests.text(.object(body)))
                #expect(reply.status == 200, "\(name): \(reply.text)")
                #expect(reply["cost_usd"] == each["cost_usd"]?.stringValue, "\(name): \(reply.text)")
            }
        }
    }

    @Test func `spans of instrumenters cost what the provider asks`() async throws {
        let cases = try UsageCaseTests.cases(with: "span_attributes")
        #expect(cases.count >= 15)
        try await UsageCaseTests.run { server in
            for (index, each) in cases.enumerated() {
                let name = each["case"]?.stringValue ?? ""
                var attributes = (each["span_attributes"]?.objectValue?.members ?? []).map { member in
                    let value =
                        if case .number(let text) = member.value {
                            #"{"intValue":"\#(text)"}"#
                        } else {
                            #"{"stringValue":\#(UsageCaseTests.text(member.value))}"#
                        }
                    return #"{"key":"\#(member.name)","value":\#(value)}"#
                }
                attributes.append(#"{"key":"scrip.account","value":{"stringValue":"u"}}"#)
                attributes.append(#"{"key":"scrip.action","value":{"stringValue":"chat"}}"#)
                let span =
                    #"{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b71692033\#(10 + index)","#
                    + #""attributes":[\#(attributes.joined(separator: ","))]}"#
                let body = #"{"resourceSpans":[{"scopeSpans":[{"spans":[\#(span)]}]}]}"#
                let reply = try await server.call(
                    .post, "/v1/traces", body, headers: ["content-type": "application/json"])
                #expect(reply.status == 200 && reply.text == "{}", "\(name): \(reply.text)")
                let entries = try await server.call(.get, "/v1/accounts/u/entries?limit=1&kind=charge")
                #expect(entries["data", "0", "cost_usd"] == each["cost_usd"]?.stringValue, "\(name): \(entries.text)")
            }
        }
    }

    private static let refused = [
        // The cached tokens may be inside the input or beside it: with Anthropic's models they are beside it.
        (#"{"inputTokens":12000,"outputTokens":300,"cachedInputTokens":10000}"#, "cachedInputTokens"),
        // Scrip's own classes and Pydantic AI's counts have the same names and mean different things.
        (#"{"input_tokens":1117,"cache_read_tokens":1024,"output_tokens":346}"#, "raw_usage"),
        (#"{"input_tokens":12000,"output_tokens":300,"cached_input_tokens":10000}"#, "cached_input_tokens"),
        (
            #"{"prompt_tokens":12000,"completion_tokens":300,"prompt_tokens_details":{"flex_cached_tokens":9}}"#,
            "flex_cached"
        ),
        (#"{"input_tokens":1,"output_tokens":1,"cache_creation":{"ephemeral_24h_input_tokens":5}}"#, "ephemeral_24h"),
        (#"{"inputTokens":1,"outputTokens":1,"cacheDetails":[{"ttl":"24h","inputTokens":5}]}"#, "cacheDetails/0/ttl"),
        (#"{"prompt_tokens":12000,"completion_tokens":300,"cache_details":{"read":10000}}"#, "cache_details/read"),
        (#"{"input_tokens":12000,"output_tokens":300,"cached_input_tokens":"10000"}"#, "cached_input_tokens"),
    ]

    @Test(arguments: refused)
    func `a shape that is not known for certain is refused`(usage: String, place: String) async throws {
        try await UsageCaseTests.run { server in
            let reply = try await server.call(.post, "/v1/rate", #"{"action":"chat","raw_usage":\#(usage)}"#)
            #expect(reply.status == 400, "\(reply.text)")
            #expect(reply["errors", "0", "pointer"]?.contains("/raw_usage") == true)
            #expect(reply["errors", "0", "pointer"]?.contains(place) == true, "\(reply.text)")
        }
    }

    @Test func `tokens that only the total shows are reported where nobody bills them`() async throws {
        try await UsageCaseTests.run { server in
            let usage = #"{"prompt_tokens":20,"completion_tokens":198,"total_tokens":623,"reflection_tokens":7}"#
            let body = #"{"action":"chat","provider":"openai","model":"gpt-4o-mini","raw_usage":\#(usage)}"#
            let rate = try await server.call(.post, "/v1/rate", body)
            #expect(rate["unpriced", "0", "class"] == "unaccounted_tokens", "\(rate.text)")
            #expect(rate["unpriced", "0", "count"] == "412")
            let charge = try await server.call(.post, "/v1/accounts/u/charges", body)
            #expect(charge["entry", "unpriced", "0", "count"] == "412", "\(charge.text)")
        }
    }

    @Test func `counts under names that nobody knows are listed and cost nothing`() async throws {
        try await UsageCaseTests.run { server in
            let usage = #"{"prompt_tokens":12000,"completion_tokens":300,"searches":7,"parts":{"foo_tokens":9}}"#
            let body = #"{"action":"chat","provider":"openai","model":"gpt-4o-mini","raw_usage":\#(usage)}"#
            let rate = try await server.call(.post, "/v1/rate", body)
            #expect(rate["cost_usd"] == "0.00198", "\(rate.text)")
            #expect(
                rate["unpriced", "0", "class"] == "searches" && rate["unpriced", "0", "count"] == "7", "\(rate.text)")
            #expect(rate["unpriced", "1", "class"] == "unaccounted_tokens", "\(rate.text)")
            let charge = try await server.call(.post, "/v1/accounts/u/charges", body)
            #expect(charge["entry", "unpriced", "1", "count"] == "9", "\(charge.text)")
        }
    }

    @Test func `a list of several responses is refused`() async throws {
        let chunks = [
            #"[{"prompt_tokens":1,"completion_tokens":1},{"prompt_tokens":2,"completion_tokens":2}]"#,
            #"""
            [{"id":"a","object":"chat.completion","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}},
             {"id":"b","object":"chat.completion","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":2}}]
            """#,
            #"""
            [{"responseId":"a","candidates":[],"usageMetadata":{"promptTokenCount":1}},
             {"responseId":"b","candidates":[],"usageMetadata":{"promptTokenCount":1}}]
            """#,
        ]
        try await UsageCaseTests.run { server in
            for usage in chunks {
                let body = #"{"action":"chat","model":"gpt-4o-mini","raw_usage":\#(usage)}"#
                let reply = try await server.call(.post, "/v1/rate", body)
                #expect(reply.status == 400 && reply["errors", "0", "pointer"] == "#/raw_usage/1", "\(reply.text)")
            }
        }
    }
}
