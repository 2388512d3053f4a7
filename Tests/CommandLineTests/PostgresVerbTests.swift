import Foundation
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct PostgresVerbTests {
    @Test func `a database is migrated, used by every verb, and verified`() throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try cluster.makeDatabase()
        let database = cluster.address(of: name)
        let scrip = try ScripProcess()
        func run(_ arguments: String...) throws -> Finished {
            try scrip.run(arguments + ["--database", database])
        }
        let refused = try run("balance", "ada")
        #expect(refused.exitCode == 3)
        #expect(refused.errors.contains("scrip migrate"))
        let check = try run("migrate", "--check")
        #expect(check.exitCode == 1)
        #expect(check.output.contains("missing: 1 ledger"))
        let taken = try run("migrate")
        #expect(taken.exitCode == 0, "\(taken.errors)")
        #expect(taken.output.contains("taken: 1 ledger"))
        #expect(try run("migrate", "--check").output == "The schema is up to date.\n")
        #expect(try run("migrate", "--json").output.contains(#""taken":[]"#))

        try scrip.write(try scrip.run("catalog", "template", "sample").output, to: "catalog.yaml")
        #expect(try run("catalog", "apply", "catalog.yaml").exitCode == 0)
        #expect(try run("account", "create", "ada", "--plan", "free", "--name", "Ada").exitCode == 0)
        for _ in 1...5 { #expect(try run("charge", "ada", "--action", "ai_chat_message").exitCode == 0) }
        #expect(try run("charge", "ada", "--action", "ai_chat_message").exitCode == 1)
        for _ in 1...2 {
            #expect(try run("grant", "ada", "3", "--idempotency-key", "order-1").exitCode == 0)
        }
        #expect(try run("balance", "ada").output.contains(" 3 "))
        #expect(try run("usage", "ada").output.contains("ai_chat_message"))
        #expect(try run("entries", "ada").exitCode == 0)
        #expect(try run("verify").exitCode == 0)

        try cluster.run(
            sql: "UPDATE scrip.entries SET body = replace(body, '-1', '-2') WHERE seq = 3", in: name)
        let damaged = try run("verify")
        #expect(damaged.exitCode == 1)
        #expect(damaged.output.contains("ada"))
    }

    @Test func `a password in an address is not repeated`() throws {
        let scrip = try ScripProcess()
        let refused = try scrip.run("balance", "ada", "--database", "mysql://me:secret@host/db?password=secret")
        #expect(refused.exitCode == 2)
        #expect(refused.errors.contains("mysql://me:…@host/db?password=…"))
        #expect(!refused.errors.contains("secret"))
        let slashed = try scrip.run("balance", "ada", "--database", "mysql://me:sec/ret@host/db")
        #expect(slashed.errors.contains("mysql://me:…@host/db"))
        let lost = try scrip.run("balance", "ada", "--database", "postgres://me:secret@127.0.0.1:1/db")
        #expect(lost.exitCode == 3)
        #expect(!lost.errors.contains("secret"))
    }
}
