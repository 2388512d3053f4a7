import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripServer

@Suite(.timeLimit(.minutes(15))) struct AudienceTests {
    private static let account = AccountID(unchecked: "u_1")

    /// A path with something in each place, so that only the credential decides.
    private static func path(of route: Route) -> String {
        route.path.replacing(/\{(\w+)\}/) { $0.1 == "account" ? account.rawValue : "x" }
    }

    /// Whoever does not take event streams is not kept waiting for the end of one.
    private static func call(
        _ server: TestServer, _ route: Route, _ credential: Credential, body: String = "{}"
    ) async throws -> TestServer.Reply {
        try await server.call(
            route.method, path(of: route) + credential.query, body, secret: nil,
            headers: credential.headers.merging(["Accept": "application/json"]) { mine, _ in mine })
    }

    private static func isRefused(_ reply: TestServer.Reply) -> Bool {
        if reply.status == 401 { return true }
        return reply.status == 403
            && ["insufficient_scope", "wrong_credential", "origin_not_allowed"].contains(reply["code"])
    }

    @Test func `every route lets in only those it is for, whatever they present`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            let credentials = try await Credential.all(on: server, account: AudienceTests.account)
            #expect(credentials.count > 30 && Routes.all.count > 80)
            for credential in credentials {
                for route in Routes.all {
                    let reply = try await AudienceTests.call(server, route, credential)
                    let place = "\(credential.name) on \(route.method) \(route.path): \(reply)"
                    #expect(AudienceTests.isRefused(reply) != credential.isLetIn(route.audience), "\(place)")
                    // Nothing answers 500, whatever comes, and what is refused says why.
                    #expect(reply.status != 500, "\(place)")
                    if AudienceTests.isRefused(reply) { #expect(reply["code"] != nil, "\(place)") }
                }
            }
        }
    }

    @Test func `a restricted key opens only the routes of its scopes`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            for scope in Scope.allCases where scope != .all {
                let secret = try await server.engine.createKey(name: "one", scopes: [scope]).secret.text
                for route in Routes.all where route.audience != .everyone {
                    let reply = try await server.call(
                        route.method, AudienceTests.path(of: route), "{}", secret: secret,
                        headers: ["Accept": "application/json"])
                    #expect(
                        AudienceTests.isRefused(reply) != (route.audience == .servers(scope)),
                        "\(scope) on \(route.method) \(route.path): \(reply)")
                }
            }
        }
    }

    @Test(arguments: KeyMode.allCases)
    func `a server of one mode takes no key of the other on any route`(mode: KeyMode) async throws {
        var configuration = try UserToken.configuration(opensAccounts: true)
        configuration.mode = mode
        try await TestServer.run(configuration: configuration) { server in
            let live = try await server.engine.createKey(name: "live", mode: .live).secret.text
            let test = try await server.engine.createKey(name: "test", mode: .test).secret.text
            for route in Routes.all {
                guard case .servers = route.audience else { continue }
                for (secret, isLetIn) in [(live, mode == .live), (test, mode == .test)] {
                    let reply = try await server.call(
                        route.method, AudienceTests.path(of: route), "{}", secret: secret,
                        headers: ["Accept": "application/json"])
                    let place = "\(mode) on \(route.method) \(route.path): \(reply)"
                    #expect(AudienceTests.isRefused(reply) != isLetIn, "\(place)")
                    if !isLetIn { #expect(reply["code"] == "key_wrong_mode", "\(place)") }
                }
            }
        }
    }

    /// A route that asks for nothing is a decision, so it is made here too.
    @Test func `the routes that are open to everyone are these`() {
        let open = Routes.all.filter { $0.audience == .everyone }.map { "\($0.method) \($0.path)" }
        #expect(
            Set(open) == [
                "GET /", "GET /livez", "GET /readyz", "GET /healthz",
                // Its messages are signed.
                "POST /v1/webhooks/{provider}",
                // The page of a provider that exists in development alone.
                "GET /test-checkout/{purchase}", "POST /test-checkout/{purchase}",
            ])
    }

    @Test func `what may only look changes nothing on any route for users`() async throws {
        let configuration = try UserToken.configuration(opensAccounts: true)
        let bodies = [
            "{}", #"{"pack":"starter","success_url":"https://app.test/"}"#,
            #"{"action":"deduct","feature_used":"ai_chat_message"}"#,
        ]
        try await TestServer.run(configuration: configuration, providers: [ScriptedPaymentProvider()]) { server in
            let base = "/v1/accounts/\(AudienceTests.account)"
            _ = try await server.call(.put, base, #"{"plan":"pro"}"#)
            let bought = try await server.call(.post, "\(base)/purchases", bodies[1])
            let purchase = try #require(bought["id"])
            var before: [String] = []
            for path in ["", "/balance", "/entries", "/purchases"] {
                before.append(try await server.call(.get, base + path).text)
            }
            let names = ["a read-only session token", "the token of someone who acts as the user"]
            let credentials = try await Credential.all(on: server, account: AudienceTests.account)
            for credential in credentials.filter({ names.contains($0.name) }) {
                for route in Routes.all where route.audience == .users {
                    var codes: Set<String> = []
                    for body in bodies {
                        let reply = try await server.call(
                            route.method, route.path.replacing("{purchase}", with: purchase), body, secret: nil,
                            headers: credential.headers.merging(["Accept": "application/json"]) { mine, _ in mine })
                        codes.insert(reply["code"] ?? "\(reply.status)")
                    }
                    let place = "\(credential.name) on \(route.method) \(route.path): \(codes)"
                    #expect(codes.contains("read_only") == (route.method != .get), "\(place)")
                }
            }
            var after: [String] = []
            for path in ["", "/balance", "/entries", "/purchases"] {
                after.append(try await server.call(.get, base + path).text)
            }
            #expect(after == before)
        }
    }
}
