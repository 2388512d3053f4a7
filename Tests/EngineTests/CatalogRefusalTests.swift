import ScripCore
import ScripEngine
import Testing

@Suite("What a catalog document may not say")
struct CatalogRefusalTests {
    private static func rate(_ rate: String) -> String {
        "credit_types: [{id: c, usd_value: \"0.01\"}]\nactions:\n  - {id: a, credit_type: c, rate: \(rate)}"
    }

    @Test(arguments: [
        "0.5", "unlimitd", "1e3", "\"1e3\"", ".inf", "1_000", "+5", "0x10", "[5]", "-1", "\"0.0000000001\"",
        "1000000001",
        "null", "",
    ])
    func `an amount is a whole number or a quoted decimal, and what is not is named with its place`(amount: String) {
        let document =
            "credit_types: [{id: c}]\nplans:\n  - id: p\n    allowances:\n      - {credit_type: c, amount: \(amount)}"
        expect(document, "line 5: 'plans[0].allowances[0].amount' must be ")
    }

    @Test(arguments: [
        (rate("{per_tokens: {tokens: 0, credits: 1}}"), "line 3: 'actions[0].rate.per_tokens.tokens' must be "),
        (rate("{fixed: 1, per_tokens: {tokens: 1, credits: 1}}"), "line 3: 'actions[0].rate' must "),
        (rate("{compute: {usd: 1, rounding: down}}"), "line 3: 'actions[0].rate.compute.rounding' must be "),
        (
            "credit_types: [{id: c}]\nplans: [{id: p, actions: everything}]",
            "line 2: 'plans[0].actions' must be a list"
        ),
        ("credit_types: [{id: c}]\nplans: [{id: p, overage: allow}]", "line 2: 'plans[0].overage' must be "),
        ("a: 1\n---\nb: 2", "line 2: the catalog is not YAML"),
        ("credit_types: []\nplans:\n- {id: p,\n   id: q}", "line 3: the catalog is not YAML"),
    ])
    func `other values that are wrong are named with their place`(document: String, expected: String) {
        expect(document, expected)
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
