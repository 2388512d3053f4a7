import Foundation
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct ReplayTests {
    private static let log = """
        TIMESTAMP,ContextTokens,GeneratedTokens\r
        2023-11-16 18:15:46.6805900,374,44\r
        2023-11-16 18:15:50.9951690,396,109\r
        2023-11-16 18:15:50.9951690,396,109\r
        "2023-11-16 18:16:00","1000",1000
        """
    private static let names = "input_tokens=ContextTokens,output_tokens=GeneratedTokens,time=TIMESTAMP"

    @Test func `a second run charges nothing again, whatever the file is called`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        for account in ["ada", "grace"] { try scrip.run("account", "create", account) }
        for name in ["first.csv", "second.csv"] { try scrip.write(ReplayTests.log, to: name) }
        let first = try scrip.run(
            "replay", "first.csv", "--action", "summarize", "--accounts", "ada,grace", "--map", ReplayTests.names)
        #expect(first.exitCode == 0, "\(first.errors)")
        #expect(first.output.contains(/ada +2 +0\.4615 +credits/))
        #expect(first.output.contains(/grace +2 +1\.2525 +credits/))
        #expect(first.output.contains(/in total +4 +1\.714 +credits/))
        let second = try scrip.run(
            "replay", "second.csv", "--action", "summarize", "--accounts", "ada,grace", "--map", ReplayTests.names)
        #expect(second.output.contains("4 rows: 0 charged, 4 already there"))
        #expect(try scrip.run("verify").exitCode == 0)
    }

    @Test func `rows are counted for each credit type`() throws {
        let scrip = try ScripProcess()
        try scrip.write(
            """
            credit_types: [{id: a, name: A}, {id: b, name: B}]
            default_plan: none
            plans: [{id: none, name: None}]
            actions: [{id: x, credit_type: a, rate: {fixed: "2"}}, {id: y, credit_type: b, rate: {fixed: "5"}}]
            """, to: "catalog.yaml")
        try scrip.run("catalog", "apply", "catalog.yaml")
        try scrip.write("action\nx\ny\nx\n", to: "log.csv")
        let done = try scrip.run("replay", "log.csv", "--account", "ada", "--open-accounts")
        #expect(
            done.output.contains(/in total +2 +4 +a/) && done.output.contains(/in total +1 +5 +b/), "\(done.output)")
    }

    @Test func `accounts can be opened and dealt to in turn`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.write(ReplayTests.log, to: "log.csv")
        let done = try scrip.run(
            "replay", "log.csv", "--action", "summarize", "--accounts-round-robin", "3", "--prefix", "u_",
            "--open-accounts", "--map", ReplayTests.names)
        #expect(done.exitCode == 0, "\(done.errors)")
        #expect(done.output.contains(/u_1 +2/))
        #expect(done.output.contains(/u_3 +1/))
    }

    @Test func `a column that is not there is wrong usage`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.write(ReplayTests.log, to: "log.csv")
        let done = try scrip.run("replay", "log.csv", "--action", "summarize", "--account", "ada", "--map", "time=When")
        #expect(done.exitCode == 2)
        #expect(done.errors.contains("TIMESTAMP"))
    }
}
