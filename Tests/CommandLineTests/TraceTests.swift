import Foundation
import ScripJSON
import ScripTesting
import Testing

/// A real usage log (see Tests/Data/README.md), dealt out to 500 accounts at 1 credit per 2,000 tokens.
@Suite(
    "A real usage log is charged exactly, however often it is fed in and wherever it is cut off", .heavy,
    .timeLimit(.minutes(15)))
struct TraceTests {
    private static let accounts = 500

    private static var log: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Data/llm-trace-conversations.csv")
    }

    /// What each account must be charged, computed from the file alone with exact decimals.
    private static func expected() throws -> [String: Decimal] {
        var sums: [String: Decimal] = [:]
        let lines = try String(contentsOf: log, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
        for (index, line) in lines.enumerated() {
            let columns = line.split(separator: ",")
            let tokens =
                try #require(Decimal(string: String(columns[1]))) + #require(Decimal(string: String(columns[2])))
            sums["u_\(index % accounts + 1)", default: 0] += tokens / 2_000
        }
        return sums
    }

    private static var arguments: [String] {
        [
            "replay", log.path, "--action", "tokens", "--accounts-round-robin", "\(accounts)", "--prefix", "u_",
            "--open-accounts", "--map", "input_tokens=ContextTokens,output_tokens=GeneratedTokens,time=TIMESTAMP",
            "--json",
        ]
    }

    private func charged(_ scrip: ScripProcess) throws -> [String: Decimal] {
        // The database's own words: what the journal's charges add up to, account by account.
        let report = try scrip.query(
            """
            SELECT account_id, SUM(-json_extract(CAST(body AS TEXT), '$.amount')) FROM entries
            WHERE json_extract(CAST(body AS TEXT), '$.kind') = 'charge' GROUP BY account_id
            """)
        var sums: [String: Decimal] = [:]
        for line in report.split(whereSeparator: \.isNewline) {
            let columns = line.split(separator: "|")
            sums[String(columns[0])] = try #require(Decimal(string: String(columns[1]))) / 1_000_000_000
        }
        return sums
    }

    @Test("Fed in, killed in the middle, fed in again, and once more")
    func killedInTheMiddle() throws {
        let scrip = try ScripProcess()
        try scrip.write(try scrip.run("catalog", "template", "subscription-credits").output, to: "catalog.yaml")
        #expect(try scrip.run("catalog", "apply", "catalog.yaml").exitCode == 0)
        let expected = try TraceTests.expected()

        let killed = try scrip.runAndKill(TraceTests.arguments) {
            let count = (try? scrip.query("SELECT COUNT(key_hash) FROM entries")) ?? ""
            return (Int(count.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) >= 3_000
        }
        #expect(killed)
        #expect(try scrip.run("verify").exitCode == 0)

        let again = try scrip.run(TraceTests.arguments)
        #expect(again.exitCode == 0, "\(again.errors)")
        let report = try JSONValue.parse(Array(again.output.utf8))
        #expect(report["rows"]?.integerValue == 19_366)
        #expect((report["duplicate"]?.integerValue ?? 0) >= 3_000)
        #expect(try charged(scrip) == expected)

        let third = try JSONValue.parse(Array(try scrip.run(TraceTests.arguments).output.utf8))
        #expect(third["charged"]?.integerValue == 0 && third["duplicate"]?.integerValue == 19_366)
        #expect(try charged(scrip) == expected)
        #expect(try charged(scrip).values.reduce(0, +) == Decimal(string: "13225.2675"))
        #expect(try scrip.run("verify").exitCode == 0)
    }
}
