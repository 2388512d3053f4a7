import HTTPTypes
import ScripEngine
import Testing

@Suite(.timeLimit(.minutes(15))) struct EnforcementRouteTests {
    @Test func `an action that the catalog observes is never refused`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(
                document: """
                    credit_types: [{id: credits}]
                    default_plan: free
                    plans: [{id: free, allowances: [{credit_type: credits, amount: "1"}]}]
                    actions:
                      - {id: draw, credit_type: credits, rate: {fixed: "3"}, enforcement: observe}
                      - {id: chat, credit_type: credits, rate: {fixed: "3"}}
                    """)
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let check = try await server.call(.post, "/v1/accounts/u/check", #"{"action":"draw"}"#)
            #expect(check["allowed"] == "true" && check["reason"] == "insufficient_credits")
            let drawn = try await server.call(.post, "/v1/accounts/u/charges", #"{"action":"draw"}"#)
            #expect(drawn.status == 201 && drawn.text.contains("insufficient_credits"), "\(drawn.text)")
            if let mode = HTTPField.Name("Credits-Mode") { #expect(drawn.headers[mode] == "observe") }
            let refused = try await server.call(.post, "/v1/accounts/u/charges", #"{"action":"chat"}"#)
            #expect(refused.status == 429 && refused["code"] == "insufficient_credits")
        }
    }
}
