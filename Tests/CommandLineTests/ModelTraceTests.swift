import Foundation
import ScripJSON
import ScripTesting
import Testing

/// A real usage log (see Tests/Data/README.md), priced as calls of a real model: Claude Sonnet 4.5 at 3 and 15 USD a
/// million tokens (anthropic.com/pricing), sold at 1.23 times its cost in credits of 0.007 USD.
@Suite("A real usage log is priced as a model's, exactly", .heavy, .timeLimit(.minutes(15)))
struct ModelTraceTests {
    private static let accounts = 500

    private static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: "0.007"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "5"}]}]
        actions: [{id: ai_call, credit_type: credits, rate: {model_tokens: {markup: "1.23"}}}]
        models:
          - provider: anthropic
            id: claude-sonnet-4-5
            usd_per_million: {input: "3", output: "15", cache_read: "0.3"}
            above_input_tokens: [{tokens: 200000, usd_per_million: {input: "6", output: "22.5"}}]
        """

    /// What an account owes, and what its calls cost the provider.
    private struct Sum: Equatable {
        var nanocredits: Int64 = 0
        var nanodollars: Int64 = 0
    }

    private static var log: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Data/llm-trace-conversations.csv")
    }

    /// Computed from the file alone, in integers: each line's credits are its cost × 1.23 ÷ 0.007, to the nearest
    /// nanocredit. (A seventh is never half way between two.)
    private static func expected() throws -> [String: Sum] {
        var sums: [String: Sum] = [:]
        let lines = try String(contentsOf: log, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
        for (index, line) in lines.enumerated() {
            let columns = line.split(separator: ",")
            let nanodollars =
                try #require(Int64(columns[1])) * 3_000 + #require(Int64(columns[2])) * 15_000
            let name = "u_\(index % accounts + 1)"
            sums[name, default: Sum()].nanodollars += nanodollars
            sums[name, default: Sum()].nanocredits += (2 * nanodollars * 1_230 + 7) / 14
        }
        return sums
    }

    @Test("Account by account and in all")
    func priced() throws {
        let scrip = try ScripProcess()
        try scrip.write(ModelTraceTests.catalog, to: "catalog.yaml")
        #expect(try scrip.run("catalog", "apply", "catalog.yaml").exitCode == 0)
        let done = try scrip.run([
            "replay", ModelTraceTests.log.path, "--action", "ai_call", "--provider", "anthropic", "--model",
            "claude-sonnet-4-5-20250929", "--accounts-round-robin", "\(ModelTraceTests.accounts)", "--prefix", "u_",
            "--open-accounts", "--map", "input_tokens=ContextTokens,output_tokens=GeneratedTokens,time=TIMESTAMP",
            "--json",
        ])
        #expect(done.exitCode == 0, "\(done.errors)")
        let expected = try ModelTraceTests.expected()
        let lines = try scrip.query(
            """
            SELECT account_id, json_extract(CAST(body AS TEXT), '$.amount'),
            json_extract(CAST(body AS TEXT), '$.rating.cost') FROM entries
            WHERE json_extract(CAST(body AS TEXT), '$.kind') = 'charge'
            """)
        var found: [String: Sum] = [:]
        for line in lines.split(whereSeparator: \.isNewline) {
            let columns = line.split(separator: "|")
            let cost = try #require(Decimal(string: String(columns[2])))
            found[String(columns[0]), default: Sum()].nanocredits -= try #require(Int64(columns[1]))
            found[String(columns[0]), default: Sum()].nanodollars += try #require(
                Int64((cost * 1_000_000_000).description))
        }
        #expect(found == expected)
        #expect(found.count == 500)
        let total = expected.values.reduce(into: Sum()) {
            $0.nanocredits += $1.nanocredits
            $0.nanodollars += $1.nanodollars
        }
        let report = try JSONValue.parse(Array(done.output.utf8))
        #expect(report["charged"]?.integerValue == 19_366)
        let credits = try #require(Decimal(string: report["totals"]?.arrayValue?.first?["amount"]?.stringValue ?? ""))
        #expect(credits == Decimal(total.nanocredits) / 1_000_000_000)
        #expect(try scrip.run("verify").exitCode == 0)
    }
}
