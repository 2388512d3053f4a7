import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct UserRouteTests {
    @Test func `a user sees the balance by where credits came from`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"free"}"#)
            let grants = "/v1/accounts/ada/grants"
            _ = try await server.call(.post, grants, #"{"amount":"20","source":"purchased"}"#)
            _ = try await server.call(.post, grants, #"{"amount":"3","source":"bonus"}"#)
            _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"ai_chat_message"}"#)
            let reply = try await server.call(.get, "/api/credits/balance", secret: UserToken.make("ada"))
            #expect(reply.status == 200 && reply["account"] == "ada" && reply["plan"] == "free", "\(reply)")
            #expect(reply["monthly"] == "4" && reply["purchased"] == "20" && reply["bonus"] == "3")
            #expect(reply["total"] == "27" && reply["held"] == "0" && reply["unlimited"] == "false")
            #expect(reply["allowance"] == "5" && reply["used"] == "1" && reply["low"] == "false")
            #expect(reply["resets_at"] == "2026-02-28T00:00:00Z" && reply["exhausted"] == "false")
            #expect(reply["credit_types", "0", "credit_type"] == "credits")
        }
    }

    @Test func `low and exhausted are said when they are so`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"free"}"#)
            let token = UserToken.make("ada")
            let charge = "/v1/accounts/ada/charges"
            _ = try await server.call(.post, charge, #"{"amount":"4","credit_type":"credits"}"#)
            var reply = try await server.call(.get, "/api/credits/balance", secret: token)
            #expect(reply["low"] == "false" && reply["exhausted"] == "false")
            _ = try await server.call(.post, charge, #"{"amount":"0.5","credit_type":"credits"}"#)
            reply = try await server.call(.get, "/api/credits/balance", secret: token)
            #expect(reply["low"] == "true" && reply["exhausted"] == "false")
            _ = try await server.call(.post, charge, #"{"amount":"0.5","credit_type":"credits"}"#)
            reply = try await server.call(.get, "/api/credits/balance", secret: token)
            #expect(reply["low"] == "true" && reply["exhausted"] == "true")
        }
    }

    @Test func `the usage report has the fields of the system it replaces`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(), catalog: .subscriptionCredits) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"start_workflow"}"#)
            var reply = try await server.call(.get, "/api/user/usage", secret: UserToken.make("ada"))
            #expect(reply["creditsRemaining"] == "4" && reply["tokensUsed"] == "2000", "\(reply)")
            #expect(reply["totalTokensUsed"] == "2000" && reply["monthlyTokensUsed"] == "2000")
            #expect(reply["subscriptionTier"] == "free" && reply["isSubscribed"] == "false")
            #expect(reply["monthlyResetDate"] == "2026-02-28T00:00:00Z" && reply["subscriptionEndsAt"] == "null")
            server.clock.set(CivilTime(year: 2026, month: 3, day: 2, microsecondOfDay: 0).asUTC)
            let order = #"{"plan":"pro","ends_at":"2026-04-01T00:00:00Z"}"#
            _ = try await server.call(.put, "/v1/accounts/ada/subscription", order)
            reply = try await server.call(.get, "/api/user/usage", secret: UserToken.make("ada"))
            #expect(reply["totalTokensUsed"] == "2000" && reply["monthlyTokensUsed"] == "0", "\(reply)")
            #expect(reply["subscriptionTier"] == "pro" && reply["isSubscribed"] == "true")
            #expect(reply["subscriptionEndsAt"] == "2026-04-01T00:00:00Z")
        }
    }

    @Test func `what was used in the month starts again with the period, to the moment`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(), catalog: .subscriptionCredits) { server in
            func day(_ month: Int, _ day: Int, hour: Int64) -> Timestamp {
                CivilTime(year: 2026, month: month, day: day, microsecondOfDay: hour * 3_600_000_000).asUTC
            }
            func used() async throws -> String? {
                try await server.call(.get, "/api/user/usage", secret: UserToken.make("ada"))["monthlyTokensUsed"]
            }
            server.clock.set(day(2, 5, hour: 10))
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let charge = #"{"action":"start_workflow"}"#
            for (month, date, hour, expected) in [
                (2, 5, 11, "2000"), (3, 5, 9, "4000"), (3, 5, 11, "2000"), (3, 5, 12, "4000"), (3, 6, 1, "6000"),
            ] {
                server.clock.set(day(month, date, hour: Int64(hour)))
                _ = try await server.call(.post, "/v1/accounts/ada/charges", charge)
                #expect(try await used() == expected, "\(month)-\(date) \(hour):00")
            }
            server.clock.set(Timestamp(microseconds: day(4, 5, hour: 10).microseconds - 1))
            #expect(try await used() == "6000")
            server.clock.set(day(4, 5, hour: 10))
            #expect(try await used() == "0")
            let reply = try await server.call(.get, "/api/user/usage", secret: UserToken.make("ada"))
            #expect(reply["totalTokensUsed"] == "10000")
        }
    }

    @Test func `organisations check and deduct tokens, and Starter is told so`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(), catalog: .organizationTokens) { server in
            _ = try await server.call(.put, "/v1/accounts/org_1", #"{"plan":"pro","kind":"organization"}"#)
            _ = try await server.call(.put, "/v1/accounts/org_2", #"{"plan":"starter","kind":"organization"}"#)
            let path = "/api/v1/tokens/check-balance"
            let pro = UserToken.make("u_1", claims: #","o":{"id":"org_1","rol":"member"}"#)
            let starter = UserToken.make("u_2", claims: #","o":{"id":"org_2"}"#)
            let check = #"{"action":"check","token_type":"goal_generation"}"#
            let deduct = #"{"action":"deduct","tokenType":"goal_generation","featureUsed":"generate_quest"}"#
            var reply = try await server.call(.post, path, check, secret: pro)
            #expect(reply.status == 200 && reply["allowed"] == "true" && reply["required"] == "3", "\(reply)")
            #expect(reply["balance"] == "20")
            for left in ["17", "14", "11", "8", "5", "2"] {
                reply = try await server.call(.post, path, deduct, secret: pro)
                #expect(reply.status == 200 && reply["balance"] == left, "\(reply)")
                #expect(reply["tokens_deducted"] == "3" && reply["creditInfo", "creditsRemaining"] == left)
            }
            reply = try await server.call(.post, path, check, secret: pro)
            #expect(reply.status == 200 && reply["allowed"] == "false")
            reply = try await server.call(.post, path, deduct, secret: pro)
            #expect(reply.status == 429 && reply["code"] == "insufficient_credits", "\(reply)")
            for body in [check, deduct] {
                reply = try await server.call(.post, path, body, secret: starter)
                #expect(reply.status == 403 && reply["code"] == "not_entitled", "\(reply)")
                #expect(reply["detail"] == "Not available on Starter plan.")
            }
            for body in ["{", "{}", #"{"action":"take","token_type":"goal_generation"}"#, #"{"action":"check"}"#] {
                #expect(try await server.call(.post, path, body, secret: pro).status == 400, "\(body)")
            }
            #expect(try await server.call(.post, path, check, secret: nil).status == 401)
            let stats = try await server.call(.get, "/api/v1/tokens/stats", secret: pro)
            #expect(stats["plan"] == "pro" && stats["tokens", "3", "token_type"] == "goal_generation", "\(stats)")
            #expect(stats["tokens", "3", "balance"] == "2" && stats["tokens", "3", "total_allocated"] == "20")
            #expect(stats["tokens", "3", "total_used"] == "18" && stats["tokens", "3", "percent"] == "90")
            #expect(stats["tokens", "3", "low"] == "true")
            #expect(stats["tokens", "3", "recent_use", "0", "feature_used"] == "generate_quest")
            #expect(stats["tokens", "3", "recent_use", "0", "user_id"] == "u_1")
        }
    }

    @Test func `a deduction under one name happens once, and a user's names are not the servers'`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"pro"}"#)
            let body = #"{"action":"deduct","feature_used":"ai_chat_message"}"#
            let path = "/api/v1/tokens/check-balance"
            let headers = ["Idempotency-Key": "order-1"]
            let token = UserToken.make("ada")
            let first = try await server.call(.post, path, body, secret: token, headers: headers)
            let second = try await server.call(.post, path, body, secret: token, headers: headers)
            #expect(first["balance"] == "99" && second["balance"] == "99")
            let name = try #require(HTTPField.Name("Idempotent-Replayed"))
            #expect(first.headers[name] == nil && second.headers[name] == "true")
            let grant = try await server.call(
                .post, "/v1/accounts/ada/grants", #"{"amount":"1","source":"bonus"}"#, headers: headers)
            #expect(grant.status == 201, "\(grant)")
        }
    }

    @Test func `two members of an organisation who give one name both pay`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/org_1", #"{"plan":"pro","kind":"organization"}"#)
            let body = #"{"action":"deduct","feature_used":"ai_chat_message"}"#
            let headers = ["Idempotency-Key": "1"]
            let replayed = try #require(HTTPField.Name("Idempotent-Replayed"))
            for (user, left, isAgain) in [("eve", "99", false), ("bob", "98", false), ("eve", "99", true)] {
                let token = UserToken.make(user, claims: #","o":{"id":"org_1","rol":"member"}"#)
                let reply = try await server.call(
                    .post, "/api/v1/tokens/check-balance", body, secret: token, headers: headers)
                #expect(reply.status == 200 && reply["balance"] == left, "\(reply)")
                #expect((reply.headers[replayed] != nil) == isAgain)
            }
            let lines = try await server.call(.get, "/v1/accounts/org_1/entries?kind=charge")
            #expect(lines["data", "0", "idempotency_key"] == "1" && lines["data", "1", "idempotency_key"] == "1")
            #expect(lines["data", "2", "id"] == nil, "\(lines)")
            // The same name as an event's id and as a server's is two names more.
            let event = #"[{"id":"1","account":"org_1","action":"ai_chat_message"}]"#
            let tracked = try await server.call(.post, "/v1/usage", event)
            #expect(tracked["results", "0", "status"] == "charged", "\(tracked)")
            let charge = try await server.call(
                .post, "/v1/accounts/org_1/charges", #"{"action":"ai_chat_message"}"#, headers: headers)
            #expect(charge.status == 201, "\(charge)")
        }
    }

    @Test func `whoever acts as a user looks and changes nothing`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let token = UserToken.make("ada", claims: #","act":{"sub":"support"}"#)
            #expect(try await server.call(.get, "/api/credits/balance", secret: token).status == 200)
            let body = #"{"action":"deduct","feature_used":"ai_chat_message"}"#
            let refused = try await server.call(.post, "/api/v1/tokens/check-balance", body, secret: token)
            #expect(refused.status == 403 && refused["code"] == "read_only", "\(refused)")
            let stranger = UserToken.make("nobody", claims: #","act":{"sub":"support"}"#)
            #expect(try await server.call(.get, "/api/credits/balance", secret: stranger).status == 404)
        }
    }

    @Test(arguments: [false, true])
    func `an account is opened on first sight, once, by ten requests that arrive together`(
        behindSocket: Bool
    ) async throws {
        let configuration = try UserToken.configuration(opensAccounts: true)
        try await TestServer.run(configuration: configuration, behindSocket: behindSocket) { server in
            let token = UserToken.make("u_1", claims: #","o":{"id":"org_new"}"#)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await server.call(.get, "/api/credits/balance", secret: token).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 10))
            let account = try await server.call(.get, "/v1/accounts/org_new")
            #expect(account["plan"] == "free" && account["kind"] == "organization", "\(account)")
            let lines = try await server.call(.get, "/v1/accounts/org_new/entries?kind=account")
            #expect(lines["data", "0", "actor"] == "user:u_1" && lines["data", "1", "id"] == nil, "\(lines)")
            let balance = try await server.call(.get, "/api/credits/balance", secret: token)
            #expect(balance["total"] == "5")
        }
    }

    @Test func `without that, whoever has no account is told so`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            for path in ["/api/credits/balance", "/api/user/usage", "/api/v1/tokens/stats"] {
                let reply = try await server.call(.get, path, secret: UserToken.make("nobody"))
                #expect(reply.status == 404 && reply["code"] == "account_not_found", "\(path)")
            }
        }
    }

    @Test func `a refused token says why`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            let old = UserToken.make("ada", expiresAt: 1_000)
            let reply = try await server.call(.get, "/api/credits/balance", secret: old)
            #expect(reply.status == 401 && reply["code"] == "invalid_token" && reply["reason"] == "token_expired")
            #expect(reply.headers[.wwwAuthenticate]?.contains("token_expired") == true)
        }
    }
}
