import HTTPTypes
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct PriceScheduleTests {
    private static let document = """
        credit_types: [{id: credits, name: Credits, usd_value: "1"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "100"}]}]
        actions:
          - {id: ask, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
          - {id: chat, credit_type: credits, rate: {fixed: "1"}}
        """

    private static func book(_ input: String, also models: String = "") -> String {
        """
        {"source": "written for tests", "date": "2026-01-01", "licence": "none", "models": [
          {"provider": "acme", "id": "one", "usd_per_million": {"input": "\(input)"}}\(models)]}
        """
    }

    private static func ask(_ extra: String = "", model: String = "one") -> String {
        #"{"action":"ask","model":"\#(model)","usage":{"input_tokens":1000000,"web_searches":2}\#(extra)}"#
    }

    /// A server with a catalog and a book that asks 3 dollars, at the beginning of 2026-01-31.
    private static func run(_ body: @escaping @Sendable (TestServer) async throws -> Void) async throws {
        let shipped: @Sendable () throws -> PriceBookDocument = {
            try PriceBookDocument(Array(PriceScheduleTests.book("3").utf8))
        }
        try await TestServer.run(shippedBook: shipped) { server in
            server.clock.advance(seconds: 1)
            let applied = try await server.call(.put, "/v1/catalog", document)
            #expect(applied.status == 200 && applied["version"] == "2")
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            try await body(server)
        }
    }

    @Test func `late usage is charged by the prices of when it happened, across a scheduled change`() async throws {
        try await PriceScheduleTests.run { server in
            let change = "2026-02-10T00:00:00Z"
            let dry = try await server.call(
                .put, "/v1/prices?dry_run=true&effective_at=\(change)", PriceScheduleTests.book("2"))
            #expect(dry.status == 200 && dry["version"] == "3" && dry["dry_run"] == "true")
            let imported = try await server.call(
                .put, "/v1/prices?effective_at=\(change)", PriceScheduleTests.book("2"))
            #expect(imported["version"] == "3" && imported["effective_at"] == change)
            let early = try await server.call(.post, "/v1/accounts/u/charges", PriceScheduleTests.ask())
            #expect(early["entry", "amount"] == "-3" && early["entry", "price_version"] == "2")
            #expect(try await server.call(.get, "/v1/catalog")["version"] == "2")

            server.clock.advance(seconds: 20 * 86_400)
            let now = try await server.call(.post, "/v1/accounts/u/charges", PriceScheduleTests.ask())
            #expect(now["entry", "amount"] == "-2" && now["entry", "price_version"] == "3")
            #expect(now["entry", "unpriced", "0", "class"] == "web_searches")
            #expect(now["entry", "unpriced", "0", "count"] == "2")
            for (moment, amount, version) in [
                ("2026-02-09T23:59:59Z", "-3", "2"), (change, "-2", "3"), ("2026-02-15T00:00:00Z", "-2", "3"),
            ] {
                let body = PriceScheduleTests.ask(#","occurred_at":"\#(moment)""#)
                let charge = try await server.call(.post, "/v1/accounts/u/charges", body)
                #expect(charge["entry", "amount"] == amount && charge["entry", "price_version"] == version, "\(moment)")
                let event =
                    #"{"events":[{"id":"\#(moment)","account":"u","# + body.dropFirst() + "]}"
                let tracked = try await server.call(.post, "/v1/usage", event)
                #expect(tracked["results", "0", "entry", "amount"] == amount, "\(moment)")
                #expect(tracked["results", "0", "entry", "price_version"] == version, "\(moment)")
                let rate = try await server.call(.post, "/v1/rate", body)
                #expect(rate["amount"] == String(amount.dropFirst()) && rate["price_version"] == version)
                #expect(rate["unpriced", "0", "class"] == "web_searches" && rate["unpriced", "0", "count"] == "2")
            }
            #expect(try await server.engine.verify().isClean)
        }
    }

    @Test func `a catalog is scheduled, and what it charges changes when its time comes`() async throws {
        try await PriceScheduleTests.run { server in
            let next = PriceScheduleTests.document.replacing(#"{fixed: "1"}"#, with: #"{fixed: "4"}"#)
            let path = "/v1/catalog?effective_at=2026-03-01T00:00:00Z"
            let dry = try await server.call(.put, path + "&dry_run=true", next)
            #expect(dry.status == 200 && dry["unchanged"] == "false")
            let applied = try await server.call(.put, path, next)
            #expect(applied["version"] == "3" && applied["effective_at"] == "2026-03-01T00:00:00Z")
            let body = #"{"action":"chat"}"#
            #expect(try await server.call(.post, "/v1/rate", body)["amount"] == "1")
            server.clock.advance(seconds: 40 * 86_400)
            #expect(try await server.call(.post, "/v1/rate", body)["amount"] == "4")
            let before = #"{"action":"chat","occurred_at":"2026-02-28T00:00:00Z"}"#
            let charge = try await server.call(.post, "/v1/accounts/u/charges", before)
            #expect(charge["entry", "amount"] == "-1" && charge["entry", "price_version"] == "2")
        }
    }

    @Test func `a moment that is past or unreadable is refused by its name, a wrong book by its field`() async throws {
        try await PriceScheduleTests.run { server in
            for path in ["/v1/catalog", "/v1/prices"] {
                let body = path == "/v1/prices" ? PriceScheduleTests.book("2") : PriceScheduleTests.document
                for moment in ["2026-01-01T00:00:00Z", "2046-01-01T00:00:00Z", "soon"] {
                    let refused = try await server.call(.put, "\(path)?effective_at=\(moment)", body)
                    #expect(refused.status == 400 && refused["code"] == "invalid_request", "\(path) \(moment)")
                }
            }
            let wrong = try await server.call(.put, "/v1/prices", PriceScheduleTests.book("-1"))
            #expect(wrong.status == 422 || wrong.status == 400)
            #expect(wrong["detail"]?.contains("usd_per_million.input") == true)
        }
    }

    @Test func `usage recorded without a price is charged by the first book that has one`() async throws {
        try await PriceScheduleTests.run { server in
            let document = PriceScheduleTests.document + "\nunknown_model: record"
            _ = try await server.call(.put, "/v1/catalog", document)
            let body = PriceScheduleTests.ask(model: "two")
            let event = #"{"events":[{"id":"e","account":"u","# + body.dropFirst() + "]}"
            let recorded = try await server.call(.post, "/v1/usage", event)
            #expect(recorded["results", "0", "entry", "priced"] == "unrated")
            for price in ["5", "9"] {
                server.clock.advance(seconds: 60)
                let two = #", {"provider": "acme", "id": "two", "usd_per_million": {"input": "\#(price)"}}"#
                _ = try await server.call(.put, "/v1/prices", PriceScheduleTests.book("3", also: two))
            }
            _ = try await server.call(.post, "/v1/tracking-failures/replay", "{}")
            let entries = try await server.call(.get, "/v1/accounts/u/entries")
            #expect(entries["data", "0", "amount"] == "-5" && entries["data", "0", "price_version"] == "4")
        }
    }
}
