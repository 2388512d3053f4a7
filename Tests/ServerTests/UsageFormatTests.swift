import Foundation
import HTTPTypes
import NIOCore
import ScripEngine
import ScripIngest
import ScripJSON
import ScripServer
import ScripTesting
import Testing

/// Usage arrives as plain events, as a provider's own object, as CloudEvents and as traces.
@Suite(.timeLimit(.minutes(15))) struct UsageFormatTests {
    static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "5"}]}]
        actions:
          - {id: ai_chat_message, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
        models:
          - {provider: openai, id: gpt-6, usd_per_million: {input: "100", output: "200", cache_read: "10"}}
          - {provider: anthropic, id: claude-sonnet-5, usd_per_million: {input: "3", output: "15", cache_read: "0.3"}}
        """

    static func run(
        _ configuration: ServerConfiguration = ServerConfiguration(),
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run(configuration: configuration) { server in
            _ = try await server.engine.applyCatalog(document: catalog)
            for account in ["u", "u_ann", "u_bob"] { _ = try await server.call(.put, "/v1/accounts/\(account)", "{}") }
            try await body(server)
        }
    }

    @Test func `a provider's own usage object is charged, once for each response`() async throws {
        try await UsageFormatTests.run { server in
            // 1,000 prompt tokens of which 600 were cached, and 50 of completion: 0.04 + 0.006 + 0.01 USD.
            let event = """
                {"events":[{"account":"u","action":"ai_chat_message","provider":"openai","model":"gpt-6","raw_usage":
                {"id":"chatcmpl-9","object":"chat.completion","model":"gpt-6","usage":{"prompt_tokens":1000,
                "completion_tokens":50,"total_tokens":1050,"prompt_tokens_details":{"cached_tokens":600}}}}]}
                """
            let reply = try await server.call(.post, "/v1/usage", event)
            #expect(reply["results", "0", "status"] == "charged" && reply["results", "0", "id"] == "chatcmpl-9")
            #expect(reply["results", "0", "entry", "cost_usd"] == "0.056")
            #expect(reply["results", "0", "entry", "amount"] == "-5.6")
            let again = try await server.call(.post, "/v1/usage", event)
            #expect(again["results", "0", "status"] == "duplicate")
        }
    }

    @Test func `raw usage prices a charge, a check and a rate alike, and never stands beside counts`() async throws {
        try await UsageFormatTests.run { server in
            let body = """
                {"action":"ai_chat_message","provider":"anthropic","model":"claude-sonnet-5","raw_usage":{"input_tokens":1000,
                "cache_read_input_tokens":10000,"output_tokens":100}}
                """
            let rate = try await server.call(.post, "/v1/rate", body)
            #expect(rate["cost_usd"] == "0.0075" && rate["amount"] == "0.75")
            let check = try await server.call(.post, "/v1/accounts/u/check", body)
            #expect(check["required"] == "0.75")
            let charge = try await server.call(.post, "/v1/accounts/u/charges", body)
            #expect(charge.status == 201 && charge["entry", "amount"] == "-0.75")
            let both = try await server.call(
                .post, "/v1/rate",
                #"{"action":"ai_chat_message","model":"gpt-6","usage":{"input_tokens":1},"raw_usage":{"prompt_tokens":1}}"#
            )
            #expect(both.status == 400 && both["errors", "0", "pointer"] == "#/raw_usage")
            let unread = try await server.call(
                .post, "/v1/rate", #"{"action":"ai_chat_message","model":"gpt-6","raw_usage":{"pages":3}}"#)
            #expect(unread.status == 400 && unread["errors", "0", "pointer"]?.hasPrefix("#/raw_usage") == true)
        }
    }

    @Test func `CloudEvents are taken one at a time, in headers, and in batches`() async throws {
        try await UsageFormatTests.run { server in
            let event = """
                {"specversion":"1.0","id":"1","source":"/app","type":"ai_chat_message","subject":"u",
                "data":{"provider":"openai","model":"gpt-6","usage":{"input_tokens":100}}}
                """
            let one = try await server.call(
                .post, "/v1/usage", event, headers: ["content-type": "application/cloudevents+json"])
            #expect(one["results", "0", "status"] == "charged" && one["results", "0", "entry", "amount"] == "-1")
            let binary = try await server.call(
                .post, "/v1/usage", #"{"provider":"openai","model":"gpt-6","usage":{"input_tokens":100}}"#,
                headers: [
                    "content-type": "application/json", "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/app",
                    "ce-type": "ai_chat_message", "ce-subject": "u",
                ])
            #expect(binary["results", "0", "status"] == "duplicate")
            let broken = #"{"specversion":"1.0","id":"2","source":"/app","type":"ai_chat_message","data":{}}"#
            let batch = try await server.call(
                .post, "/v1/usage", "[\(event),\(broken),\(event.replacing(#""id":"1""#, with: #""id":"3""#))]",
                headers: ["content-type": "application/cloudevents-batch+json"])
            let statuses = try #require(batch.json["results"]?.arrayValue).map { $0["status"]?.stringValue }
            #expect(statuses == ["duplicate", "failed", "charged"])
            let kept = try await server.call(.get, "/v1/tracking-failures")
            #expect(kept["data", "0", "format"] == "cloudevent" && kept["data", "0", "event", "source"] == "/app")
        }
    }

    @Test(arguments: ["application/json", "application/x-protobuf"])
    func `an app that is instrumented already is charged by its traces`(type: String) async throws {
        let configuration = ServerConfiguration(ingest: IngestConfiguration(defaultAction: "ai_chat_message"))
        try await UsageFormatTests.run(configuration) { server in
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            let name = type == "application/json" ? "traces.json" : "traces.pb"
            let spans = try Data(contentsOf: folder.appendingPathComponent("Data/ingest/\(name)"))
            // They are of a day to come: kept as they are, and recorded once that day is there.
            let early = try await server.send(.post, "/v1/traces", Array(spans), headers: ["content-type": type])
            #expect(early.status == .ok)
            let waiting = try await server.call(.get, "/v1/tracking-failures?account=u_ann")
            #expect(waiting["data", "0", "event", "service_tier"] == "priority")
            server.clock.advance(seconds: 40 * 86_400)
            let answer = try await server.send(.post, "/v1/traces", Array(spans), headers: ["content-type": type])
            #expect(answer.status == .ok && answer.headers[.contentType] == type)
            let ann = try await server.call(.get, "/v1/accounts/u_ann/entries?kind=charge")
            // 1,000 input, 6,000 read from cache, 1,000 and 2,000 written to it (at the input price), 503 output.
            #expect(ann["data", "0", "cost_usd"] == "0.021345" && ann["data", "0", "idempotency_key"] == "msg_01")
            #expect(ann["data", "0", "service_tier"] == "priority" && ann["data", "1", "id"] == nil)
            let resolved = try await server.call(.get, "/v1/tracking-failures?account=u_ann&status=resolved")
            #expect(resolved["data", "0", "entry"] == ann["data", "0", "id"])
            let before = try await server.call(.get, "/v1/accounts/u_ann/balance")
            _ = try await server.send(.post, "/v1/traces", Array(spans), headers: ["content-type": type])
            let after = try await server.call(.get, "/v1/accounts/u_ann/balance")
            #expect(before["version"] == after["version"])
            let failures = try await server.call(.get, "/v1/tracking-failures")
            #expect(failures.json["data"]?.arrayValue?.isEmpty == false)
            #expect(try await server.engine.verify().isClean)
        }
    }

    @Test(arguments: [
        ("gzip", "H4sIAAAAAAACA4uuVspMUbJSUKoyVNJRUEpMTs4vzSsBCZRC+CWZ+XkgbmJmfHJGYkl8bmpxcWJ6qlJtLADZwmc1OwAAAA=="),
        ("deflate", "eJyLrlbKTFGyUlCqMlTSUVBKTE7OL80rAQmUQvglmfl5IG5iZnxyRmJJfG5qcXFieqpSbSwA/q8SVA=="),
    ])
    func `a packed body is unpacked`(encoding: String, body: String) async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let bytes = Array(try #require(Data(base64Encoded: body)))
            let headers = ["content-type": "application/json", "content-encoding": encoding]
            let reply = try await server.send(.post, "/v1/usage", bytes, headers: headers)
            #expect(try reply.json()["results"]?.arrayValue?.first?["status"] == .string("charged"))
            let torn = try await server.send(.post, "/v1/usage", Array(bytes.dropLast(12)), headers: headers)
            #expect(torn.status == .badRequest)
            let noise = try await server.send(.post, "/v1/usage", Array("noise".utf8), headers: headers)
            #expect(noise.status == .badRequest)
            let other = try await server.send(
                .post, "/v1/usage", bytes, headers: headers.merging(["content-encoding": "br"]) { $1 })
            #expect(other.status == .unsupportedMediaType)
        }
    }

    @Test func `a small body that unpacks to a large one is refused`() async throws {
        try await TestServer.run(configuration: ServerConfiguration(maxBatchBytes: 10_000)) { server in
            // Two hundred thousand spaces, packed.
            let bomb = try #require(Data(base64Encoded: UsageFormatTests.packedSpaces))
            let reply = try await server.send(
                .post, "/v1/usage", Array(bomb), headers: ["content-encoding": "gzip"])
            #expect(reply.status == .contentTooLarge)
        }
    }

    private static let packedSpaces =
        "H4sIAAAAAAACA+3BMQEAAADCoCrrn9IM/kABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAK8BMWFi"
        + "EEANAwA="
}
