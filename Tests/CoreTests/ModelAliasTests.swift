import ScripCore
import ScripJSON
import Testing

/// Aliases with a wildcard.
@Suite(.timeLimit(.minutes(15))) struct ModelAliasTests {
    private static func book(_ models: String) throws -> PriceBook {
        let text = #"{"source":"s","date":"2026-01-01","licence":"MIT","models":[\#(models)]}"#
        return try PriceBook(json: JSONValue.parse(Array(text.utf8)))
    }

    private static func model(_ id: String, _ aliases: String) -> String {
        #"{"provider":"azure","id":"\#(id)","aliases":[\#(aliases)],"usd_per_million":{"input":"1","output":"1"}}"#
    }

    private static let now = Timestamp(microseconds: 0)

    @Test(arguments: [
        ("acme-prod", "azure/wide"), ("acme-prod-eu", "azure/narrow"), ("ACME-PROD-EU-2", "azure/narrow"),
        ("acme-prod-exact", "azure/exact"), ("acme", nil), ("x-acme-prod-eu", nil), ("team-9-gpt", "azure/suffix"),
    ])
    func `the alias with most characters of its own counts, and an exact one first`(name: String, id: String?) throws {
        let book = try ModelAliasTests.book(
            [
                ModelAliasTests.model("wide", #""acme-*""#), ModelAliasTests.model("narrow", #""acme-prod-*""#),
                ModelAliasTests.model("exact", #""acme-prod-exact""#), ModelAliasTests.model("suffix", #""*-gpt""#),
            ].joined(separator: ","))
        #expect(book.price(provider: "azure", model: name, at: ModelAliasTests.now)?.price.name == id)
        #expect(book.price(model: name, at: ModelAliasTests.now)?.price.name == id)
        #expect(book.price(provider: "openai", model: name, at: ModelAliasTests.now) == nil)
    }

    @Test(arguments: [#""*""#, #""a*b*""#, #""**""#])
    func `an alias needs one star and something else`(alias: String) throws {
        #expect(throws: PriceBookProblem.self) { try ModelAliasTests.book(ModelAliasTests.model("m", alias)) }
    }
}
