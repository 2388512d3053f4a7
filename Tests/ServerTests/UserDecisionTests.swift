import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

@testable import ScripServer

/// What one of the app's users says is never taken for what the catalog or the app's server decides.
@Suite("What users do not decide", .timeLimit(.minutes(15))) struct UserDecisionTests {
    private static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "100", every: month}]}]
        actions:
          - {id: chat, credit_type: credits, rate: {fixed: "1"}}
          - {id: video, credit_type: credits, rate: {compute: {usd: "0.02"}}}
          - {id: tip, credit_type: credits, rate: {fixed: "1"}, user_amount: {max: "5"}}
          - {id: words, credit_type: credits, rate: {per_tokens: {tokens: 1000, credits: "1"}}}
          - {id: time, credit_type: credits, rate: {per_unit: {dimension: seconds, credits: "1"}}}
          - {id: answer, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
        unknown_model: record
        packs:
          - {id: small, credit_type: credits, credits: "10", price: {minor_units: 100, currency: usd}}
        """
    private static let path = "/api/v1/tokens/check-balance"

    private static func run(
        providers: [any PaymentProvider] = [ScriptedPaymentProvider()],
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        var configuration = try UserToken.configuration()
        configuration.limits = RequestLimits(perUser: nil)
        try await TestServer.run(configuration: configuration, providers: providers) { server in
            _ = try await server.engine.applyCatalog(document: catalog)
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            try await body(server)
        }
    }

    @Test("A user sets no price", arguments: ["check", "deduct"])
    func price(verb: String) async throws {
        try await UserDecisionTests.run { server in
            // What the user says, and what is taken; nothing where it is refused.
            let rows: [(String, String?)] = [
                (#""feature_used":"chat""#, "1"), (#""feature_used":"video""#, "2"), (#""feature_used":"tip""#, "1"),
                (#""feature_used":"tip","tokens":"3""#, "3"), (#""feature_used":"tip","tokens":"5""#, "5"),
                (#""feature_used":"tip","tokens":"5.000000001""#, nil), (#""feature_used":"tip","tokens":"0""#, nil),
                (#""feature_used":"tip","tokens":"-1""#, nil), (#""feature_used":"chat","tokens":"0.001""#, nil),
                (#""feature_used":"chat","tokens":"1""#, nil), (#""feature_used":"chat","tokens":"2""#, nil),
                (#""feature_used":"video","tokens":"0.001""#, nil), (#""token_type":"credits","tokens":"0.001""#, nil),
                (#""token_type":"credits""#, nil), (#""feature_used":"words""#, nil),
                (#""feature_used":"time""#, nil), (#""feature_used":"answer""#, nil),
                (#""feature_used":"words","tokens":"0.001""#, nil), (#""feature_used":"none""#, nil),
            ]
            let token = UserToken.make("ada")
            for (said, taken) in rows {
                let before = try await server.call(.get, "/v1/accounts/ada/balance")
                let reply = try await server.call(
                    .post, UserDecisionTests.path, #"{"action":"\#(verb)",\#(said)}"#, secret: token)
                let after = try await server.call(.get, "/v1/accounts/ada/balance")
                if let taken {
                    #expect(reply.status == 200, "\(said): \(reply)")
                    #expect(reply[verb == "check" ? "required" : "tokens_deducted"] == taken, "\(said): \(reply)")
                } else {
                    #expect([400, 422].contains(reply.status), "\(said): \(reply)")
                }
                if verb == "check" || taken == nil { #expect(after.text == before.text, "\(said)") }
            }
        }
    }

    @Test("A server with a key sets amounts as before")
    func servers() async throws {
        try await UserDecisionTests.run { server in
            for body in [#"{"action":"chat","amount":"0.001"}"#, #"{"amount":"2","credit_type":"credits"}"#] {
                let reply = try await server.call(.post, "/v1/accounts/ada/charges", body)
                #expect(reply.status == 201, "\(body): \(reply)")
            }
        }
    }

    /// Members of bodies by which a user could mean to decide something.
    private static let members = [
        #""amount":"0""#, #""quantity":0"#, #""quantity":1"#, #""model":"gpt-4o-mini""#, #""provider":"manual""#,
        #""usage":{"input_tokens":1}"#, #""usage":{}"#, #""raw_usage":{}"#, #""cost_usd":"0""#, #""user":"bob""#,
        #""user_id":"bob""#, #""userId":"bob""#, #""account":"bob""#, #""organization_id":"bob""#,
        #""occurred_at":"2020-01-01T00:00:00Z""#, #""credit_type":"credits""#, #""plan":"pro""#, #""demo":true"#,
        #""enforcement":"observe""#, #""price":{"minor_units":1,"currency":"usd"}"#, #""credits":"1000""#,
        #""minor_units":1"#, #""currency":"usd""#, #""reference":"paid""#, #""status":"paid""#, #""paid":true"#,
        #""service_tier":"flex""#, #""resource":{"type":"x","id":"y"}"#, #""trace_id":"t""#, #""id":"event""#,
        #""actor":"key_1""#, #""reason":"an operator said so""#, #""source":"bonus""#, #""expires_at":null"#,
    ]

    @Test("On every route for users, what they must not say is refused and changes nothing")
    func members() async throws {
        try await UserDecisionTests.run { server in
            let bought = try await server.call(.post, "/v1/accounts/ada/purchases", #"{"pack":"small"}"#)
            let id = try #require(bought["id"])
            let bases: [String: [String]] = [
                "/api/credits/purchase": [#""pack":"small""#],
                "/api/credits/purchases/{purchase}/refresh": [],
                UserDecisionTests.path: [
                    #""action":"check","feature_used":"chat""#, #""action":"deduct","feature_used":"chat""#,
                ],
            ]
            let token = UserToken.make("ada")
            for route in Routes.all where route.audience == .users && route.method != .get {
                let known = try #require(bases[route.path], "a new route for users needs a row here: \(route.path)")
                let path = route.path.replacing("{purchase}", with: id)
                for base in known {
                    for member in UserDecisionTests.members {
                        let before = try await UserDecisionTests.standing(server)
                        let reply = try await server.call(route.method, path, "{\(base),\(member)}", secret: token)
                        #expect(reply.status == 400, "\(path) \(base) \(member): \(reply)")
                        #expect(try await UserDecisionTests.standing(server) == before, "\(path) \(member)")
                    }
                }
                if known.isEmpty {
                    // Nothing is read of the body at all.
                    for member in UserDecisionTests.members {
                        let before = try await UserDecisionTests.standing(server)
                        _ = try await server.call(route.method, path, "{\(member)}", secret: token)
                        #expect(try await UserDecisionTests.standing(server) == before, "\(path) \(member)")
                    }
                }
            }
            // Nor does anything in the address decide: what is asked for there is looked at alone.
            for query in ["account=bob", "user=bob", "amount=0", "demo=true", "provider=manual", "plan=pro"] {
                let body = #"{"action":"deduct","feature_used":"chat"}"#
                let reply = try await server.call(.post, UserDecisionTests.path + "?" + query, body, secret: token)
                #expect(reply["tokens_deducted"] == "1", "\(query): \(reply)")
            }
        }
    }

    private static func standing(_ server: TestServer) async throws -> [String] {
        var texts: [String] = []
        for path in ["", "/balance", "/entries", "/purchases"] {
            texts.append(try await server.call(.get, "/v1/accounts/ada\(path)").text)
        }
        return texts
    }

    @Test("What a user says beside a use is kept as the user's word")
    func words() async throws {
        try await UserDecisionTests.run { server in
            let body = #"""
                {"action":"deduct","feature_used":"chat","description":"mine",
                 "metadata":{"trusted":true,"metadata_cut":true}}
                """#
            let reply = try await server.call(
                .post, UserDecisionTests.path + "?reason=an+operator+said+so", body, secret: UserToken.make("ada"))
            #expect(reply.status == 200, "\(reply)")
            let line = try await server.call(.get, "/v1/accounts/ada/entries?kind=charge")
            let metadata = line.json["data"]?.arrayValue?.first?["metadata"]
            #expect(metadata?.objectValue?.members.map(\.name) == ["from_user"], "\(line)")
            #expect(metadata?["from_user"]?["trusted"] == .bool(true))
            #expect(line["data", "0", "user"] == "ada" && line["data", "0", "actor"] == "user:ada")
            #expect(line["data", "0", "reason"] == "null" || line["data", "0", "reason"] == nil)
            let records = try await server.call(.get, "/v1/audit?account=ada")
            #expect(!records.text.contains("operator said so"))
        }
    }

    @Test("Without a payment service nothing is bought, and it is said why", arguments: [true, false])
    func noProvider(isUser: Bool) async throws {
        try await UserDecisionTests.run(providers: [InvoiceProvider()]) { server in
            let path = isUser ? "/api/credits/purchase" : "/v1/accounts/ada/purchases"
            let secret = isUser ? UserToken.make("ada") : ""
            let reply = try await server.call(.post, path, #"{"pack":"small"}"#, secret: secret)
            #expect(reply.status == 422 && reply["code"] == "payment_provider_unknown", "\(reply)")
            #expect(reply["detail"]?.hasPrefix("No payment service is set up") == true, "\(reply)")
            let invoice = try await server.call(
                .post, path, #"{"pack":"small","provider":"manual"}"#, secret: secret)
            #expect(invoice.status == (isUser ? 400 : 201), "\(invoice)")
            let all = try await server.call(.get, "/v1/accounts/ada/purchases")
            #expect((all["data", "0", "provider"] == "manual") == !isUser, "\(all)")
        }
    }

    @Test("An account for demonstration buys nothing", arguments: [true, false])
    func demonstration(isUser: Bool) async throws {
        try await UserDecisionTests.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"demo":true}"#)
            let path = isUser ? "/api/credits/purchase" : "/v1/accounts/ada/purchases"
            let reply = try await server.call(
                .post, path, #"{"pack":"small"}"#, secret: isUser ? UserToken.make("ada") : "")
            #expect(reply.status == 422 && reply["code"] == "demo_account", "\(reply)")
        }
    }
}

/// Invoices alone: there is nowhere to pay.
private struct InvoiceProvider: PaymentProvider {
    let name = "manual"
    let isSettledByOperator = true

    func openCheckout(for purchase: Purchase, order: CheckoutOrder) async throws(PaymentProblem) -> Checkout {
        Checkout(url: nil, facts: PaymentFacts(stage: .pending))
    }

    func refund(_ purchase: Purchase, minorUnits: Int64, key: String) async throws(PaymentProblem) -> PaymentFacts {
        throw PaymentProblem(.unsupported, "Nothing to refund.")
    }
}
