import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import ScripWire
import Testing

/// Whatever is sent as usage, the server answers for each event or for none, and the ledger says the same.
@Suite(.timeLimit(.minutes(15))) struct UsageBatchFuzzTests {
    private static let names = [
        "id", "account", "action", "model", "provider", "usage", "raw_usage", "quantity", "amount", "credit_type",
        "occurred_at", "metadata", "resource", "description", "user", "trace_id", "service_tier", "events", "type",
        "source", "specversion", "subject", "data", "input_tokens", "prompt_tokens", "usageMetadata", "",
    ]

    private static let texts = [
        "u", "nobody", "click", "chat", "gpt-6", "openai", "anthropic", "1", "-1", "0.5", "1e9", "", "\u{0}", "é",
        "2026-01-30T00:00:00Z", "2999-01-01T00:00:00Z", "credits", "1.0", "9223372036854775807",
        String(repeating: "x", count: 300),
    ]

    private static func value(_ random: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2:
            .number(
                ["0", "1", "-1", "12000", "1.5", "1e400", "9223372036854775808"].randomElement(using: &random) ?? "0")
        case 3, 4, 5: .string(texts.randomElement(using: &random) ?? "")
        case 6: .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default: object(&random, depth: depth)
        }
    }

    private static func object(_ random: inout SeededGenerator, depth: Int) -> JSONValue {
        let members = (0..<Int.random(in: 0...6, using: &random)).map { _ in
            JSONObject.Member(name: names.randomElement(using: &random) ?? "", value: value(&random, depth: depth - 1))
        }
        return .object(JSONObject(members))
    }

    /// An event that is mostly right.
    private static func event(_ random: inout SeededGenerator) -> JSONValue {
        if Int.random(in: 0..<4, using: &random) == 0 { return value(&random, depth: 4) }
        var members: [JSONObject.Member] = [
            .init(name: "id", value: .string("e\(Int.random(in: 0..<2_000, using: &random))")),
            .init(name: "account", value: .string(["u", "u", "u", "nobody"].randomElement(using: &random) ?? "u")),
            .init(
                name: "action",
                value: .string(["click", "click", "click", "chat", "swim"].randomElement(using: &random) ?? "click")),
        ]
        for _ in 0..<max(0, Int.random(in: -2...2, using: &random)) {
            members.append(.init(name: names.randomElement(using: &random) ?? "", value: value(&random, depth: 3)))
        }
        return .object(JSONObject(members))
    }

    private static func bytes(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return writer.bytes
    }

    /// A request: well-formed or with bytes changed, under a type that fits or does not.
    private static func request(_ random: inout SeededGenerator) -> (body: [UInt8], type: String) {
        let events = (0..<Int.random(in: 0...6, using: &random)).map { _ in event(&random) }
        var body: [UInt8]
        switch Int.random(in: 0..<4, using: &random) {
        case 0: body = bytes(.array(events))
        case 1: body = Array(events.map { bytes($0) }.joined(separator: [UInt8(ascii: "\n")]))
        case 2: body = bytes(value(&random, depth: 4))
        default: body = bytes(.object(JSONObject([.init(name: "events", value: .array(events))])))
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            for _ in 0..<4 where !body.isEmpty {
                body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
        }
        let types = [
            "application/json", "application/json", "application/json", "application/x-ndjson",
            "application/cloudevents+json",
            "application/cloudevents-batch+json", "text/plain", "",
        ]
        return (body, types.randomElement(using: &random) ?? "")
    }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 20_261_121])
    func `a batch of anything is answered event by event, and nothing is half done`(seed: UInt64) async throws {
        print("seed \(seed)")
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: TrackingFailureTests.catalog(models: #""gpt-6""#))
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            var random = SeededGenerator(seed: seed)
            var recordedCount = 0
            for _ in 0..<600 {
                let before = try await server.call(.get, "/v1/accounts/u/balance")["version"]
                let (body, type) = UsageBatchFuzzTests.request(&random)
                let reply = try await server.send(.post, "/v1/usage", body, headers: ["content-type": type])
                let after = try await server.call(.get, "/v1/accounts/u/balance")["version"]
                let text = String(decoding: body, as: UTF8.self)
                guard reply.status == .ok else {
                    #expect([400, 413, 415].contains(reply.status.code), "\(reply.status) to \(type) \(text)")
                    #expect(before == after, "refused, and yet something was recorded: \(text)")
                    continue
                }
                let results = try #require(try reply.json()["results"]?.arrayValue)
                #expect(!results.isEmpty)
                let recorded = results.filter { $0["status"]?.stringValue == "charged" }
                recordedCount += recorded.count
                #expect((before == after) == recorded.isEmpty, "\(text)")
                for result in results where result["status"]?.stringValue == "failed" {
                    #expect(result["failure"]?.stringValue?.hasPrefix("tf_") == true, "\(text)")
                    #expect(result["error"]?["code"] != nil)
                }
            }
            #expect(recordedCount > 40)
            var query = EntryQuery(account: try #require(AccountID("u")), limit: 10_000)
            query.kinds = [.charge]
            #expect(try await server.engine.entries(query).count == recordedCount)
            #expect(try await server.engine.verify().isClean)
        }
    }
}
