import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripServer

@Suite(.timeLimit(.minutes(15))) struct CrossAccountTests {
    /// Everything by which eve could name what is bob's.
    private struct Names {
        var purchase: String
        var entry: String
        var grant: String
        var hold: String

        /// A path with what is bob's in each place but the account's, which is eve's; `nil` for a place that is not
        /// known here.
        func path(_ pattern: String) -> String? {
            let known = ["account": "eve", "purchase": purchase, "entry": entry, "grant": grant, "hold": hold]
            var path = pattern
            for (name, value) in known { path = path.replacing("{\(name)}", with: value) }
            return path.contains("{") ? nil : path
        }
    }

    private static func prepare(_ server: TestServer) async throws -> Names {
        for name in ["bob", "eve"] { _ = try await server.call(.put, "/v1/accounts/\(name)", #"{"plan":"pro"}"#) }
        let grant = try await server.call(
            .post, "/v1/accounts/bob/grants", #"{"amount":"7777.25","source":"bonus","reason":"only-bobs"}"#)
        let purchase = try await server.call(
            .post, "/v1/accounts/bob/purchases", #"{"pack":"starter","success_url":"https://only-bobs.test/"}"#)
        let hold = try await server.call(.post, "/v1/accounts/bob/holds", #"{"action":"ai_chat_message"}"#)
        return Names(
            purchase: try #require(purchase["id"]), entry: try #require(grant["entry", "id"]),
            grant: try #require(grant["grant", "id"]), hold: try #require(hold["hold", "id"]))
    }

    /// What there is of bob's, to be compared.
    private static func standing(_ server: TestServer) async throws -> [String] {
        var texts: [String] = []
        for path in ["", "/balance", "/entries", "/purchases", "/holds", "/top-up", "/usage"] {
            texts.append(try await server.call(.get, "/v1/accounts/bob\(path)").text)
        }
        return texts
    }

    /// How eve may come.
    private static func secrets(_ server: TestServer) async throws -> [String] {
        let session = try await server.call(.post, "/v1/sessions", #"{"account":"eve","user":"bob"}"#)
        _ = try await server.call(.put, "/v1/accounts/evil_org", #"{"plan":"pro","kind":"organization"}"#)
        return [
            UserToken.make("eve"), try #require(session["token"]),
            // Bob himself, as one of an organisation: his own account is not what he stands for.
            UserToken.make("bob", claims: #","o":{"id":"evil_org"}"#),
            // Nobody's own words say what account is theirs.
            UserToken.make("eve", claims: #","account":"bob","user_id":"bob","org":"bob","org_slug":"bob""#),
            UserToken.make("eve", claims: #","act":{"sub":"bob"}"#),
        ]
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
        var configuration = try UserToken.configuration()
        configuration.limits = RequestLimits(perUser: nil)
        try await TestServer.run(configuration: configuration, providers: [ScriptedPaymentProvider()]) { server in
            let names = try await CrossAccountTests.prepare(server)
            let before = try await CrossAccountTests.standing(server)
            let queries = [
                "", "?account=bob", "?account_id=bob", "?user=bob&user_id=bob", "?organization=bob",
                "?purchase=\(names.purchase)", "?cursor=\(names.entry)",
            ]
            var count = 0
            let secrets = try await CrossAccountTests.secrets(server)
            for (route, token) in Routes.all.flatMap({ route in secrets.map { (route, $0) } })
            where route.audience == .users {
                let path = try #require(names.path(route.path), "\(route.path)")
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
                        if route.path.contains("{") { #expect([403, 404].contains(reply.status), "\(place)") }
                    }
                }
            }
            #expect(count > 500)
            #expect(try await CrossAccountTests.standing(server) == before)
        }
    }

    @Test func `under eve's account a server finds nothing that is bob's`() async throws {
        var configuration = try UserToken.configuration()
        configuration.limits = RequestLimits(perUser: nil)
        try await TestServer.run(configuration: configuration, providers: [ScriptedPaymentProvider()]) { server in
            let names = try await CrossAccountTests.prepare(server)
            let before = try await CrossAccountTests.standing(server)
            var count = 0
            for route in Routes.all where route.path.hasPrefix("/v1/accounts/{account}") {
                let path = try #require(names.path(route.path), "\(route.path) has a place that this test must fill")
                let isOfOne = route.path.replacing("{account}", with: "").contains("{")
                let bodies = isOfOne ? ["{}", #"{"reason":"eve's"}"#] : CrossAccountTests.bodies(names)
                for body in route.method == .get ? ["{}"] : bodies {
                    let reply = try await server.call(
                        route.method, path, body, headers: ["Accept": "application/json"])
                    count += 1
                    let place = "\(route.method) \(path) \(body): \(reply.text)"
                    #expect(reply.status < 500, "\(place)")
                    if isOfOne { #expect([400, 404].contains(reply.status), "\(place)") }
                    #expect(!reply.text.contains("only-bobs") && !reply.text.contains("7777.25"), "\(place)")
                }
                if isOfOne && route.method == .get {
                    #expect(try await server.call(.get, path).status == 404, "\(path)")
                }
            }
            #expect(count > 100)
            let refund = try await server.call(
                .post, "/v1/accounts/eve/refunds", #"{"entry":"\#(names.entry)","reason":"eve's"}"#)
            #expect(refund.status == 404 && refund["code"] == "entry_not_found", "\(refund)")
            #expect(try await CrossAccountTests.standing(server) == before)
        }
    }
}
