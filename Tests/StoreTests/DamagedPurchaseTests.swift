import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

/// A purchase that cannot be read is set aside, and the lists that hold it give the others.
@Suite("Damaged purchases", .heavy, .timeLimit(.minutes(15)))
struct DamagedPurchaseTests {
    private static let ada = AccountID(unchecked: "ada")
    private static let document = """
        credit_types: [{id: credits, name: Credits}]
        default_plan: free
        plans: [{id: free, name: Free}]
        packs: [{id: small, credit_type: credits, credits: "10", price: {minor_units: 100, currency: usd}}]
        """

    /// Four purchases that are due, of which the second newest is damaged by SQL.
    private static func engine(_ kind: StoreKind) async throws -> (engine: Engine, ids: [String]) {
        let path = StoreKind.temporaryPath()
        let name = kind == .postgres ? try await PostgresDatabases.shared.make() : ""
        func open() async throws -> any LedgerStore {
            if kind != .postgres { return try SQLiteLedgerStore(path: path) }
            let address = try PostgresCluster.shared.get().address(of: name)
            return try await PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1)
        }
        let clock = FixedClock(DamageScene.now)
        let store = try await open()
        let made = try await DamageScene.engine(store, clock)
        _ = try await made.applyCatalog(document: document)
        _ = try await made.put(account: ada, change: AccountChange())
        var ids: [String] = []
        for _ in 0..<4 {
            clock.advance(seconds: 1)
            var purchase = try await made.createPurchase(of: "small", for: ada, provider: "manual")
            purchase.nextAttemptAt = clock.now()
            let due = purchase
            try await made.store.write { try $0.save(due) }
            ids.insert(purchase.id, at: 0)
        }
        for account in ["ada", "bob", "eve"].map({ AccountID(unchecked: $0) }) {
            var profile = BillingProfile(account: account)
            profile.topUp = .init(threshold: Credits(nanocredits: 1), pack: "small", monthlyCapMinorUnits: 100)
            let tied = profile
            try await made.store.write { try $0.save(tied) }
        }
        try await store.close()
        let sql = """
            UPDATE purchases SET body = '{' WHERE purchase_id = '\(ids[1])';
            UPDATE billing_profiles SET body = '{' WHERE account_id = 'bob';
            """
        if kind == .postgres {
            _ = try PostgresCluster.shared.get().run(sql: "SET search_path = scrip; \(sql)", in: name)
        } else {
            _ = try SQLiteShell.run(sql, in: path)
        }
        return (try await DamageScene.engine(try await open(), clock), ids)
    }

    @Test("Lists set it aside and are as long as ever; what is due goes on", arguments: [StoreKind.sqlite, .postgres])
    func lists(kind: StoreKind) async throws {
        let (engine, ids) = try await Self.engine(kind)
        let page = try await engine.purchasePage(PurchaseQuery(account: Self.ada, limit: 3))
        #expect(page.purchases.map(\.id) == [ids[0], ids[2], ids[3]] && page.damaged == [ids[1]])
        #expect(try await engine.purchases(PurchaseQuery(limit: 2)).map(\.id) == [ids[0], ids[2]])
        var taken: [String] = []
        while let purchase = try await engine.takeTopUp() { taken.append(purchase.id) }
        #expect(Set(taken) == [ids[0], ids[2], ids[3]])
        let profiles = try await engine.store.read { try $0.billingProfilesWithTopUp(after: nil, limit: 2) }
        #expect(profiles.map(\.account.rawValue) == ["ada", "eve"])
        await #expect(throws: (any Error).self) { try await engine.purchase(ids[1]) }
        let tables = Set(try await engine.verify().findings.compactMap(\.table))
        #expect(tables.isSuperset(of: ["purchases", "billing_profiles"]))
        try await engine.store.close()
    }
}
