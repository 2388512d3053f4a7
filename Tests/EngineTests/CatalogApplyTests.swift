import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite("Applying a catalog adds a version", .timeLimit(.minutes(15)))
struct CatalogApplyTests {
    private static let first = "credit_types: [{id: c}]\nplans: [{id: p}, {id: none}]"

    private let clock = FixedClock(Timestamp(microseconds: 1_000_000_000))
    private let store = MemoryLedgerStore()

    private func engine() async throws -> Engine {
        try await Engine(
            store: store, clock: clock, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    @Test("Versions count up, and the same again adds none")
    func versions() async throws {
        let engine = try await engine()
        #expect(try await engine.applyCatalog(document: CatalogApplyTests.first, actor: "ada").version == 1)
        clock.advance(seconds: 10)
        let again = try await engine.applyCatalog(document: "# the same\n" + CatalogApplyTests.first)
        #expect(again.isUnchanged && again.version == 1 && again.diff.isEmpty)
        let next = try await engine.applyCatalog(document: CatalogApplyTests.first + "\ndefault_plan: p")
        #expect(!next.isUnchanged && next.version == 2 && next.diff.lines == ["~ default plan: none → p"])
        let stored = try await engine.catalogVersions()
        #expect(stored.map(\.version) == [1, 2] && stored.map(\.actor) == ["ada", nil])
        #expect(
            stored.map(\.effectiveAt) == [
                Timestamp(microseconds: 1_000_000_000), Timestamp(microseconds: 1_010_000_000),
            ])
        #expect(engine.catalogs.history.latest.defaultPlan == PlanID(unchecked: "p"))
    }

    @Test("A dry run and a refused document change nothing")
    func dryRun() async throws {
        let engine = try await engine()
        let dry = try await engine.applyCatalog(document: CatalogApplyTests.first, isDryRun: true)
        #expect(dry.version == 1 && dry.diff.lines == ["+ credit type c", "+ plan none", "+ plan p"])
        await #expect(throws: CatalogProblem.self) { try await engine.applyCatalog(document: "plans: []") }
        #expect(try await engine.catalogVersions().isEmpty && engine.catalogs.history.versions.isEmpty)
    }

    @Test("Another process's version is seen after a refresh, and an older reading never replaces a newer one")
    func refresh() async throws {
        let (here, there) = (try await engine(), try await engine())
        _ = try await there.applyCatalog(document: CatalogApplyTests.first)
        let early = there.catalogs.history
        #expect(here.catalogs.history.versions.isEmpty)
        try await here.refreshCatalogs()
        #expect(here.catalogs.history == early)
        _ = try await here.applyCatalog(document: CatalogApplyTests.first + "\ndefault_plan: p")
        here.catalogs.replace(with: early)
        #expect(here.catalogs.history.latest.version == 2)
    }
}
