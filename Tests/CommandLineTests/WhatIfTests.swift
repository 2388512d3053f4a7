import Foundation
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct WhatIfTests {
    /// All that is in the database, as SQL.
    private static func content(of scrip: ScripProcess) throws -> String {
        let dump = try ChildProcess.run("sqlite3", [scrip.database.path, ".dump"])
        #expect(dump.status == 0 && dump.output.contains("INSERT INTO accounts"))
        return dump.output
    }

    @Test func `a draft is compared with what was, and the database stays as it is`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada", "--plan", "free")
        for _ in 1...3 { try scrip.run("charge", "ada", "--action", "ai_chat_message") }
        let sample = try scrip.run("catalog", "template", "sample").output
        try scrip.write(
            sample.replacingOccurrences(of: #"{fixed: "1"}"#, with: #"{fixed: "2"}"#), to: "draft.yaml")

        let before = try WhatIfTests.content(of: scrip)
        let report = try scrip.run("catalog", "what-if", "draft.yaml")
        #expect(report.exitCode == 0, "\(report.errors)")
        #expect(report.output.contains(/TOTAL +CREDITS +COUNT +CHARGED +WOULD CHARGE +CHANGE/))
        #expect(report.output.contains(/ai_chat_message +credits +3 +3 +6 +\+3/))
        #expect(report.output.contains(/WOULD RUN OUT +CREDITS +AT +ENTRY\nada +credits/))
        let json = try scrip.run("catalog", "what-if", "draft.yaml", "--account", "ada", "--json")
        let members = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(members["would_run_out_count"] as? Int == 1)
        #expect((members["by_action"] as? [[String: Any]])?.first?["would_charge"] as? String == "6")

        let same = try scrip.run("catalog", "what-if", "catalog.yaml")
        #expect(same.output.contains(/all +credits +3 +3 +3 +0/) && !same.output.contains("RUN OUT"))
        #expect(try WhatIfTests.content(of: scrip) == before)
        #expect(try scrip.run("verify").exitCode == 0)
    }

    @Test func `a wrong draft, period or account is refused`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.write("plans: 7", to: "wrong.yaml")
        #expect(try scrip.run("catalog", "what-if", "wrong.yaml").exitCode == 1)
        #expect(try scrip.run("catalog", "what-if", "none.yaml").exitCode == 3)
        #expect(try scrip.run("catalog", "what-if", "catalog.yaml", "--account", "nobody").exitCode == 1)
        #expect(try scrip.run("catalog", "what-if", "catalog.yaml", "--limit", "0").exitCode == 2)
        let period = try scrip.run("catalog", "what-if", "catalog.yaml", "--from", "2999-01-01")
        #expect(period.exitCode == 1 && period.errors.contains("'from' must be before 'to'"))
    }
}
