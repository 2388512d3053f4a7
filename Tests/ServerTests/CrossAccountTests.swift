import Foundation
import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripServer

@Suite struct CrossAccountTests {
    /// Everything by which eve could name what is bob's.
    private struct Names {
        var purchase: String
        var entry: String
        var grant: String
    }

    private static func prepare(_ server: TestServer) async throws -> Names {
        for name in ["bob", "eve"] { _ = try await server.call(.put, "/v1/accounts/\(name)", #"{"plan":"pro"}"#) }
        let grant = try await server.call(
            .post, "/v1/accounts/bob/grants", #"{"amount":"7777.25","source":"bonus","reason":"only-bobs"}"#)
        let purchase = try await server.call(
            .post, "/v1/accounts/bob/purchases", #"{"pack":"starter","success_url":"https://only-bobs.test/"}"#)
        return Names(
            purchase: try #require(purchase["id"]), entry: try #require(grant["entry", "id"]),
            grant: try #require(grant["grant", "id"]))
    }

    private static func bodies(_ names: Names) -> [String] {
        let members = [
            #""account":"bob""#, #""account_id":"bob""#, #""user":"bob""#, #""user_id":"bob""#,
            #""organization":"bob""#, #""purchase":"\#(names.purchase)""#, #""entry":"\#(names.entry)""#,
            #""grant":"\#(names.grant)""#,
        ]
        let bases = [
            #""pack":"starter""#, #""action":"deduct","feature_used":"ai_chat_message""#,
            #""action":"check","feature_used":"ai_chat_message""#,
        ]
        return ["{}"] + members.map { "{\($0)}" } + members.flatMap { member in bases.map { "{\($0),\(member)}" } }
    }

    @Test func `on no route for users does eve reach what is bob's`() async throws {
        let configuration = try UserToken.configuration()
        try await TestServer.run(configuration: configuration, providers: [ScriptedPaymentProvider()]) { server in
            let names = try await CrossAccountTests.prepare(server)
            let before = try await server.call(.get, "/v1/accounts/bob/balance")
            let lines = try await server.call(.get, "/v1/accounts/bob/entries")
            let purchases = try await server.call(.get, "/v1/accounts/bob/purchases")
            let token = UserToken.make("eve")
            let queries = [
                "", "?account=bob", "?account_id=bob", "?user=bob&user_id=bob", "?organization=bob",
                "?purchase=\(names.purchase)", "?cursor=\(names.entry)",
            ]
            var count = 0
            for route in Routes.all where route.audience == .users {
                let path = route.path.replacing("{purchase}", with: names.purchase)
                for query in queries {
                    for body in route.method == .get ? ["{}"] : CrossAccountTests.bodies(names) {
                        let reply = try await server.call(
                            route.method, path + query, body, secret: token,
                            headers: ["Accept": "application/json", "X-Account": "bob"])
                        count += 1
                        let place = "\(route.method) \(path)\(query) \(body): \(reply.text)"
                        #expect(reply.status < 500, "\(place)")
                        #expect(!reply.text.contains("only-bobs") && !reply.text.contains("7777.25"), "\(place)")
                        #expect(!reply.text.contains(names.grant), "\(place)")
                        #expect(!reply.text.contains(#""account":"bob""#), "\(place)")
                        if route.path.contains("{purchase}") { #expect(reply.status == 404, "\(place)") }
                    }
                }
            }
            #expect(count > 100)
            #expect(try await server.call(.get, "/v1/accounts/bob/balance").json == before.json)
            #expect(try await server.call(.get, "/v1/accounts/bob/entries").json == lines.json)
            #expect(try await server.call(.get, "/v1/accounts/bob/purchases").json == purchases.json)
        }
    }

    @Test func `mangled tokens open nothing`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let seed = UInt64.random(in: 0...UInt64.max)
            var generator = SeededGenerator(seed: seed)
            let good = UserToken.make("ada")
            #expect(try await server.call(.get, "/api/credits/balance", secret: good).status == 200)
            let letters = Array("ABCxyz019-_.=+/ ~\"{}".utf8)
            for _ in 0..<2_000 {
                var bytes = Array(good.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    let letter = letters[Int.random(in: 0..<letters.count, using: &generator)]
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[place] = letter
                    case 1: bytes.insert(letter, at: place)
                    case 2: bytes.remove(at: place)
                    default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
                    }
                    if bytes.isEmpty { bytes = [letter] }
                }
                let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
                if text == good || text.isEmpty { continue }
                let status = try await server.call(.get, "/api/credits/balance", secret: text).status
                #expect(status == 401 || status == 403, "seed \(seed): \(text)")
            }
        }
    }
}
