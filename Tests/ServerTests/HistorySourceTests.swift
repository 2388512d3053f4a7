import HTTPTypes
import Logging
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct HistorySourceTests {
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
            _ = try await post("grants", #"{"amount":"5","source":"promotional","expires_at":"2026-02-01T00:00:00Z"}"#)
            _ = try await post("charges", charge)
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
            _ = try await post("holds", #"{"amount":"1","credit_type":"credits","expires_in_seconds":60}"#)
            server.clock.set(CivilTime(year: 2026, month: 2, day: 28, microsecondOfDay: 0).asUTC)
            let charged = try #require(try await post("charges", charge)["entry", "id"])
            _ = try await post("refunds", #"{"entry":"\#(charged)","amount":"2","reason":"+sorry"}"#)
            let csv = try await server.text(.get, "/api/credits/history?format=csv", secret: UserToken.make("ada"))
            let rows = HistorySourceTests.rows(csv.replacing(bought, with: "PURCHASE"))
            #expect(
                rows.reversed() == [
                    #"allowance,credits,5,5,monthly 5,,,,"#,
                    #"grant,credits,10,15,bonus 10,,,,'@welcome"#,
                    #"grant,credits,5,20,promotional 5,,,,"#,
                    #"charge,credits,-7,13,monthly -5; promotional -2,,,,"#,
                    #"hold,credits,0,9,promotional held 3; bonus held 1,,,,"#,
                    #"capture,credits,-1,12,promotional -1 held -3; bonus held -1,,,,"#,
                    #"hold,credits,0,10,promotional held 2,,,,"#,
                    #"release,credits,0,12,promotional held -2,,,,"#,
                    #"adjustment,credits,-1,11,promotional -1,,,,'-1 by hand"#,
                    #"adjustment,credits,2,13,adjustment 2,,,,"2, ""counted""""#,
                    #"allowance,credits,95,108,monthly 95,,,,"#,
                    #"allowance,credits,0,108,,,,,"#,
                    #"grant_voided,credits,-95,13,monthly -95,,,,plan changed"#,
                    #"grant,credits,100,113,purchased 100,,,,purchase of starter"#,
                    #"grant_voided,credits,-10,103,purchased -10,,,,the money of PURCHASE went back"#,
                    #"grant,credits,100,203,purchased 100,,,,top-up of starter"#,
                    #"hold,credits,0,202,promotional held 1,,,,"#,
                    #"hold_expired,credits,0,203,promotional held -1,,,,"#,
                    #"grant_expired,credits,-1,202,promotional -1,,,,"#,
                    #"allowance,credits,5,207,monthly 5,,,,"#,
                    #"charge,credits,-7,200,monthly -5; bonus -2,,,,"#,
                    #"refund,credits,2,202,bonus 2,,,,'+sorry"#,
                ], "\(csv)")
        }
    }
}
