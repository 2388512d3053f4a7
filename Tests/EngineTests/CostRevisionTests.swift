import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite("Another cost for one action", .timeLimit(.minutes(15)))
struct CostRevisionTests {
    private static func engine(_ rates: String) async throws -> Engine {
        let engine = try await Engine(
            store: MemoryLedgerStore(), clock: FixedClock(.earliest),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        _ = try await engine.applyCatalog(document: document(rates))
        return engine
    }

    private static func document(_ rates: String) -> String {
        "# Prices ü\ncredit_types: [{id: c, name: C, usd_value: \"0.5\"}, {id: t, name: T}]\nactions:\n\(rates)\n# end\n"
    }

    private static func revise(_ engine: Engine, _ action: String, _ cost: String, act: String = "a") async throws
        -> String
    {
        _ = try await engine.reviseCost(
            of: ActionID(unchecked: action), to: try #require(Dollars(cost)), actor: act)
        return try await engine.catalogVersions().last?.document ?? ""
    }

    @Test(arguments: [
        (
            #"- {id: a, credit_type: c, rate: {fixed: "1"}} # é"#, "0.25",
            #"- {id: a, credit_type: c, rate: {fixed: "0.5"}} # é"#
        ),
        ("- {id: a, credit_type: c, rate: {fixed: 1}}", "3", #"- {id: a, credit_type: c, rate: {fixed: "6"}}"#),
        (
            "- {id: a, credit_type: c, rate: {compute: {usd: '2', markup: \"1.5\"}}}", "0.0004",
            "- {id: a, credit_type: c, rate: {compute: {usd: \"0.0004\", markup: \"1.5\"}}}"
        ),
        (
            "- name: Ä\n  id: a\n  credit_type: c\n  rate:\n    compute:\n      usd: \"2\"   # two", "7",
            "- name: Ä\n  id: a\n  credit_type: c\n  rate:\n    compute:\n      usd: \"7\"   # two"
        ),
    ])
    func `it stands where the old one stood, and all else stays`(
        rates: String, cost: String, revised: String
    ) async throws {
        let engine = try await CostRevisionTests.engine(rates)
        #expect(
            try await CostRevisionTests.revise(engine, "a", cost) == CostRevisionTests.document(revised))
        #expect(try await engine.catalogVersions().last?.version == 2)
    }

    @Test(arguments: [
        "- {id: a, credit_type: t, rate: {fixed: \"1\"}}",
        "- {id: a, credit_type: c, rate: {per_unit: {dimension: s, credits: \"1\"}}}",
        "- {id: b, credit_type: c, rate: {fixed: \"1\"}}",
    ])
    func `one that cannot be written so is refused`(rates: String) async throws {
        let engine = try await CostRevisionTests.engine(rates)
        await #expect(throws: (any Error).self) { try await CostRevisionTests.revise(engine, "a", "1") }
        #expect(try await engine.catalogVersions().count == 1)
    }

    @Test func `the same act makes one version, and the same cost none`() async throws {
        let engine = try await CostRevisionTests.engine("- {id: a, credit_type: c, rate: {fixed: \"1\"}}")
        _ = try await CostRevisionTests.revise(engine, "a", "0.5")
        #expect(try await engine.catalogVersions().count == 1)
        _ = try await CostRevisionTests.revise(engine, "a", "2", act: "one")
        _ = try await CostRevisionTests.revise(engine, "a", "3", act: "two")
        _ = try await CostRevisionTests.revise(engine, "a", "2", act: "one")
        #expect(try await engine.catalogVersions().map(\.version) == [1, 2, 3])
    }
}
