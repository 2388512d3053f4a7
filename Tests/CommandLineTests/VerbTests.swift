import Foundation
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct VerbTests {
    @Test func `an account is charged down to nothing and then refused`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        #expect(try scrip.run("account", "create", "ada", "--plan", "free").exitCode == 0)
        for _ in 1...5 {
            let charged = try scrip.run("charge", "ada", "--action", "ai_chat_message")
            #expect(charged.exitCode == 0, "\(charged.errors)")
        }
        let refused = try scrip.run("charge", "ada", "--action", "ai_chat_message")
        #expect(refused.exitCode == 1)
        #expect(refused.errors.contains("Needs 1 credit, 0 available. (insufficient_credits)"))
        #expect(refused.output.isEmpty)
        #expect(try scrip.run("check", "ada", "--action", "ai_chat_message").exitCode == 1)

        let granted = try scrip.run("grant", "ada", "10", "--source", "purchased", "--reason", "order 7")
        #expect(granted.output.contains("available now: 10 credits"))
        #expect(try scrip.run("charge", "ada", "--action", "ai_chat_message").exitCode == 0)
    }

    @Test func `balances, entries and charges are JSON on request`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "grace", "--plan", "pro", "--name", "Grace \"G\"")
        let charge = try json(
            scrip.run("charge", "grace", "--action", "summarize", "--usage", "input_tokens=2001", "--json"))
        let entry = try #require(charge["entry"] as? [String: Any])
        #expect(entry["amount"] as? String == "-1.0005")
        #expect(entry["kind"] as? String == "charge")

        let balance = try json(scrip.run("balance", "grace", "--json"))
        let balances = try #require(balance["balances"] as? [[String: Any]])
        #expect(balances.first?["available"] as? String == "98.9995")
        #expect(balances.first?["used"] as? String == "1.0005")

        let entries = try json(scrip.run("entries", "grace", "--json"))
        let lines = try #require(entries["data"] as? [[String: Any]])
        #expect(lines.first?["kind"] as? String == "charge")
        #expect(lines.last?["seq"] as? Int == 1)
        #expect(try json(scrip.run("account", "show", "grace", "--json"))["name"] as? String == "Grace \"G\"")
    }

    @Test func `the same idempotency key moves credits once`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada")
        for _ in 1...2 {
            #expect(try scrip.run("grant", "ada", "3", "--idempotency-key", "order-1").exitCode == 0)
        }
        #expect(try scrip.run("balance", "ada").output.contains(" 8 "))
        let other = try scrip.run("grant", "ada", "4", "--idempotency-key", "order-1")
        #expect(other.exitCode == 1)
        #expect(other.errors.contains("idempotency_key_reused"))
    }

    @Test func `a hold reserves, and its capture takes the true amount`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "grace", "--plan", "pro")
        let placed = try json(scrip.run("hold", "place", "grace", "--amount", "10", "--json"))
        let hold = try #require((placed["hold"] as? [String: Any])?["id"] as? String)
        #expect(try scrip.run("hold", "capture", "grace", hold, "--amount", "4").output.contains("available now: 96"))
        #expect(try scrip.run("hold", "release", "grace", hold).exitCode == 1)
        #expect(try scrip.run("hold", "show", "grace", hold).output.contains("captured"))
    }

    @Test func `a key's secret is shown only when it is made`() throws {
        let scrip = try ScripProcess()
        let key = try json(scrip.run("key", "create", "--name", "app", "--scope", "all", "--json"))
        let secret = try #require(key["secret"] as? String)
        let id = try #require(key["id"] as? String)
        #expect(secret.hasPrefix("scrip_sk_live_"))
        #expect(try !scrip.run("key", "list", "--json").output.contains(secret))
        #expect(try scrip.run("key", "revoke", id).exitCode == 0)
        #expect(try scrip.run("key", "revoke", "key_none").exitCode == 1)
    }

    @Test func `credits are taken by hand with an amount below zero, wherever it stands`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada", "--plan", "free")
        let steps = [
            (["adjust", "ada", "-1", "--reason", "given twice"], "4"),
            (["adjust", "--reason", "given twice", "ada", "-0.5"], "3.5"),
            (["adjust", "ada", "--json", "-1", "--reason", "-1"], "2.5"),
            (["adjust", "--reason", "as before", "ada", "--", "-1"], "1.5"),
            (["adjust", "ada", "2", "--reason", "goodwill"], "3.5"),
        ]
        for (arguments, available) in steps {
            let done = try scrip.run(arguments)
            #expect(done.exitCode == 0, "\(arguments): \(done.errors)")
            #expect(try scrip.run("balance", "ada").output.contains(" \(available) "), "\(arguments)")
        }
        #expect(try scrip.run("adjust", "ada", "-9", "--reason", "too much").errors.contains("insufficient_credits"))
    }

    @Test(arguments: [
        (["charge", "ada", "--amount", "-1"], "amount"), (["charge", "ada", "--amount", "-1", "--track"], "amount"),
        (["hold", "place", "ada", "--amount", "-1"], "amount"), (["grant", "ada", "-1"], "amount"),
        (["check", "ada", "--amount", "-0.5"], "amount"), (["refund", "ada", "2", "--amount", "-1"], "amount"),
        (["charge", "ada", "--action", "ai_chat_message", "--quantity", "-2"], "quantity"),
        (["hold", "place", "ada", "--amount", "1", "--expires-in-seconds", "-5"], "expires"),
    ])
    func `a number below zero is refused by its name elsewhere`(arguments: [String], field: String) throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada", "--plan", "free")
        try scrip.run("charge", "ada", "--action", "ai_chat_message")
        let done = try scrip.run(arguments)
        #expect(done.exitCode != 0)
        #expect(done.errors.contains(field), "\(done.errors)")
        #expect(!done.errors.contains("Missing value") && !done.errors.contains("Unknown option"), "\(done.errors)")
        #expect(try scrip.run("balance", "ada").output.contains(" 4 "))
    }

    @Test(arguments: [
        ["--nonsense"], ["balance"], ["grant", "ada", "ten"], ["charge", "ada"], ["balance", "ada", "--at", "soon"],
        ["balance", "ada", "--database", "mysql://localhost/scrip"], ["serve", "--allow-origin", "*"],
        ["serve", "--allow-origin", "https://app.example.com/"], ["serve", "--auth-config", "none.yaml"],
        ["serve", "--issuer", "okta=https://login.example.com"],
        ["serve", "--issuer", "clerk=http://clerk.example.com"],
        ["serve", "--issuer", "clerk=https://clerk.example.com", "--issuer", "oidc=https://login.example.com"],
    ])
    func `wrong usage exits with 2`(arguments: [String]) throws {
        let scrip = try ScripProcess()
        let done = try scrip.run(arguments)
        #expect(done.exitCode == 2, "\(done.errors)")
        #expect(!done.errors.isEmpty)
    }

    @Test func `a database that is not there or no database exits with 3`() throws {
        let scrip = try ScripProcess()
        #expect(try scrip.run("balance", "ada").exitCode == 3)
        try scrip.write(String(repeating: "this is no database\n", count: 100), to: "text.db")
        let unreadable = try scrip.run("balance", "ada", "--database", "text.db")
        #expect(unreadable.exitCode == 3)
        #expect(unreadable.errors.contains("text.db"))
        #expect(try scrip.run("catalog", "apply", "none.yaml").exitCode == 3)
    }

    @Test func `help and version are not failures`() throws {
        let scrip = try ScripProcess()
        let help = try scrip.run("--help")
        #expect(help.exitCode == 0)
        for verb in ["serve", "account", "plan", "grant", "charge", "hold", "balance", "entries", "usage", "catalog"] {
            #expect(help.output.contains(verb))
        }
        #expect(try scrip.run("--version").exitCode == 0)
        #expect(try json(scrip.run("version", "--json"))["version"] is String)
    }

    private func json(_ done: Finished) throws -> [String: Any] {
        #expect(done.exitCode == 0, "\(done.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(done.output.utf8)) as? [String: Any])
    }
}
