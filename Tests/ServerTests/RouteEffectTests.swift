import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripServer

/// Whoever may only look is refused by every route that changes something, before its controller is asked.
@Suite(.timeLimit(.minutes(15))) struct RouteEffectTests {
    private static func path(_ route: Route) -> String {
        route.path.replacing("{account}", with: "ada").replacing(/\{[a-z]+\}/, with: "x")
    }

    private static func changes(_ route: Route, _ body: String) -> Bool {
        switch route.effect {
        case .reads: false
        case .changes: true
        case .told(let changes): changes(Array(body.utf8))
        }
    }

    @Test func `what is only asked for changes nothing, and no scope to read opens what changes`() {
        for route in Routes.all {
            if route.method == .get { #expect(!Self.changes(route, ""), "\(route.path)") }
            guard case .servers(let scope) = route.audience, Self.changes(route, "") else { continue }
            #expect(!scope.rawValue.hasSuffix(":read"), "\(route.method) \(route.path)")
        }
    }

    @Test func `a read-only session is refused by all routes of users that change, and by no other`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let body = #"{"account":"ada","read_only":true}"#
            let token = try await server.call(.post, "/v1/sessions", body)["token"]
            let routes = Routes.all.filter { $0.audience == .users && !$0.path.hasSuffix("/stream") }
            #expect(routes.contains { Self.changes($0, "") })
            for route in routes {
                for action in ["check", "deduct"] {
                    let text = #"{"action":"\#(action)","feature_used":"ai_chat_message"}"#
                    let sent = route.method == .get ? nil : text
                    let reply = try await server.call(route.method, Self.path(route), sent, secret: token)
                    let isRefused = reply.status == 403 && reply["code"] == "read_only"
                    #expect(isRefused == Self.changes(route, text), "\(route.path) \(action): \(reply.text)")
                }
            }
        }
    }

    @Test func `a key with all scopes to read is refused by all routes of servers that change`() async throws {
        try await TestServer.run { server in
            let scopes = Scope.allCases.filter { $0.rawValue.hasSuffix(":read") }
            let key = try await server.engine.createKey(name: "reader", scopes: scopes, kind: .restricted)
            for route in Routes.all {
                guard case .servers = route.audience, Self.changes(route, "") else { continue }
                let reply = try await server.call(route.method, Self.path(route), "{}", secret: key.secret.text)
                #expect(reply.status == 403, "\(route.method) \(route.path): \(reply.text)")
            }
        }
    }
}
