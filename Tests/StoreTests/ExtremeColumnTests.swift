import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// A broken file may hold any number in any row: whatever it is, the process lives, and answers or says what is damaged.
@Suite("Extreme numbers in rows", .serialized, .heavy, .timeLimit(.minutes(30)))
struct ExtremeColumnTests {
    private static let numbers = [Int64.min, -1, .max]

    @Test(arguments: [StoreKind.sqlite, .postgres])
    func `no number in any row stops the process`(kind: StoreKind) async throws {
        let place = try await kind == .sqlite ? EditedColumnTests.sqlite() : EditedColumnTests.postgres()
        let columns = try place.sql(place.columns).split(separator: "\n").map(String.init)
        var tried = 0
        for column in columns {
            let words = column.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2, ["integer", "bigint", "numeric"].contains(words[1]) else { continue }
            let (table, name) = (String(words[0].prefix { $0 != "." }), String(words[0].drop { $0 != "." }.dropFirst()))
            // The number of the schema's version, which others than Scrip read, too.
            if table == "sqlite_sequence" { continue }
            if try place.sql("SELECT count(*) FROM \(table);").hasPrefix("0") { continue }
            // A value that the schema itself refuses cannot be put there.
            let row = kind == .sqlite ? "rowid = (SELECT max(rowid)" : "ctid = (SELECT max(ctid)"
            for number in ExtremeColumnTests.numbers {
                let copy = try place.copy()
                let change = "UPDATE \(table) SET \(name) = \(number) WHERE \(row) FROM \(table));"
                guard (try? copy.sql(change)) != nil else { continue }
                tried += 1
                await ExtremeColumnTests.use(copy)
            }
        }
        #expect(tried > 80, "\(kind): \(tried)")
    }

    /// Does what servers and commands do with a database. Whether it works is not asked here: that it is answered is.
    private static func use(_ place: EditedColumnTests.Place) async {
        guard let store = try? await place.open() else { return }
        if let engine = try? await DamageScene.engine(store) {
            _ = try? await engine.verify()
            _ = try? await engine.accounts()
            for account in DamageScene.accounts {
                _ = try? await engine.account(account)
                _ = try? await engine.page(EntryQuery(account: account, limit: 20))
                _ = try? await engine.submit(Command(account: account, intent: .charge(DamageScene.usage("click"))))
                _ = try? await engine.billingProfile(of: account)
            }
            let keys = (try? await engine.apiKeys()) ?? []
            let denials = (try? await engine.denials(DenialQuery(limit: 20))) ?? []
            let failures = (try? await engine.trackingFailures(TrackingFailureQuery())) ?? []
            let purchases = (try? await engine.purchases(PurchaseQuery(limit: 20))) ?? []
            let times =
                keys.map(\.createdAt) + denials.map(\.firstAt) + failures.map(\.receivedAt) + purchases.map(\.createdAt)
            for time in times { _ = CivilTime(time) }
            _ = try? await engine.auditRecords(AuditQuery(limit: 20))
            _ = try? await engine.signingKey()
            _ = try? await Sweeper(engine: engine).sweep()
        }
        try? await store.close()
    }
}
