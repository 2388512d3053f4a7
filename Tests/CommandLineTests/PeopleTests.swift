import Foundation
import ScripTesting
import Testing

/// What people read on the command line: money, amounts, refusals of what was mistyped, ranges of time, and help.
@Suite(.heavy, .timeLimit(.minutes(15))) struct PeopleTests {
    @Test func `money has its currency's digits`() throws {
        let scrip = try ScripProcess()
        let document = """
            credit_types: [{id: credits, name: Credits}]
            default_plan: free
            plans: [{id: free, name: Free, allowances: []}]
            actions: [{id: ask, credit_type: credits, rate: {fixed: "1"}}]
            packs:
              - {id: dollars, credit_type: credits, credits: "100", price: {minor_units: 900, currency: usd}}
              - {id: cents, credit_type: credits, credits: "1", price: {minor_units: 5, currency: usd}}
              - {id: yen, credit_type: credits, credits: "100", price: {minor_units: 900, currency: jpy}}
              - {id: dinars, credit_type: credits, credits: "100", price: {minor_units: 900, currency: kwd}}
              - {id: francs, credit_type: credits, credits: "100", price: {minor_units: 123456, currency: chf}}
            """
        try scrip.write(document, to: "catalog.yaml")
        #expect(try scrip.run("catalog", "apply", "catalog.yaml").exitCode == 0)
        try scrip.run("account", "create", "ada")
        let shown = [
            ("dollars", "$9.00"), ("cents", "$0.05"), ("yen", "¥900"), ("dinars", "0.900 KWD"),
            ("francs", "1234.56 CHF"),
        ]
        for (pack, price) in shown {
            let bought = try scrip.run("purchases", "create", "ada", "--pack", pack, "--provider", "manual")
            #expect(bought.output.contains(price), "\(bought.output)\(bought.errors)")
            #expect(try scrip.run("purchases", "list").output.contains(price))
        }
        let cents = try scrip.run("purchases", "create", "ada", "--pack", "cents", "--provider", "manual")
        #expect(cents.output.contains("1 credit (pack cents)"), "\(cents.errors)")
        let topUp = try scrip.run(
            "top-up", "set", "ada", "--threshold", "1", "--pack", "dollars", "--monthly-cap", "5000")
        #expect(topUp.output.contains("below 1 credit, for at most $50.00 a month"), "\(topUp.output)")
        #expect(topUp.output.contains("spent this month: $0.00"))
    }

    @Test func `one credit is no credits`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada", "--plan", "free")
        #expect(try scrip.run("charge", "ada", "--amount", "4").output.contains("Charged 4 credits to ada."))
        #expect(try scrip.run("charge", "ada", "--amount", "1").output.contains("Charged 1 credit to ada."))
        #expect(try scrip.run("charge", "ada", "--amount", "1").errors.contains("Needs 1 credit, 0 available."))
        #expect(try scrip.run("grant", "ada", "1").output.contains("Granted 1 credit "))
        #expect(try scrip.run("account", "show", "ada").output.contains("1 credit\n"))
    }

    @Test func `a line tells its type where there are several`() throws {
        let scrip = try ScripProcess()
        try scrip.write(
            """
            credit_types: [{id: words, name: Words}, {id: images, name: Images}]
            default_plan: free
            plans: [{id: free, name: Free, allowances: []}]
            """, to: "catalog.yaml")
        try scrip.run("catalog", "apply", "catalog.yaml")
        try scrip.run("account", "create", "ada")
        try scrip.run("grant", "ada", "5", "--credit-type", "words")
        for verb in ["entries", "history"] {
            #expect(try !scrip.run(verb, "ada").output.contains("CREDITS"))
        }
        try scrip.run("grant", "ada", "5", "--credit-type", "images")
        for verb in ["entries", "history"] {
            let output = try scrip.run(verb, "ada").output
            #expect(output.contains("CREDITS") && output.contains(" words ") && output.contains(" images "))
        }
    }

    static let mistyped: [([String], String)] = [
        (["blance", "ada"], "There is no verb 'blance'; did you mean 'balance'?"),
        (["account", "craete", "ada"], "There is no verb 'craete'; did you mean 'create'?"),
        (["charge", "ada", "--acton", "x"], "There is no option '--acton'; did you mean '--action'?"),
        (["charge", "ada", "--action", "ai_chat_mesage"], "Did you mean 'ai_chat_message'?"),
        (["account", "create", "bob", "--plan", "fre"], "Did you mean 'free'?"),
        (["grant", "ada", "1", "--credit-type", "credit"], "Did you mean 'credits'?"),
        (
            ["charge", "carl", "--action", "ask_model", "--model", "claude-sonet-4-5", "--usage", "input_tokens=3"],
            "Did you mean 'claude-sonnet-4-5'?"
        ),
        (["price", "--model", "claude-sonet-4-5", "--usage", "input_tokens=3"], "Did you mean 'claude-sonnet-4-5'?"),
        (["prices", "show", "claude-sonet-4-5"], "Did you mean 'claude-sonnet-4-5'?"),
        (["purchases", "create", "ada", "--pack", "startr", "--provider", "manual"], "Did you mean 'starter'?"),
        (
            ["charge", "ada", "--action", "summarize", "--usage", "input_tokns=6000"],
            "Did you mean 'input_tokens' instead of 'input_tokns'?"
        ),
        (["entries", "ada", "--kind", "chrge"], "Did you mean 'charge'?"),
        (["purchases", "list", "--status", "payd"], "Did you mean 'paid'?"),
        (["grant", "ada", "1", "--source", "bonuss"], "Did you mean 'bonus'?"),
        (["account", "create", "bob", "--kind", "usr"], "Did you mean 'user'?"),
        (
            ["purchases", "create", "ada", "--pack", "starter", "--provider", "manul"],
            "there is manual. Did you mean 'manual'?"
        ),
        (
            ["price", "--model", "claude-sonnet-4-5", "--provider", "antropic", "--usage", "input_tokens=3"],
            "Did you mean 'anthropic'?"
        ),
        (["copy", "--from", "postgre://x/y", "--to", "sqlite:y"], "Did you mean 'postgres'?"),
        (["usage", "ada", "--group-by", "dya"], "Did you mean 'day'?"),
        (["hold", "list", "ada"], "There is no verb 'list' of 'scrip hold'; there are capture,"),
        (["catalog", "diff", "catalog.yaml"], "There is no verb 'diff' of 'scrip catalog'; there are apply,"),
        (
            ["plan", "change", "ada", "--anchor", "keep"],
            "There is no verb 'change' of 'scrip plan'; there are cancel,"
        ),
    ]

    /// The same of commands that print no JSON.
    static let mistypedPlain: [([String], String)] = [
        (["audit", "export", "--format", "cvs"], "Did you mean 'csv'?"),
        (["serve", "--log-level", "inof"], "Did you mean 'info'?"),
        (["serve", "--issuer", "supabse=https://x.test"], "Did you mean 'supabase'?"),
        (["catalog", "template", "dual-credit"], "Did you mean 'dual-credits'?"),
    ]

    @Test(arguments: mistypedPlain)
    func `what was probably meant of some choices is said`(arguments: [String], sentence: String) throws {
        let done = try ScripProcess.withSampleCatalog().run(arguments)
        #expect(done.exitCode == 2 && done.errors.contains(sentence), "\(arguments): \(done.errors)")
    }

    @Test func `what was probably meant is said`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada")
        try scrip.run("account", "create", "carl", "--plan", "pro")
        for (arguments, sentence) in PeopleTests.mistyped {
            let done = try scrip.run(arguments)
            #expect(done.errors.contains(sentence), "\(arguments): \(done.errors)")
            #expect(done.exitCode == 1 || done.exitCode == 2)
            let machine = try scrip.run(arguments + ["--json"])
            #expect(machine.errors.contains(sentence), "\(arguments): \(machine.errors)")
        }
        let far = try scrip.run("charge", "ada", "--action", "something_else")
        #expect(!far.errors.contains("ean '"))
    }

    @Test func `a count that has no price names the one that was probably meant`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada")
        let charged = try scrip.run(
            "charge", "ada", "--action", "summarize", "--usage", "output_tokens=2000", "--usage", "input_tokns=6000")
        #expect(charged.errors.contains("Not priced: 6000 input_tokns. Did you mean 'input_tokens'?"), "\(charged)")
        let entries = try scrip.run("entries", "ada").output
        #expect(entries.contains("2000 tokens = 1 credit at price version 1"), "\(entries)")
    }

    @Test func `one of a thing is one`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada")
        #expect(try scrip.run("verify").output.hasPrefix("1 account, "))
        #expect(try scrip.run("adjust", "ada", "-1e-1", "--reason", "x").output.contains("by -0.1 credits"))
        #expect(try scrip.run("adjust", "ada", "1e-1", "--reason", "x").output.contains("by 0.1 credits"))
    }

    static let refused: [([String], String)] = [
        (["grant", "ada", "x"], "at most 9 digits after the point"),
        (["grant", "ada", "1", "--expires-at", "soon"], "It is a time such as"),
        (["entries", "ada", "--from", "yesterday"], "It is a time such as"),
        (["entries", "ada", "--to", "2026-02-30"], "It is a time such as"),
        (["balance", "ada", "--at", "5"], "It is a time such as"),
        (["account", "create", "bob", "--timezone", "Mars/X"], "time zone database"),
        (["account", "create", "bob", "--kind", "usr"], "one of 'user' and 'organization'"),
        (["entries", "ada", "--limit", "x"], "It is a whole number."),
        (["charge", "ada", "--amount", "1e99"], "at most 9 digits after the point"),
        (["charge", ""], "1 to 255 bytes"),
    ]

    @Test(arguments: refused)
    func `a refusal of a value says the rule`(arguments: [String], rule: String) throws {
        let done = try ScripProcess.withSampleCatalog().run(arguments)
        #expect(done.exitCode == 2 && done.errors.contains(rule), "\(arguments): \(done.errors)")
    }

    @Test func `a day at the end of a range is in it, a moment is not`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada")
        try scrip.run("charge", "ada", "--action", "ai_chat_message")
        let line = try #require(try scrip.run("entries", "ada").output.split(separator: "\n").dropFirst().first)
        let moment = try #require(line.split(separator: " ").dropFirst().first.map(String.init))
        let day = String(moment.prefix(10))
        for verb in ["entries", "history", "usage"] {
            let whole = try scrip.run(verb, "ada", "--from", day, "--to", day)
            #expect(whole.output.contains("ai_chat_message"), "\(verb): \(whole.output)\(whole.errors)")
            let before = try scrip.run(verb, "ada", "--to", "\(day)T00:00:00Z")
            #expect(!before.output.contains("ai_chat_message"), "\(verb): \(before.output)")
        }
        #expect(try scrip.run("audit", "list", "--from", day, "--to", day).output.contains("account_opened"))
    }

    @Test func `help breaks no command over lines`() throws {
        let scrip = try ScripProcess(variables: ["COLUMNS": "80"])
        var verbs: [[String]] = [[]]
        var count = 0
        while let verb = verbs.popLast() {
            let help = try scrip.run(verb + ["--help"]).output
            let lines = help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let opening = lines.prefix { !$0.hasPrefix("USAGE:") }
            for (line, next) in zip(opening, opening.dropFirst()) where line.hasPrefix("  scrip ") {
                count += 1
                let isWhole = next.isEmpty || next.hasPrefix("  ") || !line.hasSuffix("\\") && line.count < 60
                #expect(isWhole, "scrip \(verb.joined(separator: " ")) --help:\n\(line)\n\(next)")
            }
            guard let start = lines.firstIndex(of: "SUBCOMMANDS:") else { continue }
            for line in lines[(start + 1)...] where line.hasPrefix("  ") && !line.hasPrefix("   ") {
                let name = line.dropFirst(2).prefix { $0 != " " }
                // The last line names the help itself.
                if name != "See" { verbs.append(verb + [String(name)]) }
            }
        }
        #expect(count > 20)
    }
}
