import ScripCore
import ScripEngine
import Testing

@Suite("What a catalog document may not say", .timeLimit(.minutes(15)))
struct CatalogRefusalTests {
    private static func rate(_ rate: String) -> String {
        "credit_types: [{id: c, usd_value: \"0.01\"}]\nactions:\n  - {id: a, credit_type: c, rate: \(rate)}"
    }

    @Test(arguments: [
        "unlimitd", "01.5", "1e-10", "\"1e-10\"", ".inf", "1_000", "+5", "0x10", "[5]", "-1", "\"0.0000000001\"",
        "1000000001",
        "null", "",
    ])
    func `an amount is a decimal, quoted or not, and what is not is named with its place`(amount: String) {
        let document =
            "credit_types: [{id: c}]\nplans:\n  - id: p\n    allowances:\n      - {credit_type: c, amount: \(amount)}"
        expect(document, "line 5: 'plans[0].allowances[0].amount' must be ")
    }

    @Test(arguments: [
        (rate("{per_tokens: {tokens: 0, credits: 1}}"), "line 3: 'actions[0].rate.per_tokens.tokens' must be "),
        (
            "credit_types: [{id: c, low_at: 101}]",
            "line 1: 'credit_types[0].low_at' must be a whole number from 0 to 100"
        ),
        (rate("{fixed: 1, per_tokens: {tokens: 1, credits: 1}}"), "line 3: 'actions[0].rate' must "),
        (rate("{compute: {usd: 1, rounding: down}}"), "line 3: 'actions[0].rate.compute.rounding' must be "),
        (
            "credit_types: [{id: c}]\nplans: [{id: p, actions: everything}]",
            "line 2: 'plans[0].actions' must be a list"
        ),
        ("credit_types: [{id: c}]\nplans: [{id: p, overage: allow}]", "line 2: 'plans[0].overage' must be "),
        (
            "credit_types: [{id: c}]\nplans: [{id: p, period: week}]",
            "line 2: 'plans[0].period' must be one of anchor, calendar"
        ),
        (
            "credit_types: [{id: c}]\nplans: [{id: p, period: calendar, allowances: [{credit_type: c, amount: 1, every: 7 days}]}]",
            "line 2: 'plans[0]' counts calendar months, but its allowance of 'c' is every 7 days"
        ),
        (
            "credit_types: [{id: c}]\nplans: [{id: p, grace_allowance: half}]",
            "line 2: 'plans[0].grace_allowance' must be one of full, none"
        ),
        (
            "credit_types: [{id: c}]\nplans: [{id: p, allowances: [{credit_type: c, amount: 1, per_seat: yes}]}]",
            "line 2: 'plans[0].allowances[0].per_seat' must be true or false"
        ),
        (
            "credit_types: [{id: c}]\nplans: [{id: p, trial_allowances: [{credit_type: d, amount: 1}]}]",
            "line 2: 'plans[0].trial_allowances[0].credit_type' names no credit type"
        ),
        ("a: 1\n---\nb: 2", "line 2: the catalog is not YAML"),
        (pack("{id: x, credit_type: c, credits: 0"), "line 3: 'packs[0].credits' must be more than 0"),
        (pack("{id: ' x', credit_type: c, credits: 1"), "line 3: 'packs[0].id' must be an id of 1 to 255 bytes"),
        (
            pack("{id: x, credit_type: c, credits: 010"),
            "line 3: 'packs[0].credits' must be written without a leading 0"
        ),
        (rate("{fixed: 010}"), "line 3: 'actions[0].rate.fixed' must be written without a leading 0 or sign, as in 10"),
        (
            rate("{per_tokens: {tokens: 010, credits: 1}}"),
            "line 3: 'actions[0].rate.per_tokens.tokens' must be written without a leading 0"
        ),
        (
            pack("{id: x, provider_price: null, credit_type: c, credits: 1"),
            "line 3: 'packs[0].provider_price' must be "
        ),
        (pack("{id: x, provider_price: ~, credit_type: c, credits: 1"), "line 3: 'packs[0].provider_price' must be "),
        (
            "credit_types: [{id: c}]\nplans: [{id: p, name: \"a\\0b\"}]",
            "line 2: 'plans[0].name' must be a text without"
        ),
        ("credit_types: [{id: c, name: null}]", "line 1: 'credit_types[0].name' must be a text, not null"),
        ("credit_types: &types [{id: c}]\nplans: *types", "line 1: 'credit_types' may not use anchors"),
        (
            "credit_types: [{id: c}]\nplans: [{id: &p free}]\ndefault_plan: *p",
            "line 2: 'plans[0].id' may not use anchors"
        ),
        ("credit_types: []\nplans:\n- {id: p,\n   id: q}", "line 3: the catalog has 'id' twice"),
    ])
    func `other values that are wrong are named with their place`(document: String, expected: String) {
        expect(document, expected)
    }

    @Test(arguments: ["b", "? *z\n: 1", "[*z]: 1"])
    func `aliases of aliases cost no more than the text they are written in`(last: String) {
        var bomb = "a: &a [x, x]\n"
        var name = "a"
        for level in 0..<60 {
            let next = level == 59 ? "z" : "a\(level)"
            bomb += "\(next): &\(next) [\(Array(repeating: "*\(name)", count: 9).joined(separator: ","))]\n"
            name = next
        }
        expect(bomb + last, "the catalog may not use anchors and aliases")
    }

    @Test func `an ampersand or an asterisk in a text is only a letter`() throws {
        let names = (0..<40).map { "{id: p\($0), name: \"Terms & *conditions* \($0)\"}" }.joined(separator: ", ")
        #expect(try CatalogDocument.parse("credit_types: [{id: c}]\nplans: [\(names)]").plans.count == 40)
    }

    private static func pack(_ start: String) -> String {
        "credit_types: [{id: c}]\npacks:\n  - \(start), price: {minor_units: 1, currency: usd}}"
    }

    private func expect(_ document: String, _ expected: String) {
        do throws(CatalogProblem) {
            _ = try CatalogDocument.parse(document)
            Issue.record("accepted: \(document.prefix(200))")
        } catch {
            #expect(error.description.hasPrefix(expected), "\(error.description)")
        }
    }
}
