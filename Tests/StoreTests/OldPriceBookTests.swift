import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Price books of earlier versions of the catalog are in memory only when something needs them.
@Suite("Price books of earlier versions", .timeLimit(.minutes(15)))
struct OldPriceBookTests {
    private static let document = """
        credit_types: [{id: credits, usd_value: "1"}]
        default_plan: free
        plans: [{id: free, allowances: [{credit_type: credits, amount: "1000"}]}]
        actions:
          - {id: ask, credit_type: credits, rate: {model_tokens: {}}}
          - {id: click, credit_type: credits, rate: {fixed: "1"}}
        unknown_model: record
        """
    private static let count = 12
    private let ada = AccountID(unchecked: "ada")
    private static let start = Fixture.day("2026-01-01")

    /// Day n has a book in which model `one` costs n dollars a million, and model `only-n` n, too.
    private static func book(_ day: Int) throws -> PriceBookDocument {
        try PriceBookDocument(
            Array(
                """
                {"source": "tests", "date": "2026-01-\(day < 10 ? "0" : "")\(day)", "licence": "none", "models": [
                  {"provider": "acme", "id": "one", "usd_per_million": {"input": "\(day)"}},
                  {"provider": "acme", "id": "only-\(day)", "usd_per_million": {"input": "\(day)"}}]}
                """.utf8))
    }

    private static func engine(
        _ store: any LedgerStore, _ clock: FixedClock, _ reading: PriceBookReading = .atOnce
    ) async throws -> Engine {
        try await Engine(
            store: store, clock: clock, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            priceBooks: reading)
    }

    private static func filled(_ kind: StoreKind) async throws -> (store: any LedgerStore, clock: FixedClock) {
        let (store, clock) = (try await kind.make(), FixedClock(start))
        let engine = try await engine(store, clock)
        _ = try await engine.applyCatalog(document: document)
        _ = try await engine.put(account: AccountID(unchecked: "ada"), change: AccountChange())
        for day in 1...count {
            _ = try await engine.importPrices(book(day))
            clock.advance(seconds: 86_400)
        }
        #expect(engine.catalogs.bookCount <= 5)
        return (store, clock)
    }

    private static func usage(_ model: String = "one", on day: Int) -> Usage {
        var usage = Usage(action: ActionID(unchecked: "ask"), counts: ["input_tokens": 1_000_000])
        usage.model = model
        usage.occurredAt = start.adding(seconds: Int64(day - 1) * 86_400 + 60)
        return usage
    }

    private func amount(_ engine: Engine, _ usage: Usage) async throws -> String? {
        let outcome = try await engine.submit(Command(account: ada, intent: .track(usage)))
        return outcome.entry?.entry.rating?.amount.description
    }

    @Test(
        "Late usage is priced by the book of its day, in any order, and few books stay", arguments: StoreKind.allCases)
    func late(kind: StoreKind) async throws {
        let (store, clock) = try await OldPriceBookTests.filled(kind)
        for reading in [PriceBookReading.atOnce, .whenNeeded] {
            let engine = try await OldPriceBookTests.engine(store, clock, reading)
            #expect(engine.catalogs.bookCount == (reading == .atOnce ? 1 : 0))
            for day in [12, 3, 7, 1, 12, 9, 5, 3, 2, 11] {
                #expect(try await amount(engine, OldPriceBookTests.usage(on: day)) == "\(day)")
                #expect(engine.catalogs.bookCount <= 5)
            }
            // Together in one batch, with others that need no book.
            var commands = (1...12).map { day in
                Command(account: ada, intent: .charge(OldPriceBookTests.usage(on: day)))
            }
            commands.append(Command(account: ada, intent: .charge(Usage(action: ActionID(unchecked: "click")))))
            let results = await engine.submit(commands)
            let amounts = try results.map { try $0.get().entry?.entry.rating?.amount.description ?? "" }
            #expect(amounts == (1...12).map { "\($0)" } + ["1"])
            #expect(engine.catalogs.bookCount <= 5)
            #expect(try await engine.rate(OldPriceBookTests.usage(on: 4)).bookDate == "2026-01-04")
            #expect(try await engine.check(OldPriceBookTests.usage(on: 6), account: ada).rating.amount == Credits("6"))
            #expect(try await engine.verify().isClean)
        }
        try await store.close()
    }

    @Test(
        "A model that only a later book has is found there, and one that none has is recorded",
        arguments: StoreKind.allCases)
    func unknown(kind: StoreKind) async throws {
        let (store, clock) = try await OldPriceBookTests.filled(kind)
        let strict = OldPriceBookTests.document.replacing("unknown_model: record", with: "unknown_model: refuse")
        let engine = try await OldPriceBookTests.engine(store, clock)
        #expect(try await amount(engine, OldPriceBookTests.usage("nobody-has-it", on: 2)) == "0")
        #expect(try await amount(engine, OldPriceBookTests.usage("only-2", on: 2)) == "2")
        // What was recorded without a price is rated by the first later book that has one.
        let line = try await engine.submit(
            Command(account: ada, intent: .track(OldPriceBookTests.usage("only-8", on: 2)))
        ).entry?.entry
        let rated = try await engine.submit(
            Command(account: ada, intent: .rateLater(try #require(line?.id))))
        #expect(rated.entry?.entry.rating?.amount == Credits("8"))
        #expect(engine.catalogs.bookCount <= 5)
        _ = try await engine.applyCatalog(document: strict)
        await #expect(throws: Rejection.self) {
            try await engine.rate(OldPriceBookTests.usage("nobody-has-it", on: 13))
        }
        try await store.close()
    }

    @Test("A hold that was placed under an old book is captured with what it cost then", arguments: StoreKind.allCases)
    func capture(kind: StoreKind) async throws {
        let (store, clock) = try await OldPriceBookTests.filled(kind)
        let engine = try await OldPriceBookTests.engine(store, clock)
        let placed = try await engine.submit(
            Command(account: ada, intent: .hold(OldPriceBookTests.usage(on: 5), seconds: 60)))
        #expect(placed.entry?.entry.rating?.amount == Credits("5"))
        let order = CaptureOrder(amount: Credits("2"), usage: OldPriceBookTests.usage(on: 10))
        let captured = try await engine.submit(
            Command(account: ada, intent: .capture(try #require(placed.hold?.id), order)))
        #expect(captured.entry?.entry.rating?.cost == Dollars("10"))
        try await store.close()
    }

    @Test("A damaged old book refuses only what needs it", arguments: [StoreKind.sqlite])
    func damaged(kind: StoreKind) async throws {
        let path = StoreKind.temporaryPath()
        let store = try await kind.make(path: path)
        let clock = FixedClock(OldPriceBookTests.start)
        let first = try await OldPriceBookTests.engine(store, clock)
        _ = try await first.applyCatalog(document: OldPriceBookTests.document)
        _ = try await first.put(account: ada, change: AccountChange())
        for day in 1...6 {
            _ = try await first.importPrices(OldPriceBookTests.book(day))
            clock.advance(seconds: 86_400)
        }
        try await store.close()
        _ = try SQLiteShell.run(
            "UPDATE price_books SET document = replace(document, '\"2\"', '\"1\"') WHERE date = '2026-01-02';", in: path
        )
        let opened = try await kind.make(path: path)
        let engine = try await OldPriceBookTests.engine(opened, clock)
        #expect(engine.catalogs.damages.isEmpty)
        #expect(try await amount(engine, OldPriceBookTests.usage(on: 1)) == "1")
        for _ in 1...2 {
            await #expect(throws: Rejection.priceBookDamaged(version: 3)) {
                try await self.amount(engine, OldPriceBookTests.usage(on: 2))
            }
            await #expect(throws: Rejection.priceBookDamaged(version: 3)) {
                try await engine.rate(OldPriceBookTests.usage(on: 2))
            }
        }
        #expect(try await amount(engine, OldPriceBookTests.usage(on: 3)) == "3")
        #expect(engine.catalogs.damages == ["the price book of version 3 of the catalog"])
        #expect(try await !engine.verify().isClean)
        try await opened.close()
    }
}
