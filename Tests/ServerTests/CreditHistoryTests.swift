import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct CreditHistoryTests {
    @Test func `every change says where its credits came from`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"free"}"#)
            let grant = #"{"amount":"10","source":"purchased","reason":"=1+1, \"order\""}"#
            _ = try await server.call(.post, "/v1/accounts/ada/grants", grant)
            _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"amount":"7","credit_type":"credits"}"#)
            let token = UserToken.make("ada")
            let page = try await server.call(.get, "/api/credits/history?limit=1", secret: token)
            #expect(page["data", "0", "kind"] == "charge" && page["data", "0", "amount"] == "-7", "\(page)")
            #expect(page["data", "0", "sources", "0", "source"] == "monthly")
            #expect(page["data", "0", "sources", "0", "amount"] == "-5")
            #expect(page["data", "0", "sources", "1", "source"] == "purchased")
            #expect(page["data", "0", "sources", "1", "amount"] == "-2")
            let cursor = try #require(page["next_cursor"])
            let next = try await server.call(.get, "/api/credits/history?cursor=\(cursor)", secret: token)
            #expect(next["data", "0", "sources", "0", "source"] == "purchased", "\(next)")
            #expect(next["data", "1", "sources", "0", "source"] == "monthly" && next["next_cursor"] == "null")
            let csv = try await server.text(.get, "/api/credits/history?format=csv", secret: token)
            let lines = csv.split(separator: "\r\n")
            #expect(lines.count == 4 && lines[0].hasPrefix("id,at,recorded_at,kind"), "\(csv)")
            #expect(lines[1].contains(",charge,credits,-7,8,monthly -5; purchased -2,"), "\(csv)")
            #expect(lines[2].hasSuffix(#","'=1+1, ""order""""#), "\(csv)")
        }
    }

    @Test func `an export has every line, however many there are`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(), behindSocket: true) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let grant = #"{"amount":"1","source":"bonus"}"#
            _ = try await server.call(.post, "/v1/accounts/ada/grants", #"{"amount":"2000","source":"bonus"}"#)
            for _ in 0..<5 { _ = try await server.call(.post, "/v1/accounts/ada/grants", grant) }
            for prefix in ["a", "b"] {
                let events = (0..<500).map { number in
                    #"{"id":"\#(prefix)\#(number)","account":"ada","action":"ai_chat_message"}"#
                }
                let batch = "[\(events.joined(separator: ","))]"
                #expect(try await server.call(.post, "/v1/usage", batch).status == 200)
            }
            let csv = try await server.text(
                .get, "/api/credits/history?format=csv", secret: UserToken.make("ada"))
            // A heading, the plan's allowance, six grants and a thousand charges.
            let count = csv.split(separator: "\r\n").count
            #expect(count == 1_008)
        }
    }

    @Test func `a rare credit type is found by going on, and no request reads the whole journal`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(), catalog: .organizationTokens) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"pro"}"#)
            let grant = #"{"amount":"9000","source":"bonus","credit_type":"chat_assistant"}"#
            #expect(try await server.call(.post, "/v1/accounts/ada/grants", grant).status == 201)
            let rare = #"{"amount":"1","source":"bonus","credit_type":"goal_generation"}"#
            #expect(try await server.call(.post, "/v1/accounts/ada/grants", rare).status == 201)
            let charge = Command(
                account: AccountID(unchecked: "ada"),
                intent: .charge(Usage(action: ActionID(unchecked: "chat"))))
            let charges = Array(repeating: charge, count: EntryQuery.maxEntriesRead + 10)
            for result in await server.engine.submit(charges) { _ = try result.get() }
            let token = UserToken.make("ada")
            for route in ["/api/credits/history", "/v1/accounts/ada/entries"] {
                let path = "\(route)?credit_type=goal_generation"
                let secret = route.hasPrefix("/v1") ? server.secret : token
                let first = try await server.call(.get, path, secret: secret)
                #expect(first.status == 200 && first["data", "0", "kind"] == nil, "\(first)")
                let cursor = try #require(first["next_cursor"])
                let next = try await server.call(.get, "\(path)&cursor=\(cursor)", secret: secret)
                #expect(next["data", "0", "amount"] == "1" && next["next_cursor"] == "null", "\(next)")
            }
            let csv = try await server.text(
                .get, "/api/credits/history?format=csv&credit_type=goal_generation", secret: token)
            // A heading, the plan's allowance and the grant.
            #expect(csv.split(separator: "\r\n").count == 3, "\(csv)")
        }
    }
}
