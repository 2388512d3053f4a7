import Foundation
import HTTPTypes
import ScripCore
import ScripJSON
import ScripPrices
import ScripServer
import ScripTesting
import ScripWire
import Testing

/// Prices that a database keeps: imported, explained, and used by a server.
@Suite(.heavy, .timeLimit(.minutes(15))) struct StoredPricesTests {
    private static func with(catalog name: String) throws -> ScripProcess {
        let scrip = try ScripProcess()
        try scrip.write(scrip.run("catalog", "template", name).output, to: "catalog.yaml")
        let applied = try scrip.run("catalog", "apply", "catalog.yaml")
        try #require(applied.exitCode == 0, "\(applied.errors)")
        return scrip
    }

    private static func json(_ done: Finished) throws -> JSONValue {
        #expect(done.exitCode == 0, "\(done.errors)")
        return try JSONValue.parse(Array(done.output.utf8))
    }

    @Test func `a server with the usage tracking catalog rates every shipped model's tokens by the stored book`()
        async throws
    {
        let scrip = try StoredPricesTests.with(catalog: "usage-tracking")
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        let models = try ShippedPriceBook.book().models.filter { $0.isInForce(at: now) && $0.prices[.input] != nil }
        #expect(models.count > 3_000)
        try await SameAnswerTests.serve(
            scrip,
            write: { send in
                for model in models {
                    let body = JSONWriter.document { writer in
                        for (name, value) in [
                            ("action", "ai_chat_message"), ("provider", model.provider), ("model", model.id),
                        ] {
                            writer.name(name)
                            writer.string(value)
                        }
                        writer.name("usage")
                        writer.object { writer in
                            writer.name("input_tokens")
                            writer.integer(1_000)
                        }
                    }
                    let rate = try await send(.post, "/v1/rate", String(decoding: body, as: UTF8.self))
                    #expect(rate["priced"]?.stringValue == "book", "\(model.name)")
                    #expect(rate["lines"]?.arrayValue?.first?["model"]?.stringValue == model.name)
                }
            })
    }

    @Test func `a price is explained as a table and as the API answers it`() async throws {
        let scrip = try StoredPricesTests.with(catalog: "usage-tracking")
        let options = ["price", "--model", "gpt-4o", "--provider", "openai", "--action", "ai_chat_message"]
        let counts = #"{"input_tokens":1200,"output_tokens":300,"coffees":2}"#
        let table = try scrip.run(options + ["--usage", counts])
        #expect(table.exitCode == 0, "\(table.errors)")
        #expect(table.output.contains(/input_tokens +1200 +2\.5 +0\.003 +0\.003 +openai\/gpt-4o/))
        #expect(table.output.contains("Not priced: 2 coffees") && table.output.contains("Amount: 0.006 credits"))
        #expect(table.output.contains("catalog version 1"))
        let printed = try StoredPricesTests.json(scrip.run(options + ["--usage", counts, "--json"]))
        let pairs = ["--usage", "input_tokens=1200,output_tokens=300", "--usage", "coffees=2", "--json"]
        #expect(try StoredPricesTests.json(scrip.run(options + pairs)) == printed)
        let raw = #"{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500}"#
        let read = try StoredPricesTests.json(scrip.run(options + ["--raw-usage", raw, "--json"]))
        #expect(read["amount"] == printed["amount"] && read["lines"] == printed["lines"])
        #expect(read["unpriced"] == .array([]))
        try await SameAnswerTests.serve(
            scrip,
            write: { send in
                let body = #"{"action":"ai_chat_message","provider":"openai","model":"gpt-4o","usage":"# + counts + "}"
                let answer = try await send(.post, "/v1/rate", body)
                #expect(answer == printed)
            })
        #expect(try scrip.query("SELECT count(*) FROM entries") == "0\n")
    }

    @Test func `without a database or an action, a price is what the provider asks`() throws {
        let scrip = try ScripProcess()
        let counts = ["--usage", #"{"input_tokens":1000,"web_searches":1}"#]
        let asked = try StoredPricesTests.json(scrip.run(["price", "--model", "gpt-4o", "--json"] + counts))
        #expect(asked["cost_usd"]?.stringValue == "0.0025" && asked["priced"]?.stringValue == "book")
        #expect(asked["amount"] == nil && asked["price_version"] == .null)
        #expect(asked["unpriced"]?.arrayValue?.first?["class"]?.stringValue == "web_searches")
        #expect(try scrip.run(["price", "--model", "no-such-model-9"] + counts).exitCode == 1)
        #expect(try scrip.run("price", "--model", "gpt-4o", "--usage", #"{"input_tokens":"many"}"#).exitCode == 2)
        #expect(try scrip.run("price", "--usage", "input_tokens=1").exitCode == 2)
        let wrong = try scrip.run("price", "--model", "gpt-4o", "--raw-usage", #"{"prompt_tokens":-1}"#)
        #expect(wrong.exitCode == 2 && wrong.errors.contains("raw_usage"), "\(wrong.errors)")
    }

    @Test func `a book is imported, scheduled, shown, and taken back for the shipped one`() throws {
        let scrip = try StoredPricesTests.with(catalog: "sample")
        try scrip.write(
            """
            {"source":"a contract","date":"2026-02-01","licence":"ours","models":[
              {"provider":"openai","id":"gpt-4o","usd_per_million":{"input":"2","output":"8"}}]}
            """, to: "book.json")
        let unchanged = try StoredPricesTests.json(scrip.run("prices", "import", "--shipped", "--json"))
        #expect(unchanged["unchanged"] == .bool(true) && unchanged["version"]?.integerValue == 1)
        let dry = try scrip.run("prices", "import", "book.json", "--dry-run")
        #expect(dry.exitCode == 0 && dry.output.contains("Version 2 would be in force."), "\(dry.errors)")
        #expect(try scrip.query("SELECT count(*) FROM price_books") == "1\n")
        let applied = try StoredPricesTests.json(scrip.run("prices", "import", "book.json", "--json"))
        #expect(applied["version"]?.integerValue == 2 && applied["unchanged"] == .bool(false))
        let shown = try scrip.run("prices", "show", "gpt-4o")
        #expect(shown.output.contains(/input +2 +USD/) && shown.output.contains("Source: a contract, 2026-02-01"))
        #expect(try scrip.run("prices", "diff", "book.json").exitCode == 0)
        #expect(try scrip.run("prices", "diff").exitCode == 1)

        let later = "2099-01-01T00:00:00Z"
        let refused = try scrip.run("prices", "import", "--shipped", "--effective-at", later)
        #expect(refused.exitCode == 1 && refused.errors.contains("effective_at"))
        let moment = RFC3339Text.daysFromNow(30)
        let scheduled = try scrip.run("prices", "import", "--shipped", "--effective-at", moment)
        #expect(scheduled.output.contains("Version 3 comes into force at"), "\(scheduled.errors)")
        let price = ["price", "--model", "gpt-4o", "--usage", "input_tokens=1000000", "--json"]
        #expect(try StoredPricesTests.json(scrip.run(price))["cost_usd"]?.stringValue == "2")
        let then = try StoredPricesTests.json(scrip.run(price + ["--at", RFC3339Text.daysFromNow(31)]))
        #expect(then["cost_usd"]?.stringValue == "2.5" && then["price_version"]?.integerValue == 3)
        #expect(try scrip.query("SELECT count(*) FROM price_books") == "2\n")
        #expect(try scrip.run("prices", "import").exitCode == 2)
    }

    @Test func `the sample that a server begins with takes the shipped book`() throws {
        let scrip = try ScripProcess()
        let wasRunning = try scrip.runAndKill(["serve", "--sample", "--port", "0"]) {
            FileManager.default.fileExists(atPath: scrip.database.path)
                && (try? scrip.query("SELECT count(*) FROM price_books JOIN catalogs ON book = digest")) == "1\n"
        }
        #expect(wasRunning)
        let price = [
            "price", "--model", "gpt-4o", "--action", "ask_model", "--usage", "input_tokens=1000000", "--json",
        ]
        let rate = try StoredPricesTests.json(scrip.run(price))
        #expect(rate["priced"]?.stringValue == "book" && rate["cost_usd"]?.stringValue == "2.5")
        #expect(rate["amount"]?.stringValue == "300")
    }

    @Test func `a catalog is scheduled on the command line`() throws {
        let scrip = try StoredPricesTests.with(catalog: "usage-tracking")
        let document = try scrip.run("catalog", "template", "usage-tracking").output
        try scrip.write(document.replacing(#"{fixed: "0.001"}"#, with: #"{fixed: "0.004"}"#), to: "next.yaml")
        let moment = RFC3339Text.daysFromNow(30)
        let dry = try scrip.run("catalog", "apply", "next.yaml", "--effective-at", moment, "--dry-run")
        #expect(dry.output.contains("Version 2 would come into force at"), "\(dry.errors)")
        #expect(try scrip.run("catalog", "apply", "next.yaml", "--effective-at", moment).exitCode == 0)
        let price = ["price", "--action", "workflow_execution", "--json"]
        #expect(try StoredPricesTests.json(scrip.run(price))["amount"]?.stringValue == "0.001")
        let then = try StoredPricesTests.json(scrip.run(price + ["--at", RFC3339Text.daysFromNow(31)]))
        #expect(then["amount"]?.stringValue == "0.004" && then["price_version"]?.integerValue == 2)
        #expect(try scrip.run("catalog", "show").output.contains(#"{fixed: "0.001"}"#))
    }
}

/// Moments for options.
private enum RFC3339Text {
    static func daysFromNow(_ days: Double) -> String {
        Date().addingTimeInterval(days * 86_400).ISO8601Format()
    }
}
