import HTTPTypes
import ScripCore
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
}
