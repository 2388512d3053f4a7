import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")
private let ask = ActionID(unchecked: "ask")

@Suite(.timeLimit(.minutes(15))) struct StoredPriceBookTests {
    private static let document = """
        credit_types: [{id: credits, name: Credits, usd_value: "1"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "100"}]}]
        actions: [{id: ask, credit_type: credits, rate: {model_tokens: {markup: "1"}}}]
        """

    /// A book with one model at so many dollars per million input tokens.
    private static func book(_ input: String, date: String = "2026-01-01") throws -> PriceBookDocument {
        try PriceBookDocument(
            Array(
                """
                {"source": "written for tests", "date": "\(date)", "licence": "none", "models": [
                  {"provider": "acme", "id": "one", "usd_per_million": {"input": "\(input)"}}]}
                """.utf8))
    }

    private static func usage(_ model: String = "one", at moment: Timestamp? = nil) -> Usage {
        var usage = Usage(action: ask, counts: ["input_tokens": 1_000_000])
        usage.model = model
        usage.occurredAt = moment
        return usage
    }

    /// An engine over a store that another one may have used before, as a release of Scrip that ships a book.
    private static func engine(
        _ store: any LedgerStore, _ clock: FixedClock, ships input: String?
    ) async throws -> Engine {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        guard let input else { return try await Engine(store: store, clock: clock, logger: logger) }
        return try await Engine(store: store, clock: clock, logger: logger, shippedBook: { try book(input) })
    }

    private static func clock() -> FixedClock { FixedClock(Fixture.day("2026-01-31")) }

    @Test(arguments: StoreKind.allCases)
    func `the first catalog pins the shipped book, and a newer release never prices anew by itself`(
        kind: StoreKind
    ) async throws {
        let (store, clock) = (try await kind.make(), StoredPriceBookTests.clock())
        let first = try await StoredPriceBookTests.engine(store, clock, ships: "3")
        let applied = try await first.applyCatalog(document: StoredPriceBookTests.document)
        #expect(applied.diff.lines.contains("+ price book of 2026-01-01: written for tests"))
        #expect(try await first.rate(StoredPriceBookTests.usage()).amount == Credits("3"))

        let newer = try await StoredPriceBookTests.engine(store, clock, ships: "2")
        let rating = try await newer.rate(StoredPriceBookTests.usage())
        #expect(rating.amount == Credits("3") && rating.priceVersion == 1 && rating.bookDate == "2026-01-01")
        let again = try await newer.applyCatalog(document: StoredPriceBookTests.document + "\npacks: []")
        #expect(again.isUnchanged)
        let more = StoredPriceBookTests.document + "\nunknown_model: record"
        #expect(try await newer.applyCatalog(document: more).version == 2)
        #expect(try await newer.rate(StoredPriceBookTests.usage()).amount == Credits("3"))

        clock.advance(seconds: 1)
        let imported = try await newer.importPrices(StoredPriceBookTests.book("2"))
        #expect(imported.version == 3 && !imported.isUnchanged)
        #expect(try await newer.rate(StoredPriceBookTests.usage()).amount == Credits("2"))
        #expect(newer.catalogInForce.unknownModel == .record)
        let versions = try await newer.catalogVersions()
        let digests = try [
            StoredPriceBookTests.book("3"), StoredPriceBookTests.book("3"), StoredPriceBookTests.book("2"),
        ]
        .map(\.digest)
        #expect(versions.map(\.book) == digests)
    }

    @Test(arguments: StoreKind.allCases)
    func `each book is kept once, under its digest, and read back by another engine`(kind: StoreKind) async throws {
        let (store, clock) = (try await kind.make(), StoredPriceBookTests.clock())
        let engine = try await StoredPriceBookTests.engine(store, clock, ships: "3")
        _ = try await engine.applyCatalog(document: StoredPriceBookTests.document)
        for input in ["2", "3", "2"] {
            clock.advance(seconds: 1)
            _ = try await engine.importPrices(StoredPriceBookTests.book(input), actor: "tester")
        }
        #expect(try await engine.catalogVersions().map(\.version) == [1, 2, 3, 4])
        let books = try await engine.priceBooks()
        #expect(books.count == 2)
        let document = try StoredPriceBookTests.book("2")
        #expect(books[document.digest]?.actor == "tester" && books[document.digest]?.licence == "none")
        #expect(try await store.read { try $0.priceBookDocument(document.digest) } == document.text)

        let other = try await StoredPriceBookTests.engine(store, clock, ships: nil)
        #expect(try await other.rate(StoredPriceBookTests.usage()).amount == Credits("2"))
    }

    @Test func `books that say the same have the same digest however they are written`() throws {
        let one = try StoredPriceBookTests.book("3")
        let other = try PriceBookDocument(
            Array(
                #"{"models":[{"usd_per_million":{"input":"3"},"id":"one","provider":"acme"}],"licence":"none","#.utf8)
                + Array(#""date":"2026-01-01","source":"written for tests"}"#.utf8))
        #expect(one.digest == other.digest && one.text == other.text)
        #expect(try StoredPriceBookTests.book("3.1").digest != one.digest)
    }

    @Test(arguments: StoreKind.allCases)
    func `a dry run says what would change and changes nothing; the same book changes nothing`(
        kind: StoreKind
    ) async throws {
        let engine = try await StoredPriceBookTests.engine(kind.make(), StoredPriceBookTests.clock(), ships: "3")
        _ = try await engine.applyCatalog(document: StoredPriceBookTests.document)
        let book = try StoredPriceBookTests.book("2", date: "2026-01-02")
        let dry = try await engine.importPrices(book, isDryRun: true)
        #expect(dry.version == 2 && dry.diff.lines.contains { $0.contains("acme/one") && $0.contains("$2") })
        #expect(try await engine.catalogVersions().count == 1)
        #expect(try await engine.priceBooks().count == 1)
        #expect(try await engine.importPrices(StoredPriceBookTests.book("3")).isUnchanged)
    }

    @Test(arguments: StoreKind.allCases)
    func `a scheduled book prices what happens from then on, and late usage by when it happened`(
        kind: StoreKind
    ) async throws {
        let clock = StoredPriceBookTests.clock()
        let engine = try await StoredPriceBookTests.engine(kind.make(), clock, ships: "3")
        _ = try await engine.applyCatalog(document: StoredPriceBookTests.document)
        let change = Fixture.day("2026-02-10")
        let imported = try await engine.importPrices(StoredPriceBookTests.book("2"), effectiveAt: change)
        #expect(imported.effectiveAt == change)
        #expect(try await engine.rate(StoredPriceBookTests.usage()).amount == Credits("3"))
        #expect(try await engine.catalogVersionInForce()?.version == 1)
        clock.set(Fixture.day("2026-02-11"))
        #expect(try await engine.rate(StoredPriceBookTests.usage()).amount == Credits("2"))
        #expect(try await engine.rate(StoredPriceBookTests.usage(at: change)).priceVersion == 2)
        let before = try await engine.rate(StoredPriceBookTests.usage(at: change.adding(seconds: -1)))
        #expect(before.amount == Credits("3") && before.priceVersion == 1)
    }

    @Test func `a version cannot come into force in the past, before another, or first of all later`() async throws {
        let clock = StoredPriceBookTests.clock()
        let engine = try await StoredPriceBookTests.engine(StoreKind.memory.make(), clock, ships: "3")
        let (soon, later) = (Fixture.day("2026-02-10"), Fixture.day("2026-03-01"))
        await #expect(throws: Rejection.self) {
            try await engine.applyCatalog(document: StoredPriceBookTests.document, effectiveAt: soon)
        }
        await #expect(throws: Rejection.self) { try await engine.importPrices(StoredPriceBookTests.book("2")) }
        _ = try await engine.applyCatalog(document: StoredPriceBookTests.document)
        await #expect(throws: Rejection.self) {
            try await engine.importPrices(StoredPriceBookTests.book("2"), effectiveAt: Fixture.day("2026-01-30"))
        }
        _ = try await engine.importPrices(StoredPriceBookTests.book("2"), effectiveAt: later)
        for moment in [soon, nil] {
            await #expect(throws: Rejection.self) {
                try await engine.importPrices(StoredPriceBookTests.book("1"), effectiveAt: moment)
            }
        }
        let third = try await engine.importPrices(StoredPriceBookTests.book("1"), effectiveAt: later)
        #expect(third.version == 3)
        clock.set(later)
        #expect(try await engine.rate(StoredPriceBookTests.usage()).amount == Credits("1"))
    }

    @Test(arguments: StoreKind.allCases)
    func `own prices in the catalog win over the book`(kind: StoreKind) async throws {
        let engine = try await StoredPriceBookTests.engine(kind.make(), StoredPriceBookTests.clock(), ships: "3")
        let own = "\nmodels: [{provider: acme, id: one, usd_per_million: {input: \"7\"}}]"
        _ = try await engine.applyCatalog(document: StoredPriceBookTests.document + own)
        let rating = try await engine.rate(StoredPriceBookTests.usage())
        #expect(rating.amount == Credits("7") && rating.priced == .own && rating.bookDate == nil)
    }
}
