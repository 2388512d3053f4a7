import ScripCore
import ScripEngine
import Testing

@Suite("A catalog's changes can be read", .timeLimit(.minutes(15)))
struct CatalogDiffTests {
    private static let types = "credit_types: [{id: c}, {id: d}]\n"
    private static let actions =
        "actions: [{id: all, credit_type: c, rate: {fixed: 1}}, {id: b, credit_type: c, rate: {fixed: 1}}]\n"

    @Test(
        "Each part that can change is seen",
        arguments: [
            ("plans: [{id: p}]", "plans: [{id: p, actions: [all]}]", actions, "~ plan p: actions every action → all"),
            (
                "plans: [{id: p}]", "plans: [{id: p, actions: [every action]}]",
                "actions: [{id: every action, credit_type: c, rate: {fixed: 1}}]",
                "~ plan p: actions every action → 'every action'"
            ),
            (
                "plans: [{id: p, actions: []}]", "plans: [{id: p, actions: [b, all]}]", actions,
                "~ plan p: actions  → all, b"
            ),
            ("plans: [{id: p}]", "plans: [{id: p, overage: {limit: 10}}]", "", "~ plan p: overage block → up to 10"),
            (
                "plans: [{id: p}]", "plans: [{id: p, price: {minor_units: 900, currency: usd}}]", "",
                "~ plan p: price none → 900 usd"
            ),
            (
                "plans: [{id: p}]", "plans: [{id: p, provider_price: none}]", "",
                "~ plan p: provider_price none → none"
            ),
            (
                "actions: [{id: a, credit_type: c, rate: {fixed: 1}}]",
                "actions: [{id: a, credit_type: d, rate: {fixed: 1}}]", "", "~ action a: credit_type c → d"
            ),
            (
                "actions: [{id: a, credit_type: c, rate: {fixed: 1}}]",
                "actions: [{id: a, credit_type: c, rate: {per_tokens: {tokens: 2000, credits: 1}}}]", "",
                "~ action a: rate 1 each → 1 per 2000 tokens, rounded half_even"
            ),
        ])
    func parts(before: String, after: String, both: String, line: String) throws {
        let old = try CatalogDocument.parse(CatalogDiffTests.types + both + "\n" + before)
        let new = try CatalogDocument.parse(CatalogDiffTests.types + both + "\n" + after)
        #expect(CatalogDiff(from: old, to: new).lines == [line])
    }

    @Test("The order of allowances, versions and dates mean nothing")
    func order() throws {
        let (c, d) = ("{credit_type: c, amount: 1}", "{credit_type: d, amount: 2}")
        let old = try CatalogDocument.parse(CatalogDiffTests.types + "plans: [{id: p, allowances: [\(c), \(d)]}]")
        var new = try CatalogDocument.parse(CatalogDiffTests.types + "plans: [{id: p, allowances: [\(d), \(c)]}]")
        new.version = 7
        new.effectiveAt = .latest
        #expect(CatalogDiff(from: old, to: new).isEmpty)
    }
}
