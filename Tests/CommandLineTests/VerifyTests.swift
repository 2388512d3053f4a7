import Foundation
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct VerifyTests {
    private func charged() throws -> ScripProcess {
        let scrip = try ScripProcess.withSampleCatalog()
        for account in ["ada", "grace"] {
            try scrip.run("account", "create", account, "--plan", "pro")
            for _ in 1...3 { try scrip.run("charge", account, "--action", "ai_chat_message") }
        }
        return scrip
    }

    @Test func `untouched journals agree`() throws {
        let done = try charged().run("verify")
        #expect(done.exitCode == 0, "\(done.output)")
        #expect(done.output.contains("2 accounts"))
    }

    @Test func `an edited line is named with its account`() throws {
        let scrip = try charged()
        try scrip.sqlite(
            """
            UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), 'ai_chat_message', 'ai_chat_massage') AS BLOB)
            WHERE account_id = 'grace' AND seq = (SELECT max(seq) - 1 FROM entries WHERE account_id = 'grace');
            """)
        let done = try scrip.run("verify")
        #expect(done.exitCode == 1)
        #expect(done.output.contains(#/account grace line \d+: /#))
        #expect(!done.output.contains("account ada"))
        #expect(try scrip.run("verify", "--json").output.contains("\"clean\":false"))
    }

    @Test func `a removed line is found`() throws {
        let scrip = try charged()
        try scrip.sqlite(
            "DELETE FROM entries WHERE account_id = 'ada' AND seq = (SELECT max(seq) FROM entries WHERE account_id = 'ada');"
        )
        let done = try scrip.run("verify")
        #expect(done.exitCode == 1)
        #expect(done.output.contains("account ada"))
    }

    @Test func `a refund that cannot be read is not taken for one that never was`() throws {
        let scrip = try charged()
        let line = "SELECT max(seq) FROM entries WHERE account_id = 'ada'"
        let charge = try #require(
            try scrip.run("entries", "ada", "--json").output.firstMatch(of: #/"id":"(ent_[0-9a-zA-Z_]+|[^"]+)"/#)
        ).1
        #expect(try scrip.run("refund", "ada", String(charge)).exitCode == 0)
        try scrip.sqlite("UPDATE entries SET body = x'7b' WHERE account_id = 'ada' AND seq = (\(line));")
        let again = try scrip.run("refund", "ada", String(charge))
        #expect(again.exitCode == 1 && again.errors.contains("damaged"), "\(again.output)\(again.errors)")
    }

    @Test func `a journal whose account is gone is found`() throws {
        let scrip = try charged()
        try scrip.sqlite("DELETE FROM accounts WHERE account_id = 'ada';")
        let done = try scrip.run("verify")
        #expect(done.exitCode == 1)
        #expect(done.output.contains("account ada"))
    }

    @Test func `a damaged place list is found and named`() throws {
        let scrip = try charged()
        try scrip.sqlite("UPDATE accounts SET tail = x'ff' WHERE account_id = 'ada';")
        let done = try scrip.run("verify")
        #expect(done.exitCode == 1)
        #expect(done.output.contains("account ada"))
        #expect(done.output.contains("2 accounts"))
    }

    @Test func `a changed balance and a changed total are found`() throws {
        let scrip = try charged()
        try scrip.sqlite(
            """
            UPDATE accounts SET state = CAST(replace(CAST(state AS TEXT), '97', '98') AS BLOB) WHERE account_id = 'ada';
            UPDATE accounts SET state = CAST(replace(CAST(state AS TEXT), '"count":3', '"count":4') AS BLOB)
            WHERE account_id = 'grace';
            """)
        let done = try scrip.run("verify")
        #expect(done.exitCode == 1)
        #expect(done.output.contains("account ada") && done.output.contains("account grace"))
    }
}
