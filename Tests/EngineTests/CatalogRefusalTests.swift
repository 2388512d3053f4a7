import ScripCore
import ScripEngine
import Testing

@Suite("What a catalog document may not say")
struct CatalogRefusalTests {
    private static func allowance(_ rest: String) -> String {
        "credit_types: [{id: c}]\nplans:\n  - id: p\n    allowances:\n      - {credit_type: c, \(rest)}"
    }

    private static func rate(_ rate: String) -> String {
        "credit_types: [{id: c, usd_value: \"0.01\"}]\nactions:\n  - {id: a, credit_type: c, rate: \(rate)}"
    }

    private static func pack(_ rest: String) -> String {
        "credit_types: [{id: c}]\npacks:\n  - {credit_type: c, price: {minor_units: 1, currency: usd}, \(rest)}"
    }

    private static let place = "line 5: 'plans[0].allowances[0].amount'"
    private static let number = "must be a decimal number such as 5 or \"0.5\""

    @Test(
        "Amounts are whole numbers or quoted decimals",
        arguments: [
            ("amount: 0.5", "must be quoted, as in \"0.5\", because a plain number would be a float"),
            ("amount: unlimitd", "\(number), or unlimited"), ("amount: 1e3", "\(number), or unlimited"),
            ("amount: \"1e3\"", "\(number), or unlimited"), ("amount: .inf", "\(number), or unlimited"),
            ("amount: 1_000", "\(number), or unlimited"), ("amount: +5", "\(number), or unlimited"),
            ("amount: 010", "\(number), or unlimited"), ("amount: 0x10", "\(number), or unlimited"),
            ("amount: [5]", "\(number), or unlimited"),
            ("amount: -1", "must be an amount from 0 to 1000000000 with at most 9 digits after the point"),
            (
                "amount: \"0.0000000001\"",
                "must be an amount from 0 to 1000000000 with at most 9 digits after the point"
            ),
            ("amount: 1000000001", "must be an amount from 0 to 1000000000 with at most 9 digits after the point"),
            ("amount: null", "has no value; give it one or leave it out"),
            ("amount: ", "has no value; give it one or leave it out"),
        ])
    func amounts(amount: String, message: String) {
        expect(CatalogRefusalTests.allowance(amount), "\(CatalogRefusalTests.place) \(message)")
    }

    @Test(
        "Periods are months or days", arguments: ["week", "+3 days", "0 days", "3661 days", "{days: 1.5}", "3 weeks"])
    func periods(period: String) {
        #expect(throws: CatalogProblem.self) {
            try CatalogDocument.parse(CatalogRefusalTests.allowance("amount: 5, every: \(period)"))
        }
    }

    @Test(
        "Other values that are wrong",
        arguments: [
            (
                rate("{model_tokens: {markup: 1}}"),
                "line 3: 'actions[0].rate.model_tokens' needs token price books, which this version does not have"
            ),
            (
                rate("{fixed: 1, per_tokens: {tokens: 1, credits: 1}}"),
                "line 3: 'actions[0].rate' must have exactly one of fixed, per_tokens, per_unit, compute"
            ),
            (
                rate("{per_tokens: {tokens: 0, credits: 1}}"),
                "line 3: 'actions[0].rate.per_tokens.tokens' must be a whole number from 1 to 1000000000000"
            ),
            (
                rate("{compute: {usd: 1, rounding: down}}"),
                "line 3: 'actions[0].rate.compute.rounding' must be half_even or up"
            ),
            (
                rate("{per_unit: {dimension: \(String(repeating: "d", count: 65)), credits: 1}}"),
                "line 3: 'actions[0].rate.per_unit.dimension' may have at most 64 bytes"
            ),
            (pack("id: x, credits: 0"), "line 3: 'packs[0].credits' must be more than 0"),
            (
                pack("id: ' x', credits: 1"),
                "line 3: 'packs[0].id' must be an id of 1 to 64 bytes without spaces at its ends"
            ),
            (
                "credit_types: [{id: c, name: \"a\\u0000b\"}]",
                "line 1: 'credit_types[0].name' must be a text without line breaks and other control characters"
            ),
            (
                "credit_types: [{id: c}]\nplans: [{id: p, provider_price: null}]",
                "line 2: 'plans[0].provider_price' has no value; give it one or leave it out"
            ),
            (
                "credit_types: [{id: c}]\nplans: [{id: p, actions: everything}]",
                "line 2: 'plans[0].actions' must be 'all' or a list of action ids"
            ),
            (
                "credit_types: [{id: c}]\nplans: [{id: p, overage: allow}]",
                "line 2: 'plans[0].overage' must be 'block' or a limit such as {limit: \"10\"}"
            ),
            (
                "credit_types: [\(repeatElement("{id: c}", count: 101).joined(separator: ","))]",
                "line 1: 'credit_types' may have at most 100 elements"
            ),
        ])
    func values(document: String, expected: String) {
        expect(document, expected)
    }

    @Test(
        "What is not YAML is named in one line",
        arguments: [
            ("credit_types: [", "line 2: the catalog is not YAML: did not find expected node content"),
            ("a: b: c", "line 1: the catalog is not YAML: mapping values are not allowed in this context"),
            ("credit_types: []\nplans:\n- {id: p,\n   id: q}", "line 3: 'id' appears twice"),
            ("a: 1\n---\nb: 2", "line 2: the catalog is not YAML: but found another document"),
        ])
    func notYAML(document: String, expected: String) {
        expect(document, expected)
    }

    @Test("Aliases are refused before they can unfold")
    func aliases() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let elements = repeatElement("*a\(level - 1)", count: 9).joined(separator: ",")
            bomb += "a\(level): &a\(level) [\(elements)]\n"
        }
        bomb += "{? *a30 : 1}\n"
        expect(bomb, "line 2: the catalog may not use YAML anchors and aliases; write the value out")
        expect("a: [&b x,*b]", "line 1: the catalog may not use YAML anchors and aliases; write the value out")
    }

    @Test("Signs within texts are no aliases")
    func signsInTexts() throws {
        let document = "credit_types: [{id: c, name: \"R&D * 2*x & more\"}] # *see* the notes"
        #expect(try CatalogDocument.parse(document).creditTypes.values.first?.name == "R&D * 2*x & more")
    }

    @Test("Deep and large documents are refused")
    func size() {
        for text in ["[", "{a: ", "- "] {
            #expect(throws: CatalogProblem.self) { try CatalogDocument.parse(String(repeating: text, count: 100_000)) }
        }
        expect(String(repeating: "#", count: 1_048_577), "the catalog may have at most 1048576 bytes")
    }

    private func expect(_ document: String, _ expected: String) {
        do throws(CatalogProblem) {
            _ = try CatalogDocument.parse(document)
            Issue.record("accepted: \(document.prefix(200))")
        } catch {
            #expect(error.description == expected)
        }
    }
}
