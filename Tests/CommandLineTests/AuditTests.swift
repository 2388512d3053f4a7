import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct AuditTests {
    private func changed() throws -> ScripProcess {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada", "--plan", "free", "--reason", "signed up")
        try scrip.run("grant", "ada", "10", "--source", "purchased", "--reason", "order 7")
        try scrip.run("adjust", "--reason", "counted twice", "ada", "--", "-1")
        try scrip.run("key", "create", "--name", "app")
        return scrip
    }

    @Test func `changes are listed and exported`() throws {
        let scrip = try changed()
        let list = try scrip.run("audit", "list", "--account", "ada")
        #expect(list.exitCode == 0 && list.output.contains("credits_adjusted") && list.output.contains("order 7"))
        #expect(!list.output.contains("key_created"))
        #expect(try scrip.run("audit", "--action", "key_created").output.contains("key_"))
        let csv = try scrip.run("audit", "export")
        #expect(csv.output.split(separator: "\r\n").count == 6, "\(csv.output)")
        #expect(csv.output.contains(",command_line,"))
        let lines = try scrip.run("audit", "export", "--format", "ndjson", "--account", "ada").output
        #expect(lines.split(separator: "\n").count == 3)
        #expect(try scrip.run("audit", "verify").output.contains("2 chains, 5 records: all agree."))
        #expect(try scrip.run("verify").output.contains("5 audit records, "))
    }

    @Test(arguments: [
        "UPDATE audit_records SET body = CAST(replace(CAST(body AS TEXT), 'order 7', 'order 8') AS BLOB);",
        "DELETE FROM audit_records WHERE chain = 'ada' AND seq = 2;",
        "DELETE FROM audit_records WHERE chain = 'ada' AND seq = 3;",
        "DELETE FROM audit_records WHERE chain = 'ada';",
        "DELETE FROM audit_heads WHERE chain = 'ada';",
        """
        UPDATE audit_records SET seq = seq + 10 WHERE chain = 'ada' AND seq > 1;
        UPDATE audit_records SET seq = 15 - seq WHERE chain = 'ada' AND seq > 10;
        """,
        "UPDATE audit_records SET actor = 'nobody' WHERE chain = 'ada' AND seq = 2;",
        "UPDATE audit_records SET recorded_at = recorded_at - 1 WHERE chain = 'ada' AND seq = 2;",
    ])
    func `what was done to the log behind its back is found`(statement: String) throws {
        let scrip = try changed()
        try scrip.sqlite(statement)
        let audit = try scrip.run("audit", "verify")
        #expect(audit.exitCode == 1 && audit.output.contains("audit of account ada"), "\(audit.output)")
        let done = try scrip.run("verify", "--json")
        #expect(done.exitCode == 1 && done.output.contains("\"clean\":false"))
    }

    @Test func `a subscription is begun, raised, renewed, given a bonus and ended`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        func say(_ words: String...) throws -> Finished { try scrip.run(["subscription"] + words) }
        for _ in 0..<2 { #expect(try say("initialize", "ada").exitCode == 0) }
        #expect(try say("upgrade", "ada", "pro", "--ends-at", "2099-03-01").output.contains("2099-03-01"))
        #expect(try say("renew", "ada", "--ends-at", "2099-04-01", "--json").output.contains("\"state\":\"active\""))
        #expect(try say("renew", "ada").exitCode == 1)
        #expect(try say("bonus", "ada", "5").exitCode == 2)
        for _ in 0..<2 { #expect(try say("bonus", "ada", "5", "--idempotency-key", "hello").exitCode == 0) }
        #expect(try say("downgrade", "ada", "free").output.contains("canceled_at_period_end"))
        #expect(try say("upgrade", "ada", "pro").exitCode == 0)
        #expect(try say("past-due", "ada").output.contains("past_due"))
        #expect(try say("expire", "ada", "--reason", "chargeback").output.contains("expired"))
        #expect(try say("status", "ada", "--json").output.contains("\"bonus\":\"5\""))
        #expect(try scrip.run("audit", "list").output.contains("chargeback"))
        #expect(try scrip.run("verify").exitCode == 0)
    }
}
