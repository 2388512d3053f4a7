import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// An engine that leaves price books for later reads them before anything that they decide.
@Suite(.timeLimit(.minutes(15))) struct LatePriceBookTests {
    private static let document = """
        credit_types: [{id: credits, name: Credits, usd_value: "1"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "100"}]}]
        actions:
          - {id: ask, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
          - {id: click, credit_type: credits, rate: {fixed: "1"}}
        unknown_model: record
        """
    private static let book = """
        {"source": "written for tests", "date": "2026-01-01", "licence": "none", "models": [
          {"provider": "acme", "id": "one", "usd_per_million": {"input": "3"}}]}
        """
    private let ada = AccountID(unchecked: "ada")

    private static func engine(_ store: any LedgerStore, _ reading: PriceBookReading) async throws -> Engine {
        try await Engine(
            store: store, clock: FixedClock(Fixture.day("2026-01-31")),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            shippedBook: { try PriceBookDocument(Array(book.utf8)) }, priceBooks: reading)
    }

    private static func usage(_ action: String, model: String? = "one", tokens: Int64 = 1_000_000) -> Usage {
        var usage = Usage(action: ActionID(unchecked: action), counts: ["input_tokens": Quantity(tokens)])
        usage.model = model
        return usage
    }

    private func store(_ kind: StoreKind) async throws -> any LedgerStore {
        let store = try await kind.make()
        let engine = try await LatePriceBookTests.engine(store, .atOnce)
        _ = try await engine.applyCatalog(document: LatePriceBookTests.document)
        _ = try await engine.put(account: ada, change: AccountChange())
        return store
    }

    @Test(arguments: StoreKind.allCases)
    func `a model's price is known to the first command or question that needs it`(kind: StoreKind) async throws {
        let store = try await store(kind)
        let used = LatePriceBookTests.usage("ask")
        for intent in [Intent.charge(used), .track(used), .hold(used, seconds: 60)] {
            let engine = try await LatePriceBookTests.engine(store, .whenNeeded)
            let outcome = try await engine.submit(Command(account: ada, intent: intent))
            #expect(outcome.entry?.entry.rating?.amount == Credits("3"), "\(intent)")
            let results = await engine.submit([Command(account: ada, intent: intent)])
            #expect(try results.first?.get().entry?.entry.rating?.priced == .book, "\(intent)")
        }
        let together = try await LatePriceBookTests.engine(store, .whenNeeded)
        let results = await together.submit([
            Command(account: ada, intent: .charge(LatePriceBookTests.usage("click", model: nil))),
            Command(account: ada, intent: .track(used)),
        ])
        #expect(try results.map { try $0.get().entry?.entry.rating?.amount } == [Credits("1"), Credits("3")])
        let asked = try await LatePriceBookTests.engine(store, .whenNeeded)
        #expect(try await asked.check(used, account: ada).rating.amount == Credits("3"))
        #expect(try await LatePriceBookTests.engine(store, .whenNeeded).rate(used).amount == Credits("3"))
        #expect(try await together.verify().isClean)
    }

    @Test(arguments: StoreKind.allCases)
    func `a capture is priced by the model that its hold named`(kind: StoreKind) async throws {
        let store = try await store(kind)
        let first = try await LatePriceBookTests.engine(store, .whenNeeded)
        let placed = try await first.submit(
            Command(account: ada, intent: .hold(LatePriceBookTests.usage("ask"), seconds: 60)))
        let hold = try #require(placed.hold?.id)
        let second = try await LatePriceBookTests.engine(store, .whenNeeded)
        let order = CaptureOrder(usage: LatePriceBookTests.usage("ask", model: nil, tokens: 2_000_000))
        let captured = try await second.submit(Command(account: ada, intent: .capture(hold, order)))
        #expect(captured.entry?.entry.rating?.amount == Credits("6"))
    }

    @Test(arguments: StoreKind.allCases)
    func `usage without a price is rated later by a book that was read late`(kind: StoreKind) async throws {
        let store = try await store(kind)
        let engine = try await LatePriceBookTests.engine(store, .whenNeeded)
        let recorded = try await engine.submit(
            Command(account: ada, intent: .track(LatePriceBookTests.usage("ask", model: "two"))))
        let line = try #require(recorded.entry?.entry)
        #expect(line.rating?.priced == .unrated)
        let book = LatePriceBookTests.book.replacing("\"one\"", with: "\"two\"")
        _ = try await LatePriceBookTests.engine(store, .whenNeeded)
            .importPrices(PriceBookDocument(Array(book.utf8)))
        let later = try await LatePriceBookTests.engine(store, .whenNeeded)
        let rated = try await later.submit(Command(account: ada, intent: .rateLater(line.id)))
        #expect(rated.entry?.entry.rating?.amount == Credits("3"))
    }

    @Test(arguments: StoreKind.allCases)
    func `a catalog applied by an engine without its books keeps the book`(kind: StoreKind) async throws {
        let store = try await store(kind)
        let engine = try await LatePriceBookTests.engine(store, .whenNeeded)
        let document = LatePriceBookTests.document + "\npacks: []\nburn_order: [purchased]"
        let applied = try await engine.applyCatalog(document: document)
        #expect(applied.version == 2 && !applied.diff.lines.contains { $0.contains("price book") })
        #expect(try await engine.rate(LatePriceBookTests.usage("ask")).amount == Credits("3"))
        #expect(Set(try await engine.catalogVersions().map(\.book)).count == 1)
    }

    @Test func `a book that cannot be read stops what it would price, and nothing else`() async throws {
        let store = MemoryLedgerStore()
        let missing = Digest(of: [])
        let now = Fixture.day("2026-01-01")
        try await store.write { writing in
            try writing.append(
                StoredCatalog(
                    version: 1, effectiveAt: now, recordedAt: now, actor: nil, document: LatePriceBookTests.document,
                    book: missing))
        }
        #expect(try await LatePriceBookTests.engine(store, .atOnce).catalogs.damages.count == 1)
        let engine = try await LatePriceBookTests.engine(store, .whenNeeded)
        let damaged = Rejection.priceBookDamaged(version: 1)
        _ = try await engine.put(account: ada, change: AccountChange())
        let click = Command(account: ada, intent: .charge(LatePriceBookTests.usage("click", model: nil)))
        #expect(try await engine.submit(click).entry?.entry.rating?.amount == Credits("1"))
        let ask = Command(account: ada, intent: .track(LatePriceBookTests.usage("ask")))
        for _ in 1...2 {
            await #expect(throws: damaged) { try await engine.submit(ask) }
            await #expect(throws: damaged) { try await engine.rate(LatePriceBookTests.usage("ask")) }
            await #expect(throws: damaged) {
                try await engine.check(LatePriceBookTests.usage("ask"), account: ada)
            }
        }
        #expect(try await engine.entries(EntryQuery(account: ada)).count { $0.entry.kind == .charge } == 1)
    }
}
