import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

/// What an engine does that meets a damaged version of the catalog or a damaged price book.
@Suite("Damaged catalogs and price books", .timeLimit(.minutes(15)))
struct DamagedCatalogTests {
    private static let ada = AccountID(unchecked: "ada")

    /// A filled database that SQL has changed, opened again.
    private static func engine(_ kind: StoreKind, after sql: String, at moment: Timestamp) async throws -> Engine {
        if kind == .postgres {
            let name = try await PostgresDatabases.shared.make()
            let cluster = try PostgresCluster.shared.get()
            let address = cluster.address(of: name)
            let store = try await PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1)
            try await DamageScene.fill(store)
            try await store.close()
            _ = try cluster.run(sql: "SET search_path = scrip; \(sql)", in: name)
            let opened = try await PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1)
            return try await DamageScene.engine(opened, FixedClock(moment))
        }
        let path = StoreKind.temporaryPath()
        let store = try SQLiteLedgerStore(path: path)
        try await DamageScene.fill(store)
        try await store.close()
        _ = try SQLiteShell.run(sql, in: path)
        return try await DamageScene.engine(SQLiteLedgerStore(path: path), FixedClock(moment))
    }

    private static func charge(_ engine: Engine, _ action: String) async throws -> Outcome {
        try await engine.submit(
            Command(account: ada, intent: .charge(DamageScene.usage(action)), origin: Origin(actor: "test")))
    }

    @Test("A damaged price book prices nothing, and everything else goes on", arguments: [StoreKind.sqlite, .postgres])
    func book(kind: StoreKind) async throws {
        let engine = try await DamagedCatalogTests.engine(
            kind, after: "UPDATE price_books SET document = replace(document, '\"3\"', '\"2\"');", at: DamageScene.now)
        #expect(engine.catalogs.damages.count == 2)
        await #expect(throws: Rejection.priceBookDamaged(version: 2)) {
            try await DamagedCatalogTests.charge(engine, "ask")
        }
        await #expect(throws: Rejection.priceBookDamaged(version: 2)) {
            try await engine.rate(DamageScene.usage("ask"))
        }
        #expect(try await DamagedCatalogTests.charge(engine, "click").entry != nil)
        #expect(try await engine.verify().findings.contains { $0.table == "price_books" && $0.record != nil })
        try await engine.store.close()
    }

    @Test("A damaged version decides nothing, and the others do", arguments: [StoreKind.sqlite, .postgres])
    func version(kind: StoreKind) async throws {
        let change = "UPDATE catalogs SET document = replace(document, '1000', '9000') WHERE version = "
        let engine = try await DamagedCatalogTests.engine(kind, after: change + "2;", at: DamageScene.now)
        #expect(engine.catalogs.damages == ["version 2 of the catalog"])
        for action in ["ask", "click"] {
            await #expect(throws: Rejection.catalogDamaged(version: 2)) {
                try await DamagedCatalogTests.charge(engine, action)
            }
        }
        await #expect(throws: Rejection.catalogDamaged(version: 2)) {
            try await engine.account(DamagedCatalogTests.ada)
        }
        #expect(try await engine.entries(EntryQuery(account: DamagedCatalogTests.ada)).count == 50)
        #expect(try await engine.verify().findings.contains { $0.table == "catalogs" && $0.record == "2" })
        try await engine.store.close()
        // The first version decided long ago, and nothing depends on it any more.
        let other = try await DamagedCatalogTests.engine(kind, after: change + "1;", at: DamageScene.now)
        #expect(try await DamagedCatalogTests.charge(other, "click").entry != nil)
        #expect(try await !other.verify().isClean)
        try await other.store.close()
    }

    @Test("A removed version shows", arguments: [StoreKind.sqlite, .postgres])
    func removed(kind: StoreKind) async throws {
        for version in [1, 2] {
            let engine = try await DamagedCatalogTests.engine(
                kind, after: "DELETE FROM catalogs WHERE version = \(version);", at: DamageScene.now)
            #expect(try await engine.verify().findings.contains { $0.table == "catalogs" })
            try await engine.store.close()
        }
    }

    @Test("A key that was given more scopes opens nothing", arguments: [StoreKind.sqlite, .postgres])
    func key(kind: StoreKind) async throws {
        let path = StoreKind.temporaryPath()
        let store = try await kind.make(path: path)
        let engine = try await DamageScene.engine(store)
        let (key, secret) = try await engine.createKey(name: "app", scopes: [.balanceRead])
        #expect(try await engine.authenticate(secret.text).id == key.id)
        var richer = key
        richer.scopes = ["*"]
        let seal = RecordSeal.apiKey(richer)
        await #expect(throws: StoreError.self) { try await store.read { try $0.require(seal) } }
        try await store.close()
    }
}
