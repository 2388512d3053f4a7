import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct HistoryTests {
    @Test func `what changed the credits is shown and exported with its sources`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada", "--plan", "free")
        try scrip.run("grant", "ada", "10", "--source", "bonus", "--reason", "=1+1, \"hello\"")
        try scrip.run("charge", "ada", "--amount", "7")
        try scrip.run("hold", "place", "ada", "--amount", "2")
        try scrip.run("adjust", "--reason", "@home", "ada", "--", "-1")
        try scrip.run("subscription", "upgrade", "ada", "pro")
        try scrip.run("subscription", "downgrade", "ada", "free", "--when", "now")
        let csv = try scrip.run("history", "ada", "--csv").output
        let rows = csv.split(separator: "\r\n").map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).dropFirst(3).joined(separator: ",")
        }
        #expect(csv.hasPrefix("id,at,recorded_at,kind,credit_type,amount,available_after,sources,"))
        #expect(
            rows.dropFirst().reversed() == [
                "allowance,credits,5,5,monthly 5,,,,",
                #"grant,credits,10,15,bonus 10,,,,"'=1+1, ""hello""""#,
                "charge,credits,-7,8,monthly -5; bonus -2,,,,",
                "hold,credits,0,6,bonus held 2,,,,",
                "adjustment,credits,-1,5,bonus -1,,,,'@home",
                "allowance,credits,95,100,monthly 95,,,,",
                "allowance,credits,0,100,,,,,",
                "grant_voided,credits,-95,5,monthly -95,,,,plan changed",
            ], "\(csv)")
        let shown = try scrip.run("history", "ada", "--limit", "4").output
        #expect(shown.contains("bonus held 2") == false && shown.contains("monthly -95"), "\(shown)")
        let json = try scrip.run("history", "ada", "--json").output
        #expect(json.contains(#""sources":[{"source":"bonus","amount":"0","held":"2"}]"#), "\(json)")
        #expect(try scrip.run("history", "nobody", "--csv").exitCode == 1)
        #expect(try scrip.run("history", "ada", "--csv", "--json").exitCode == 2)
        #expect(try scrip.run("history", "ada", "--limit", "0").exitCode == 2)
    }
}
