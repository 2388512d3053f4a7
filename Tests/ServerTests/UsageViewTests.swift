import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import Testing

@testable import ScripServer

/// Usage as callers group it, and as users see their own.
@Suite struct UsageViewTests {
    private static func charge(_ server: TestServer, _ account: String, user: String, action: String) async throws {
        let charged = try await server.call(
            .post, "/v1/accounts/\(account)/charges",
            #"{"action":"\#(action)","user":"\#(user)","model":"m","provider":"p","resource":{"type":"chat","id":"1"}}"#
        )
        #expect(charged.status == 201, "\(charged)")
    }

    private static func session(_ server: TestServer, _ account: String, user: String) async throws -> String {
        let body = #"{"account":"\#(account)","user":"\#(user)"}"#
        return try #require(try await server.call(.post, "/v1/sessions", body)["token"])
    }

    private static func rows(_ reply: TestServer.Reply) -> [JSONValue] { reply.json["data"]?.arrayValue ?? [] }

    @Test func `usage is grouped by time, user, model, provider and resource type`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/acme", #"{"kind":"organization"}"#)
            for user in ["u1", "u1", "u2"] {
                try await Self.charge(server, "acme", user: user, action: "ai_chat_message")
            }
            let users = try await server.call(
                .get, "/v1/accounts/acme/usage?group_by=user,model,provider,resource_type")
            #expect(Self.rows(users).map { $0["user"]?.stringValue } == ["u1", "u2"])
            let first = try #require(Self.rows(users).first)
            #expect(first["charged"] == .string("2") && first["count"]?.integerValue == 2)
            #expect(first["model"] == .string("m") && first["provider"] == .string("p"))
            #expect(first["resource_type"] == .string("chat") && first["beyond_limit"] == .bool(false))
            for (word, length) in [("hour", 20), ("day", 10), ("week", 10), ("month", 7)] {
                for path in ["/v1/accounts/acme/usage", "/v1/usage/totals"] {
                    let reply = try await server.call(.get, "\(path)?group_by=\(word)")
                    #expect(Self.rows(reply).count == 1, "\(reply)")
                    #expect(Self.rows(reply).first?[word]?.stringValue?.count == length)
                }
            }
            for words in ["year", "hour,day", "user;model"] {
                let refused = try await server.call(.get, "/v1/accounts/acme/usage?group_by=\(words)")
                #expect(refused.status == 400 && refused.text.contains("group_by"))
            }
            let long = "/v1/accounts/acme/usage?group_by=user&from=2020-01-01"
            #expect(try await server.call(.get, long).status == 400)
        }
    }

    @Test func `users see their own usage by day and action, and of an organization only what they did`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            _ = try await server.call(.put, "/v1/accounts/acme", #"{"kind":"organization"}"#)
            try await Self.charge(server, "ada", user: "ada", action: "ai_chat_message")
            try await Self.charge(server, "acme", user: "u1", action: "ai_chat_message")
            try await Self.charge(server, "acme", user: "u2", action: "ai_chat_message")
            let ada = try await Self.session(server, "ada", user: "ada")
            let own = try await server.call(.get, "/api/user/usage?group_by=day,action", secret: ada)
            #expect(own.status == 200 && Self.rows(own).count == 1)
            #expect(Self.rows(own).first?["action"] == .string("ai_chat_message"))
            let without = try await server.call(.get, "/api/user/usage", secret: ada)
            #expect(without.json["data"] == nil && without.json["creditsRemaining"] != nil)
            let refused = try await server.call(.get, "/api/user/usage?group_by=user", secret: ada)
            #expect(refused.status == 400)
            let first = try await Self.session(server, "acme", user: "u1")
            let member = try await server.call(.get, "/api/user/usage?group_by=day,action", secret: first)
            #expect(Self.rows(member).map { $0["charged"]?.stringValue } == ["1"], "\(member)")
            #expect(!member.text.contains("u2"))
        }
    }
}
