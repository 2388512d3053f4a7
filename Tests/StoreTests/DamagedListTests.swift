import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

/// One damaged row is left out of lists, which name it; what must not miss a row fails, as before.
@Suite("Damaged rows of lists", .heavy, .timeLimit(.minutes(15)))
struct DamagedListTests {
    /// An engine over a database of which one row of each list is damaged, and a way to run SQL in it.
    private struct Scene {
        let engine: Engine
        let sql: (String) throws -> Void
        /// Bytes as a literal.
        let bytes: (String) -> String

        init(_ kind: StoreKind) async throws {
            let store: any LedgerStore
            if kind == .postgres {
                let name = try await PostgresDatabases.shared.make()
                let cluster = try PostgresCluster.shared.get()
                store = try await PostgresLedgerStore(
                    address: cluster.address(of: name), laneCount: 1, readerCount: 1)
                sql = { _ = try cluster.run(sql: "SET search_path = scrip; \($0)", in: name) }
                bytes = { "'\\x\($0)'" }
            } else {
                let path = StoreKind.temporaryPath()
                store = try SQLiteLedgerStore(path: path)
                sql = { _ = try SQLiteShell.run($0, in: path) }
                bytes = { "x'\($0)'" }
            }
            let clock = FixedClock(DamageScene.now)
            engine = try await DamageScene.engine(store, clock)
            for version in 1...3 {
                let document = """
                    credit_types: [{id: credits, name: "Credits \(version)"}]
                    default_plan: free
                    plans: [{id: free, name: Free}]
                    """
                _ = try await engine.applyCatalog(document: document)
            }
            for number in 1...5 {
                clock.advance(seconds: 1)
                _ = try await engine.put(account: AccountID(unchecked: "a\(number)"), change: AccountChange())
                _ = try await engine.createKey(name: "key \(number)")
                let failure = TrackingFailure(
                    id: "tf_\(number)", reason: "unknown_action", detail: "x", eventID: "e", account: "a1",
                    format: .plain, event: "{}", at: clock.now())
                try await engine.keep([failure])
                let subject = Denial.Subject(
                    account: AccountID(unchecked: "a1"), user: nil, action: nil, operation: .charge, reason: "x",
                    creditType: nil)
                let denial = Denial(
                    id: "dn_\(number)", subject: subject, count: 1, firstAt: clock.now(), lastAt: clock.now())
                try await store.write { try $0.add([denial]) }
                _ = try await engine.rotateSigningKey()
            }
        }
    }

    private static let latest = "9223372036854775807"

    @Test("Keys, those that sign, too", arguments: [StoreKind.sqlite, .postgres])
    func keys(kind: StoreKind) async throws {
        let scene = try await Scene(kind)
        let all = try await scene.engine.apiKeyList().keys.map(\.id)
        try scene.sql("UPDATE api_keys SET digest = \(scene.bytes("0102")) WHERE id = '\(all[1])'")
        let list = try await scene.engine.apiKeyList()
        #expect(list.keys.map(\.id) == all.filter { $0 != all[1] } && list.damaged == [all[1]])
        await #expect(throws: StoreError.self) { try await scene.engine.store.read { try $0.apiKeys() } }
        // Nobody gets in with a damaged key, so that it manages nothing either.
        for id in all[2...4] { _ = try await scene.engine.revokeKey(id) }
        await #expect(throws: KeyChangeRefusal.lastManager) {
            try await scene.engine.revokeKey(all[0], isLastAllowed: false)
        }
        let signing = try await scene.engine.signingKeyList().keys.map(\.id)
        try scene.sql("UPDATE signing_keys SET created_at = \(Self.latest) WHERE id = '\(signing[0])'")
        let rest = try await scene.engine.signingKeyList()
        #expect(rest.keys.map(\.id) == Array(signing.dropFirst()) && rest.damaged == [signing[0]])
        #expect(try await scene.engine.retireSigningKey(signing[1])?.id == signing[1])
        await #expect(throws: StoreError.self) { try await scene.engine.store.read { try $0.signingKeys() } }
        // Tokens are signed and believed as before by the other keys, and another takes over.
        #expect(try await scene.engine.rotateSigningKey().id != signing[0])
        #expect(try await scene.engine.signingKey(signing[4])?.id == signing[4])
        let tables = Set(try await scene.engine.verify().findings.compactMap(\.table))
        #expect(tables.isSuperset(of: ["api_keys", "signing_keys"]), "\(tables)")
        try await scene.engine.store.close()
    }

    @Test(
        "Denials, tracking failures and audit records, whose pages are as long as ever",
        arguments: [StoreKind.sqlite, .postgres])
    func pages(kind: StoreKind) async throws {
        let scene = try await Scene(kind)
        try scene.sql("UPDATE denials SET operation = 'dance' WHERE id IN ('dn_4', 'dn_2')")
        let denials = try await scene.engine.denialPage(DenialQuery(limit: 3))
        #expect(denials.denials.map(\.id) == ["dn_5", "dn_3", "dn_1"] && denials.damaged == ["dn_4", "dn_2"])
        await #expect(throws: StoreError.self) { try await scene.engine.store.read { try $0.denials(DenialQuery()) } }
        try scene.sql("UPDATE tracking_failures SET format = 'x' WHERE id = 'tf_4'")
        let failures = try await scene.engine.trackingFailurePage(TrackingFailureQuery(limit: 2))
        #expect(failures.failures.map(\.id) == ["tf_5", "tf_3"] && failures.damaged == ["tf_4"])
        await #expect(throws: StoreError.self) {
            try await scene.engine.store.read { try $0.trackingFailures(TrackingFailureQuery()) }
        }
        await #expect(throws: StoreError.self) {
            try await scene.engine.store.read { try $0.trackingFailures(after: 0, limit: 9) }
        }
        let query = AuditQuery(limit: 4)
        let before = try await scene.engine.auditPage(AuditQuery(limit: 5)).lines.map(\.digest)
        let second = try await scene.engine.store.read { try $0.auditRecords(AuditQuery(limit: 2)) }[1].place
        let place = "chain = '\(second.chain.name)' AND seq = \(second.seq)"
        try scene.sql("UPDATE audit_records SET body = \(scene.bytes("7b")) WHERE \(place)")
        let records = try await scene.engine.auditPage(query)
        #expect(records.lines.map(\.digest) == [before[0]] + before[2...4])
        #expect(records.damaged == ["\(second.chain.name)#\(second.seq)"])
        #expect(try await !scene.engine.verifyAudit().isClean)
        let tables = Set(try await scene.engine.verify().findings.compactMap(\.table))
        #expect(tables.contains("tracking_failures"), "\(tables)")
        try await scene.engine.store.close()
    }

    @Test(
        "Versions of the catalog, whose documents are not read, and accounts", arguments: [StoreKind.sqlite, .postgres])
    func versions(kind: StoreKind) async throws {
        let scene = try await Scene(kind)
        try scene.sql("UPDATE catalogs SET effective_at = \(Self.latest) WHERE version = 2")
        let page = try await scene.engine.catalogOutlines(limit: 2)
        #expect(page.versions.map(\.version) == [3, 1] && page.damaged == ["2"])
        #expect(try await scene.engine.catalogOutlines(before: 2, limit: 2).versions.map(\.version) == [1])
        try scene.sql("UPDATE accounts SET state = \(scene.bytes("7b")) WHERE account_id = 'a2'")
        let accounts = try await scene.engine.accountPage(limit: 3)
        #expect(accounts.accounts.map(\.state.id.rawValue) == ["a1", "a3", "a4"] && accounts.damaged == ["a2"])
        // Without the column of documents, whoever asks for one fails.
        try scene.sql("ALTER TABLE catalogs RENAME COLUMN document TO elsewhere")
        #expect(try await scene.engine.catalogOutlines(limit: 2).versions.map(\.version) == [3, 1])
        await #expect(throws: (any Error).self) { try await scene.engine.catalogVersion(1) }
        try await scene.engine.store.close()
    }

    @Test("A purchase at a moment that is none, too", arguments: [StoreKind.sqlite, .postgres])
    func purchases(kind: StoreKind) async throws {
        let scene = try await Scene(kind)
        let document = """
            credit_types: [{id: credits, name: Credits}]
            default_plan: free
            plans: [{id: free, name: Free}]
            packs: [{id: small, credit_type: credits, credits: "10", price: {minor_units: 100, currency: usd}}]
            """
        _ = try await scene.engine.applyCatalog(document: document)
        var ids: [String] = []
        for number in 1...2 {
            let account = AccountID(unchecked: "a\(number)")
            ids.append(try await scene.engine.createPurchase(of: "small", for: account, provider: "manual").id)
        }
        try scene.sql("UPDATE purchases SET created_at = \(Self.latest) WHERE purchase_id = '\(ids[0])'")
        let page = try await scene.engine.purchasePage(PurchaseQuery(limit: 1))
        #expect(page.purchases.map(\.id) == [ids[1]] && page.damaged == [ids[0]])
        await #expect(throws: StoreError.self) {
            try await scene.engine.store.read { try $0.purchases(PurchaseQuery()) }
        }
        try await scene.engine.store.close()
    }
}
