import HTTPTypes
import Logging
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite struct HistorySourceTests {
    /// Lines of CSV without their ids and times.
    private static func rows(_ csv: String) -> [String] {
        csv.split(separator: "\r\n").dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).dropFirst(3).joined(separator: ",")
        }
    }

    @Test func `every kind of change is there with its sources, oldest last`() async throws {
        let provider = ScriptedPaymentProvider()
        try await TestServer.run(configuration: UserToken.configuration(), providers: [provider]) { server in
            func post(_ path: String, _ body: String) async throws -> TestServer.Reply {
                let reply = try await server.call(.post, "/v1/accounts/ada/\(path)", body)
                #expect(reply.status < 300, "\(path): \(reply)")
                return reply
            }
            let charge = #"{"amount":"7","credit_type":"credits"}"#
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"free"}"#)
            _ = try await post("grants", #"{"amount":"10","source":"bonus","reason":"@welcome"}"#)
            _ = try await post("grants", #"{"amount":"3","source":"promotional","expires_at":"2026-02-01T00:00:00Z"}"#)
            let charged = try #require(try await post("charges", charge)["entry", "id"])
            _ = try await post("refunds", #"{"charge":"\#(charged)","amount":"2","reason":"+sorry"}"#)
            let hold = try #require(try await post("holds", #"{"amount":"4","credit_type":"credits"}"#)["hold", "id"])
            _ = try await post("holds/\(hold)/capture", #"{"amount":"1"}"#)
            let other = try #require(try await post("holds", #"{"amount":"2","credit_type":"credits"}"#)["hold", "id"])
            _ = try await post("holds/\(other)/release", "{}")
            _ = try await post("adjustments", #"{"credit_type":"credits","amount":"-1","reason":"-1 by hand"}"#)
            _ = try await post("adjustments", #"{"credit_type":"credits","amount":"2","reason":"2, \"counted\""}"#)
            _ = try await post("subscription/upgrade", #"{"plan":"pro"}"#)
            _ = try await post("subscription/downgrade", #"{"plan":"free","when":"now"}"#)
            let bought = try #require(try await post("purchases", #"{"pack":"starter"}"#)["id"])
            var paid = PaymentFacts(stage: .paid, paid: Price(minorUnits: 900, currency: "usd"))
            (paid.customer, paid.paymentMethod) = ("cus_1", "pm_1")
            provider.set(paid, of: bought)
            _ = try await post("purchases/\(bought)/refresh", "{}")
            paid.refunds["re_1"] = .init(minorUnits: 90, status: .succeeded)
            provider.set(paid, of: bought)
            _ = try await post("purchases/\(bought)/refresh", "{}")
            let setting = #"{"pack":"starter","threshold":"200","monthly_cap_minor_units":900}"#
            #expect(try await server.call(.put, "/v1/accounts/ada/top-up", setting).status == 200)
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            #expect(
                try await PaymentDesk(engine: server.engine, providers: [provider], logger: logger).runTopUps() == 1)
            _ = try await post("holds", #"{"amount":"1","credit_type":"credits","seconds":60}"#)
            server.clock.set(CivilTime(year: 2026, month: 2, day: 28, microsecondOfDay: 0).asUTC)
            _ = try await post("charges", charge)
            let csv = try await server.text(.get, "/api/credits/history?format=csv", secret: UserToken.make("ada"))
            for row in HistorySourceTests.rows(csv).reversed() { print(row) }
            #expect(HistorySourceTests.rows(csv).reversed() == [])
        }
    }
}
