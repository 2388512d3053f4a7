import ScripJSON
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct ProblemTests {
    @Test func `a refusal is the API's problem with --json, on standard error`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada", "--plan", "free")
        let problem = try problem(scrip.run("charge", "ada", "--amount", "7.5", "--json"), exitCode: 1)
        #expect(problem["type"]?.stringValue == "urn:scrip:problem:insufficient-credits")
        #expect(problem["title"]?.stringValue == "Insufficient credits")
        #expect(problem["status"]?.integerValue == 429)
        #expect(problem["detail"]?.stringValue == "Needs 7.5 credits, 5 available.")
        #expect(problem["code"]?.stringValue == "insufficient_credits")
        #expect(problem["required"]?.stringValue == "7.5")
        #expect(problem["available"]?.stringValue == "5")
        #expect(problem["resets_at"]?.stringValue != nil)
    }

    @Test(arguments: [
        (["balance", "nobody"], 1, 404, "account_not_found"),
        (["charge", "ada", "--action", "nope"], 1, 422, "unknown_action"),
        (["charge", "ada", "--action", "transcription", "--usage", "seconds=1"], 1, 403, "not_entitled"),
        (["refund", "ada", "en_x_1"], 1, 404, "entry_not_found"),
        (["key", "revoke", "key_none"], 1, 404, "not_found"),
        (["catalog", "apply", "wrong.yaml"], 1, 422, "catalog_invalid"),
        (["catalog", "apply", "none.yaml"], 3, 503, "unreachable"),
        (["balance", "ada", "--database", "elsewhere.db"], 3, 503, "store_unavailable"),
        (["balance", "ada", "--database", "wrong.yaml"], 3, 503, "store_unavailable"),
        (["balance", "ada", "--database", "mysql://x"], 2, 400, "invalid_request"),
        (["balance"], 2, 400, "invalid_request"),
        (["grant", "ada", "ten"], 2, 400, "invalid_request"),
        (["charge", "ada"], 2, 400, "invalid_request"),
        (["usage", "ada", "--from", "2026-03-02", "--to", "2026-03-01"], 2, 400, "invalid_request"),
        (["usage", "--from", "2026-03-02", "--to", "2026-03-01"], 2, 400, "invalid_request"),
        (["entries", "ada", "--from", "2026-03-02", "--to", "2026-03-01"], 2, 400, "invalid_request"),
        (["nonsense"], 2, 400, "invalid_request"),
        (["purchases", "list", "--limit", "0"], 2, 400, "invalid_request"),
        (["failures", "replay", "tf_1", "--event", "wrong.yaml"], 2, 400, "invalid_request"),
        (["failures", "replay", "tf_1", "--event", "none.json"], 3, 503, "unreachable"),
        (["prices", "import", "none.json"], 3, 503, "unreachable"),
        (["catalog", "what-if", "none.yaml"], 3, 503, "unreachable"),
    ])
    func `every error is a problem with --json`(arguments: [String], exitCode: Int32, status: Int64, code: String)
        throws
    {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada", "--plan", "free")
        try scrip.write(
            "credit_types: [{id: a, nmae: b}]" + String(repeating: "\n# no database", count: 99), to: "wrong.yaml")
        let problem = try problem(scrip.run(arguments + ["--json"]), exitCode: exitCode)
        #expect(problem["status"]?.integerValue == status)
        #expect(problem["code"]?.stringValue == code)
        for name in ["type", "title", "detail"] { #expect(problem[name]?.stringValue?.isEmpty == false) }
        #expect(try scrip.run(arguments).exitCode == exitCode, "with and without --json it ends alike")
    }

    @Test func `a demo account's hold is for show on the command line too`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "demo", "--demo")
        let steps = [
            ["place", "demo", "--action", "ai_chat_message"], ["show", "demo", "ho_demo"],
            ["capture", "demo", "ho_demo"], ["release", "demo", "ho_demo"], ["extend", "demo", "ho_demo", "60"],
        ]
        for step in steps {
            let done = try scrip.run(["hold"] + step + ["--json"])
            #expect(done.exitCode == 0, "\(step): \(done.errors)")
            let answer = try JSONValue.parse(Array(done.output.utf8))
            #expect(answer["demo"] == .bool(true) && answer["hold"]?["id"]?.stringValue == "ho_demo", "\(step)")
        }
    }

    private func problem(_ done: Finished, exitCode: Int32) throws -> JSONValue {
        #expect(done.exitCode == exitCode, "\(done.errors)")
        #expect(done.output.isEmpty)
        return try JSONValue.parse(Array(done.errors.utf8))
    }
}
