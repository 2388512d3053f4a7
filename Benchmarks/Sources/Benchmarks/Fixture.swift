import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripMetrics
import ScripPrices
import ScripSQLite
import ScripTesting

/// A ledger on a database file of its own.
struct Fixture: Sendable {
    static let catalog = """
        credit_types: [{id: credits}]
        default_plan: endless
        plans: [{id: endless, allowances: [{credit_type: credits, amount: "1000000000"}]}]
        actions: [{id: chat, credit_type: credits, rate: {fixed: "0.000001"}}]
        """

    static func parsedCatalog() throws -> Catalog { try CatalogDocument.parse(catalog) }

    let engine: Engine
    let path: String

    init(accounts: Int, document: String = Fixture.catalog, book: Bool = false) async throws {
        path = TemporaryFolder.newFile()
        // The metrics are kept as `scrip serve` keeps them, so that their cost is measured too.
        let shipped: @Sendable () throws -> PriceBookDocument = { try PriceBookDocument(ShippedPriceBook.bytes) }
        let store = try SQLiteLedgerStore(path: path)
        engine = try await Engine(
            store: store, logger: Logger(label: "bench"), shippedBook: book ? shipped : nil, metrics: MetricsRegistry())
        _ = try await engine.applyCatalog(document: document)
        for start in stride(from: 0, to: accounts, by: 1_000) {
            let opened = await engine.submit(
                (start..<min(start + 1_000, accounts)).map {
                    Command(account: AccountID(unchecked: "u_\($0)"), intent: .putAccount(AccountChange()))
                })
            for result in opened { _ = try result.get() }
        }
    }

    func end() async throws {
        try await engine.store.close()
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A charge, or a usage event, with a random idempotency key.
    static func command(_ account: Int, isTracked: Bool = false) -> Command {
        let usage = Usage(action: ActionID(unchecked: "chat"))
        let key =
            String(UInt64.random(in: 0...UInt64.max), radix: 36) + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        var origin = Origin()
        origin.idempotencyKey = IdempotencyKey(unchecked: key)
        origin.requestDigest = Digest(of: Array(key.utf8))
        return Command(
            account: AccountID(unchecked: "u_\(account)"), intent: isTracked ? .track(usage) : .charge(usage),
            origin: origin
        )
    }
}
