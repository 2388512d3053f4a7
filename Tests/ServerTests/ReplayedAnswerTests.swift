import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripServer

@Suite("Idempotent-Replayed", .timeLimit(.minutes(15))) struct ReplayedAnswerTests {
    /// Routes that change something and keep no names of requests: doing the same again is the same by itself, or makes
    /// another.
    private static let withoutNames: Set<String> = [
        "POST /v1/accounts/{account}/check", "POST /v1/rate", "POST /v1/usage", "POST /v1/traces",
        "POST /v1/tracking-failures/replay", "POST /v1/tracking-failures/{failure}/replay",
        "DELETE /v1/tracking-failures/{failure}", "POST /v1/purchases/reconcile",
        "POST /v1/accounts/{account}/purchases/{purchase}/refresh",
        "POST /v1/accounts/{account}/subscription/checkout", "POST /v1/accounts/{account}/portal",
        "PUT /v1/accounts/{account}/top-up", "DELETE /v1/accounts/{account}/top-up", "POST /v1/webhooks/{provider}",
        "POST /test-checkout/{purchase}", "PUT /v1/catalog", "PUT /v1/prices", "POST /v1/catalog/what-if",
        "DELETE /v1/accounts/{account}", "POST /v1/keys", "DELETE /v1/keys/{key}", "POST /v1/keys/{key}/rotate",
        "POST /v1/sessions",
        "POST /api/credits/purchases/{purchase}/refresh",
    ]

    /// What there is of an account, to be named in paths and bodies.
    private struct Scene {
        let server: TestServer
        let provider: ScriptedPaymentProvider
        let account: String
        let charge: String
        let grant: String
        let hold: String
        let purchase: String
        let invoice: String

        init(_ server: TestServer, _ provider: ScriptedPaymentProvider, _ account: String, plan: String) async throws {
            (self.server, self.provider, self.account) = (server, provider, account)
            let path = "/v1/accounts/\(account)"
            _ = try await server.call(.put, path, #"{"plan":"\#(plan)"}"#)
            grant = try #require(
                try await server.call(.post, path + "/grants", #"{"amount":"50","source":"bonus"}"#)["grant", "id"])
            charge = try #require(
                try await server.call(.post, path + "/charges", #"{"action":"ai_chat_message"}"#)["entry", "id"])
            hold = try #require(
                try await server.call(.post, path + "/holds", #"{"action":"ai_chat_message"}"#)["hold", "id"])
            purchase = try #require(
                try await server.call(.post, path + "/purchases", #"{"pack":"starter"}"#)["id"])
            invoice = try #require(
                try await server.call(.post, path + "/purchases", #"{"pack":"starter","provider":"manual"}"#)["id"])
            var facts = PaymentFacts(
                stage: .paid, paid: Price(minorUnits: 900, currency: "usd"), references: ["cs_\(purchase)"])
            facts.customer = "cus_1"
            provider.set(facts, of: purchase)
            _ = try await server.call(.post, path + "/purchases/\(purchase)/refresh")
        }

        func filled(_ text: String) -> String {
            let known = [
                "{account}": account, "{grant}": grant, "{hold}": hold, "{purchase}": purchase, "CHARGE": charge,
            ]
            return known.reduce(text) { $0.replacing($1.key, with: $1.value) }
        }
    }

    /// Every route that keeps names, with a body that does something the first time.
    private static let bodies: [String: String] = [
        "PUT /v1/accounts/{account}": #"{"timezone":"Europe/Paris"}"#,
        "PUT /v1/accounts/{account}/subscription": #"{"plan":"pro"}"#,
        "DELETE /v1/accounts/{account}/subscription": "",
        "POST /v1/accounts/{account}/subscription/initialize": #"{"plan":"free"}"#,
        "POST /v1/accounts/{account}/subscription/upgrade": #"{"plan":"pro"}"#,
        "POST /v1/accounts/{account}/subscription/downgrade": #"{"plan":"free"}"#,
        "POST /v1/accounts/{account}/subscription/renew": #"{"ends_at":"2026-04-30T00:00:00Z"}"#,
        "POST /v1/accounts/{account}/subscription/bonus": #"{"amount":"1"}"#,
        "POST /v1/accounts/{account}/subscription/expire": "{}",
        "POST /v1/accounts/{account}/subscription/past-due": "{}",
        "POST /v1/accounts/{account}/grants": #"{"amount":"1","source":"bonus"}"#,
        "DELETE /v1/accounts/{account}/grants/{grant}": "",
        "POST /v1/accounts/{account}/charges": #"{"action":"ai_chat_message"}"#,
        "POST /v1/accounts/{account}/refunds": #"{"entry":"CHARGE","reason":"no use"}"#,
        "POST /v1/accounts/{account}/adjustments": #"{"amount":"-1","reason":"by hand"}"#,
        "POST /v1/accounts/{account}/holds": #"{"action":"ai_chat_message"}"#,
        "POST /v1/accounts/{account}/holds/{hold}/capture": "{}",
        "POST /v1/accounts/{account}/holds/{hold}/release": "{}",
        "POST /v1/accounts/{account}/holds/{hold}/extend": #"{"expires_in_seconds":60}"#,
        "POST /v1/accounts/{account}/purchases": #"{"pack":"starter"}"#,
        "POST /v1/accounts/{account}/purchases/{purchase}/mark-paid": #"{"reference":"transfer 7"}"#,
        "POST /v1/accounts/{account}/purchases/{purchase}/refund": #"{"minor_units":100}"#,
        "POST /api/credits/purchase": #"{"pack":"starter"}"#,
        "POST /api/v1/tokens/check-balance": #"{"action":"deduct","feature_used":"ai_chat_message"}"#,
    ]

    @Test("Every route that keeps names marks the answer to a repetition, and answers as the first time")
    func everyRoute() async throws {
        let provider = ScriptedPaymentProvider()
        var configuration = try UserToken.configuration()
        configuration.limits = RequestLimits(perUser: nil)
        try await TestServer.run(
            configuration: configuration, providers: [provider, ScriptedPaymentProvider(name: "manual")]
        ) { server in
            let replayed = try #require(HTTPField.Name("Idempotent-Replayed"))
            for (number, route) in Routes.all.enumerated() where route.method != .get {
                let name = "\(route.method.rawValue) \(route.path)"
                if ReplayedAnswerTests.withoutNames.contains(name) { continue }
                let body = try #require(ReplayedAnswerTests.bodies[name], "a new route needs a row here: \(name)")
                let isDown = route.path.hasSuffix("downgrade") || route.path.hasSuffix("expire")
                let scene = try await Scene(server, provider, "a\(number)", plan: isDown ? "pro" : "free")
                if route.path.hasSuffix("renew") || route.path.hasSuffix("past-due") || route.method == .delete {
                    let order = #"{"plan":"pro","ends_at":"2026-03-31T00:00:00Z"}"#
                    _ = try await server.call(.put, "/v1/accounts/a\(number)/subscription", order)
                }
                let isOfInvoice = route.path.hasSuffix("mark-paid")
                var path = scene.filled(
                    isOfInvoice ? route.path.replacing("{purchase}", with: scene.invoice) : route.path)
                if route.path.hasSuffix("initialize") { path = path.replacing("a\(number)", with: "new\(number)") }
                let secret = route.audience == .users ? UserToken.make("a\(number)") : ""
                let headers = ["Idempotency-Key": "again"]
                let text = body.isEmpty ? nil : scene.filled(body)
                let first = try await server.call(route.method, path, text, secret: secret, headers: headers)
                #expect((200..<300).contains(first.status), "\(name): \(first)")
                #expect(first.headers[replayed] == nil, "\(name)")
                let second = try await server.call(route.method, path, text, secret: secret, headers: headers)
                #expect(second.headers[replayed] == "true", "\(name): \(second)")
                // PUT says by its status whether it made something, which it did once.
                if route.method != .put { #expect(second.status == first.status, "\(name)") }
                #expect(second.text == first.text, "\(name)")
            }
        }
    }
}
