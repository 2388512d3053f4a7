import HTTPTypes
import ScripCore
import ScripEngine
import Testing

/// A capture that names usage is rated by it or refused; only one that names none takes all that was held.
@Suite(.timeLimit(.minutes(15))) struct CapturedUsageTests {
    private static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: "1"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "100"}]}]
        actions:
          - {id: chat, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
          - {id: click, credit_type: credits, rate: {fixed: "1"}}
        models:
          - {provider: openai, id: gpt-6, usd_per_million: {input: "1000000", output: "1000000"}}
        unknown_model: record
        """

    private static func hold(_ server: TestServer) async throws -> String {
        let body = #"{"action":"chat","provider":"openai","model":"gpt-6","usage":{"input_tokens":10}}"#
        let placed = try await server.call(.post, "/v1/accounts/u/holds", body)
        return try #require(placed["hold", "id"], "\(placed.text)")
    }

    private static let cases: [(body: String, status: Int, captured: String?)] = [
        ("{}", 200, "10"), (#"{"description":"done"}"#, 400, nil), (#"{"amount":"3"}"#, 200, "3"),
        (#"{"raw_usage":null}"#, 400, nil), (#"{"amount":null}"#, 400, nil), (#"{"user":"bob"}"#, 400, nil),
        (#"{"metadata":{}}"#, 400, nil), (#"{"occurred_at":"2026-01-01T00:00:00Z"}"#, 400, nil),
        (#"{"geography":"us"}"#, 400, nil), (#"{"speed":"fast"}"#, 400, nil), (#"{"credit_type":"credits"}"#, 400, nil),
        (#"{"amount":"3","description":"done","metadata":{"a":1},"user":"bob"}"#, 200, "3"),
        (#"{"raw_usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}}"#, 200, "3"),
        (#"{"usage":{"input_tokens":2}}"#, 200, "2"), (#"{"usage":{}}"#, 400, nil),
        (#"{"raw_usage":{"nothing":1}}"#, 400, nil), (#"{"raw_usage":[]}"#, 400, nil),
        (#"{"model":"gpt-6"}"#, 400, nil),
        ("[]", 400, nil), ("7", 400, nil), (#"{"usage":"all"}"#, 400, nil), (#"{"tokens":3}"#, 400, nil),
    ]

    @Test func `what names usage is rated or refused`() async throws {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: CapturedUsageTests.catalog)
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            for (body, status, captured) in CapturedUsageTests.cases {
                let hold = try await CapturedUsageTests.hold(server)
                let path = "/v1/accounts/u/holds/\(hold)"
                let reply = try await server.call(.post, path + "/capture", body)
                #expect(reply.status == status, "\(body): \(reply.text)")
                #expect(reply["hold", "captured"] == captured, "\(body): \(reply.text)")
                let rest = try await server.call(.get, path)
                #expect(rest["hold", "status"] == (status == 200 ? "captured" : "open"), "\(body): \(rest.text)")
                if status != 200 { _ = try await server.call(.post, path + "/release", "{}") }
                if let captured, let amount = Credits(captured) {
                    let back = GrantOrder(
                        creditType: CreditTypeID(unchecked: "credits"), amount: amount, source: .bonus)
                    _ = try await server.engine.submit(
                        Command(account: AccountID(unchecked: "u"), intent: .grant(back), origin: Origin()))
                }
            }
        }
    }

    @Test func `an account that became one for demonstration is not charged for what it held, nor later`() async throws
    {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: CapturedUsageTests.catalog)
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let hold = try await CapturedUsageTests.hold(server)
            let event =
                #"{"events":[{"id":"e","account":"u","action":"chat","model":"gpt-9","usage":{"input_tokens":5}}]}"#
            let unrated = try await server.call(.post, "/v1/usage", event)
            #expect(unrated["results", "0", "status"] == "unrated", "\(unrated.text)")
            _ = try await server.call(.put, "/v1/accounts/u", #"{"demo":true}"#)
            let captured = try await server.call(.post, "/v1/accounts/u/holds/\(hold)/capture", "{}")
            #expect(captured.status == 200, "\(captured.text)")
            _ = try await server.engine.applyCatalog(
                document: CapturedUsageTests.catalog.replacing("id: gpt-6", with: "id: gpt-6, aliases: [gpt-9]"))
            let replayed = try await server.call(.post, "/v1/tracking-failures/replay", "{}")
            #expect(replayed.status == 200, "\(replayed.text)")
            let balance = try await server.call(.get, "/v1/accounts/u/balance")
            #expect(balance["balances", "0", "available"] == "100", "\(balance.text)")
            #expect(balance["balances", "0", "held"] == "0", "\(balance.text)")
            let waiting = try await server.call(.get, "/v1/tracking-failures?status=open")
            #expect(waiting["data", "0", "id"] == nil, "\(waiting.text)")
        }
    }

    @Test func `who acts on a user's route is in the entry, and no key's id is shown to users`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"pro"}"#)
            let charge = #"{"action":"ai_chat_message"}"#
            _ = try await server.call(.post, "/v1/accounts/ada/charges", charge)
            let token = UserToken.make("ada")
            let deducted = try await server.call(
                .post, "/api/v1/tokens/check-balance", #"{"action":"deduct","feature_used":"ai_chat_message"}"#,
                secret: token)
            #expect(deducted.status == 200, "\(deducted.text)")
            let entries = try await server.call(.get, "/v1/accounts/ada/entries?kind=charge")
            #expect(entries["data", "0", "user"] == "ada", "\(entries.text)")
            let statistics = try await server.call(.get, "/api/v1/tokens/stats", secret: token)
            #expect(statistics["tokens", "0", "recent_use", "0", "user_id"] == "ada", "\(statistics.text)")
            #expect(statistics["tokens", "0", "recent_use", "1", "user_id"] == "null", "\(statistics.text)")
        }
    }
}
