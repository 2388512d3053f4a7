import Foundation
import HTTPTypes
import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

@testable import ScripServer

/// Every parameter of every route with values at the ends of what can be written: the server lives, answers each request,
/// and never says that something went wrong inside.
@Suite(.heavy, .timeLimit(.minutes(15))) struct RouteFuzzTests {
    enum Kind: String, CaseIterable, Sendable {
        case sqlite, postgres

        func store() async throws -> any LedgerStore {
            if self == .sqlite { return try SQLiteLedgerStore(path: TemporaryFolder.newFile()) }
            let cluster = try PostgresCluster.shared.get()
            let address = cluster.address(of: try cluster.makeDatabase())
            _ = try await PostgresMigrations(address: address).apply()
            return try await PostgresLedgerStore(address: address, laneCount: 2, readerCount: 2)
        }
    }

    /// Values for places in an address.
    private static let texts = [
        "-9223372036854775808", "9223372036854775807", "9223372036854775808", "-1", "0", "-0", "1e308", "1e-400",
        "340282366920938463463374607431768211456", "1e-9223372036854775808", "1e9223372036854775807", "0.0000000001",
        "NaN", "Infinity", "", "%00", "%20", "%ff", "..",
        ".", "%2F", "%2e%2e", "null", "true", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "2026-13-45",
        "+292277026596-12-04T15:30:07Z", "1970-01-01", "9999-12-31", "-9999-01-01", "2026-02-30T25:61:61Z",
        "en_000000000000_1", "gr_000000000000_9223372036854775807", "ho_000000000000_999999999999999999",
        String(repeating: "9", count: 400), String(repeating: "a", count: 4_000), "LTkyMjMzNzIwMzY4NTQ3NzU4MDg",
        "OTIyMzM3MjAzNjg1NDc3NTgwNw", "LTE", "month", "day,action", "%F0%9F%92%A9", "e%CC%81", "charge",
    ]

    /// Values for members of a body, as JSON.
    private static let values = [
        "null", "true", "[]", "{}", "0", "-0", "-1", "1", "9223372036854775807", "1e-9223372036854775808",
        "1e9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "1e308", "1e-400", "1E+99999", "0.1", "\"\"", "\"0\"", "\"-1\"", "\"1000000000\"",
        "\"9223372036.854775807\"", "\"9223372036.854775808\"", "\"-9223372036.854775808\"", "\"1e9\"",
        "\"99999999999999999999999999999999999999999\"", "\"0.0000000001\"", "\"u\"", "\"free\"", "\"credits\"",
        "\"9999-12-31T23:59:59.999999Z\"", "\"0000-01-01T00:00:00Z\"", "\"1969-12-31T23:59:59Z\"",
        "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"e\\u0301\"", "[null]", "[[[[[[[[[[]]]]]]]]]]", "{\"a\":{\"b\":[1]}}",
        "[1,\"a\",{}]", "{\"type\":\"t\",\"id\":\"i\"}", "{\"input_tokens\":9223372036854775807}",
        "{\"input_tokens\":1000000000000000,\"output_tokens\":1000000000000000}", "{\"limit\":\"1000000000\"}",
    ]

    /// Bodies that are right, of which one member is then changed.
    private static let bodies: [String: [String: String]] = [
        "/charges": ["action": "\"ai_chat_message\"", "quantity": "1", "occurred_at": "\"2026-01-30T00:00:00Z\""],
        "/check": ["action": "\"ai_chat_message\"", "quantity": "1"],
        "/rate": ["action": "\"ai_chat_message\"", "usage": "{\"input_tokens\":5}"],
        "/holds": ["action": "\"ai_chat_message\"", "expires_in_seconds": "60"],
        "/capture": ["amount": "\"1\"", "credit_type": "\"credits\""], "/extend": ["expires_in_seconds": "60"],
        "/grants": ["credit_type": "\"credits\"", "amount": "\"10\"", "source": "\"bonus\"", "priority": "1"],
        "/adjustments": ["credit_type": "\"credits\"", "amount": "\"1\"", "reason": "\"r\""],
        "/refunds": ["entry": "\"en_000000000000_2\"", "amount": "\"1\""],
        "/subscription": ["plan": "\"free\"", "when": "\"now\"", "ends_at": "\"2027-01-01T00:00:00Z\""],
        "/bonus": ["amount": "\"1\""],
        "/top-up": ["pack": "\"starter\"", "threshold": "\"1\"", "monthly_cap_minor_units": "1000"],
        "/purchases": ["pack": "\"starter\""], "/keys": ["name": "\"k\"", "scopes": "[\"balance:read\"]"],
        "/sessions": ["account": "\"u\"", "expires_in_seconds": "60"],
        "/reconcile": ["days": "3"], "/what-if": ["from": "\"2026-01-01\"", "to": "\"2026-02-01\""],
        "/check-balance": ["action": "\"deduct\"", "token_type": "\"credits\"", "tokens": "1"],
    ]

    /// What the API's document names: members of bodies, and parameters in queries. What is new there is tried by itself.
    private static let (names, queries): ([String], [String]) = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        guard let text = try? String(contentsOf: root.appending(path: "openapi.yaml"), encoding: .utf8) else {
            return ([], [])
        }
        let members = text.matches(of: /\n +([a-z_]+):\n +(?:type|description|\$ref|allOf|oneOf|anyOf):/).map {
            String($0.1)
        }
        let parameters = text.matches(of: /name: ([a-z_]+)\n +in: query/).map { String($0.1) }
        return (Set(members).sorted(), Set(parameters).sorted())
    }()

    /// A value, one time in three somewhere inside another.
    private static func value(using generator: inout SeededGenerator) -> String {
        let value = values[Int.random(in: 0..<values.count, using: &generator)]
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: return "{\"input_tokens\":\(value)}"
        case 1: return "{\"a\":[{\"b\":\(value)}]}"
        case 2: return "[\(value)]"
        default: return value
        }
    }

    private static func body(_ path: String, using generator: inout SeededGenerator) -> String? {
        var members = bodies.first { path.hasSuffix($0.key) }?.value ?? [:]
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            let known = members.keys.sorted()
            let name = Bool.random(using: &generator) ? known.randomElement(using: &generator) : nil
            members[name ?? names[Int.random(in: 0..<names.count, using: &generator)]] = value(using: &generator)
        }
        let text =
            "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: return values.randomElement(using: &generator)
        case 1: return path.hasSuffix("/usage") ? "{\"events\":[\(text)]}" : nil
        default: return text
        }
    }

    private static func path(_ route: String, using generator: inout SeededGenerator) -> String {
        let parts = route.split(separator: "/").map { part -> String in
            if !part.hasPrefix("{") { return String(part) }
            if part == "{account}", Int.random(in: 0..<4, using: &generator) > 0 { return "u" }
            let text = texts[Int.random(in: 0..<texts.count, using: &generator)]
            return text.isEmpty ? "x" : text
        }
        var query: [String] = []
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let name = queries[Int.random(in: 0..<queries.count, using: &generator)]
            query.append("\(name)=\(texts[Int.random(in: 0..<texts.count, using: &generator)])")
        }
        return "/" + parts.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    @Test(arguments: Kind.allCases)
    func `extreme values in any place are answered, and the server lives`(kind: Kind) async throws {
        let seed = UInt64.random(in: 0...UInt64.max >> 1)
        print("seed \(seed)")
        var configuration = try UserToken.configuration()
        configuration.limits = RequestLimits(perUser: nil)
        let store = try await kind.store()
        try await TestServer.run(configuration: configuration, store: store) { server in
            var generator = SeededGenerator(seed: seed)
            _ = try await server.call(.put, "/v1/accounts/u", #"{"plan":"free"}"#)
            let grant = #"{"credit_type":"credits","amount":"100","source":"bonus"}"#
            _ = try await server.call(.post, "/v1/accounts/u/grants", grant)
            let user = UserToken.make("u")
            let headers = [
                "Idempotency-Key", "Prefer", "Stripe-Signature", "Content-Encoding", "Range", "ce-id", "Accept",
            ]
            #expect(RouteFuzzTests.names.count > 100 && RouteFuzzTests.queries.count > 15)
            // A stream has no end, so that nothing can be asked of one that begins.
            for route in Routes.all where !route.path.hasSuffix("/stream") {
                for _ in 0..<40 {
                    let path = RouteFuzzTests.path(route.path, using: &generator)
                    var fields = ["content-type": "application/json"]
                    if Bool.random(using: &generator) {
                        fields["Idempotency-Key"] = "k\(Int.random(in: 0..<9, using: &generator))"
                    }
                    if Int.random(in: 0..<4, using: &generator) == 0 {
                        let value = RouteFuzzTests.texts[
                            Int.random(in: 0..<RouteFuzzTests.texts.count, using: &generator)]
                        fields[headers[Int.random(in: 0..<headers.count, using: &generator)]] = value
                    }
                    let isRead = route.method == .get || route.method == .delete
                    let body = isRead ? nil : RouteFuzzTests.body(route.path, using: &generator)
                    let secret = route.audience == .users ? user : ""
                    let reply = try await server.call(route.method, path, body, secret: secret, headers: fields)
                    #expect(
                        (200..<500).contains(reply.status) || [501, 502, 503].contains(reply.status),
                        "seed \(seed): \(route.method) \(path.prefix(300)) \(fields) \(body ?? "") → \(reply.text.prefix(300))"
                    )
                }
                let balance = try await server.call(.get, "/v1/accounts/u/balance")
                #expect(balance.status == 200, "seed \(seed): after \(route.method) \(route.path): \(balance.text)")
            }
        }
        try await store.close()
    }
}
