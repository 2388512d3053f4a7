import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import Testing

@testable import ScripServer

/// Erasing and suspending over HTTP, and who may.
@Suite(.timeLimit(.minutes(15))) struct ErasureRouteTests {
    @Test func `DELETE erases an account, is audited, and a second time changes nothing`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(
                .put, "/v1/accounts/ada", #"{"name":"Ada","email":"ada@example.com","metadata":{"a":1}}"#)
            _ = try await server.call(
                .post, "/v1/accounts/ada/charges",
                #"{"action":"ai_chat_message","description":"a secret","metadata":{"b":2},"user":"u_9"}"#)
            let erased = try await server.call(.delete, "/v1/accounts/ada?reason=asked%20for")
            #expect(erased.status == 200 && erased.json["erased"] == .bool(true) && erased.json["name"] == .null)
            #expect(erased.json["suspended"] == .bool(true))
            let entries = try await server.call(.get, "/v1/accounts/ada/entries")
            #expect(!entries.text.contains("secret") && !entries.text.contains("u_9"))
            #expect(entries.json["data"]?.arrayValue?.first?["kind"] == .string("erasure"))
            let again = try await server.call(.delete, "/v1/accounts/ada")
            #expect(again.status == 200 && again.json["version"] == erased.json["version"])
            let audit = try await server.call(.get, "/v1/audit?account=ada&action=account_erased")
            #expect(audit.json["data"]?.arrayValue?.count == 1)
            #expect(audit.text.contains("asked for"))
            let put = try await server.call(.put, "/v1/accounts/ada", #"{"name":"Ada"}"#)
            #expect(put.status == 409 && put["code"] == "account_erased")
            #expect(try await server.call(.delete, "/v1/accounts/nobody").status == 404)
        }
    }

    @Test func `what is open is named, and force erases all the same`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            _ = try await server.call(.post, "/v1/accounts/ada/holds", #"{"action":"ai_chat_message"}"#)
            let refused = try await server.call(.delete, "/v1/accounts/ada")
            #expect(refused.status == 409 && refused["code"] == "account_not_settled")
            #expect(refused.json["open"] == .array([.string("1 open hold")]))
            #expect(try await server.call(.delete, "/v1/accounts/ada?force=yes").status == 400)
            #expect(try await server.call(.delete, "/v1/accounts/ada?force=true").status == 200)
        }
    }

    @Test func `only keys with the scope for it may erase`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            for scope in Scope.allCases where scope != .all && scope != .accountsErase {
                let key = try await server.engine.createKey(name: "k", scopes: [scope]).secret.text
                let refused = try await server.call(.delete, "/v1/accounts/ada?force=true", secret: key)
                #expect(refused.status == 403 && refused["code"] == "insufficient_scope", "\(scope)")
            }
            let user = try await server.call(.delete, "/v1/accounts/ada", secret: UserToken.make("ada"))
            #expect(user.status == 401 || user.status == 403)
            let key = try await server.engine.createKey(name: "k", scopes: [.accountsErase]).secret.text
            #expect(try await server.call(.delete, "/v1/accounts/ada", secret: key).status == 200)
        }
    }

    @Test func `PUT suspends: charges, holds and checks are refused, usage is recorded`() async throws {
        try await TestServer.run { server in
            let put = try await server.call(.put, "/v1/accounts/ada", #"{"suspended":true}"#)
            #expect(put.json["suspended"] == .bool(true))
            for path in ["charges", "holds"] {
                let refused = try await server.call(
                    .post, "/v1/accounts/ada/\(path)", #"{"action":"ai_chat_message"}"#)
                #expect(refused.status == 403 && refused["code"] == "account_suspended")
            }
            let check = try await server.call(.post, "/v1/accounts/ada/check", #"{"action":"ai_chat_message"}"#)
            #expect(check["reason"] == "account_suspended" && check.json["allowed"] == .bool(false))
            let tracked = try await server.call(
                .post, "/v1/usage", #"{"events":[{"id":"e1","account":"ada","action":"ai_chat_message"}]}"#)
            #expect(tracked.json["results"]?.arrayValue?.first?["status"] == .string("charged"))
            #expect(try await server.call(.put, "/v1/accounts/ada", #"{"suspended":false}"#).status == 200)
            let charged = try await server.call(
                .post, "/v1/accounts/ada/charges", #"{"action":"ai_chat_message"}"#)
            #expect(charged.status == 201)
        }
    }
}
