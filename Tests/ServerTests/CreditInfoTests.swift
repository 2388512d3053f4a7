import HTTPTypes
import ScripServer
import Testing

@Suite(.timeLimit(.minutes(15))) struct CreditInfoTests {
    @Test func `charges and captures tell what they took and what is left, to whoever asks`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"pro"}"#)
            let path = "/v1/accounts/ada/charges"
            let body = #"{"action":"ai_chat_message"}"#
            let charge = try await server.call(.post, path + "?credit_info=true", body)
            #expect(charge["creditInfo", "tokensUsed"] == "2000", "\(charge)")
            #expect(charge["creditInfo", "creditsRemaining"] == "99", "\(charge)")
            #expect(charge["creditInfo", "totalTokensUsed"] == "2000", "\(charge)")
            let plain = try await server.call(.post, path, body)
            #expect(plain.status == 201 && plain["creditInfo", "tokensUsed"] == nil)
            let hold = try await server.call(.post, "/v1/accounts/ada/holds", #"{"action":"ai_chat_message"}"#)
            let id = try #require(hold["hold", "id"])
            let capture = try await server.call(
                .post, "/v1/accounts/ada/holds/\(id)/capture?credit_info=true", "{}")
            #expect(capture["creditInfo", "creditsRemaining"] == "97", "\(capture)")
            let wrong = try await server.call(.post, path + "?credit_info=maybe", body)
            #expect(wrong.status == 400, "\(wrong)")
            #expect(try await server.call(.get, "/v1/accounts/ada/balance")["balances", "0", "available"] == "97")
        }
    }
}
