import Foundation
import HTTPTypes
import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Testing

/// Numbers at the ends of what can be written are refused or answered, and the server lives.
@Suite(.heavy, .timeLimit(.minutes(15))) struct ExtremeNumberTests {
    private static func cursor(_ place: String) -> String {
        Base64URL.encode(place.utf8)
    }

    @Test(arguments: [
        "-9223372036854775808", "-1", "0", "1", "9223372036854775807", "9223372036854775808", "-0", "+1", " 1", "1e9",
        "",
    ])
    func `a cursor is a number of a line, or is refused`(place: String) async throws {
        let store = try SQLiteLedgerStore(path: TemporaryFolder.newFile())
        try await TestServer.run(store: store) { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            for path in ["/v1/accounts/u/entries", "/v1/tracking-failures", "/v1/purchases", "/v1/audit"] {
                let reply = try await server.call(.get, "\(path)?cursor=\(ExtremeNumberTests.cursor(place))")
                #expect(reply.status == 200 || reply.status == 400, "\(path): \(reply.text)")
            }
            let isNumber = (Int64(place) ?? 0) > 0
            let entries = try await server.call(
                .get, "/v1/accounts/u/entries?cursor=\(ExtremeNumberTests.cursor(place))")
            #expect(entries.status == (isNumber ? 200 : 400), "\(entries.text)")
            #expect(try await server.call(.get, "/v1/accounts/u/balance").status == 200)
        }
    }

    @Test func `a balance too far ahead says how far is possible`() async throws {
        let types = (0..<100).map { "{id: c\($0), name: C}" }.joined(separator: ", ")
        let allowances = (0..<100).map { "{credit_type: c\($0), amount: \"1\", every: {days: 1}}" }
            .joined(separator: ", ")
        let document = """
            credit_types: [\(types)]
            default_plan: daily
            plans: [{id: daily, name: Daily, allowances: [\(allowances)]}]
            """
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: document)
            _ = try await server.call(.put, "/v1/accounts/u", #"{"plan":"daily"}"#)
            for number in 0..<100 {
                var usage = Usage()
                usage.amount = Credits("100000")
                usage.creditType = CreditTypeID(unchecked: "c\(number)")
                _ = try await server.engine.submit(
                    Command(account: AccountID(unchecked: "u"), intent: .track(usage), origin: Origin()))
            }
            let far = try await server.call(.get, "/v1/accounts/u/balance?at=2035-12-01T00:00:00Z")
            #expect(far.status == 422 && far["code"] == "too_far", "\(far.text)")
            #expect(far["errors", "0", "detail"]?.contains("2026-") == true, "\(far.text)")
            let near = try await server.call(.get, "/v1/accounts/u/balance?at=2026-02-20T00:00:00Z")
            #expect(near.status == 200)
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 1, .max])
    func `a signed time is far away, not a trap`(seconds: Int64) {
        let now = Timestamp(seconds: 1_795_000_000)
        #expect(now.microseconds(since: Timestamp(seconds: seconds)).magnitude > 1_000_000)
        #expect(Timestamp(microseconds: .min).microseconds(since: Timestamp(microseconds: .max)) == .min)
        #expect(Timestamp(microseconds: .max).microseconds(since: Timestamp(microseconds: .min)) == .max)
    }
}
