import Testing
import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting

/// The stores that must all behave the same.
enum StoreKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case sqlite
    /// The same, but with so small a window that rows and keys are written while a test runs.
    case sqliteNarrow
    case postgres

    var testDescription: String { rawValue }

    func make(path: String = StoreKind.temporaryPath()) async throws -> any LedgerStore {
        switch self {
        case .memory: MemoryLedgerStore()
        case .sqlite: try SQLiteLedgerStore(path: path)
        case .sqliteNarrow: try SQLiteLedgerStore(path: path, window: 7)
        case .postgres: try await PostgresDatabases.shared.store()
        }
    }

    static func temporaryPath() -> String { TemporaryFolder.newFile() }
}

/// An engine over a fresh store with a clock that shows what it is told.
struct Fixture: Sendable {
    let engine: Engine
    let clock: FixedClock

    init(_ kind: StoreKind, path: String = StoreKind.temporaryPath(), at time: String = "2026-01-31") async throws {
        try await self.init(await kind.make(path: path), at: time)
    }

    init(_ store: any LedgerStore, at time: String = "2026-01-31") async throws {
        clock = FixedClock(Fixture.day(time))
        engine = try await Engine(
            store: store, clock: clock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        _ = try await engine.applyCatalog(document: Fixture.catalog)
    }

    static func day(_ text: String) -> Timestamp {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        return CivilTime(year: parts[0], month: parts[1], day: parts[2], microsecondOfDay: 0).asUTC
    }

    func open(_ id: String, plan: String? = nil) async throws {
        var change = AccountChange()
        change.plan = plan.map { PlanID(unchecked: $0) }
        _ = try await engine.put(account: AccountID(unchecked: id), change: change)
    }

    func submit(_ id: String, _ intent: Intent, key: String? = nil) async throws -> Outcome {
        var origin = Origin(actor: "test")
        origin.idempotencyKey = key.map { IdempotencyKey(unchecked: $0) }
        origin.requestHash = key.map { _ in Hash(of: Array("\(intent)".utf8)) }
        return try await engine.submit(Command(account: AccountID(unchecked: id), intent: intent, origin: origin))
    }

    func available(_ id: String) async throws -> String {
        let state = try await engine.account(AccountID(unchecked: id)).state
        return state.standing(of: CreditTypeID(unchecked: "credits")).available.description
    }

    static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
        default_plan: free
        plans:
          - {id: none, name: None}
          - {id: free, name: Free, allowances: [{credit_type: credits, amount: "5", every: month}], actions: [chat, summarize]}
          - {id: pro, name: Pro, allowances: [{credit_type: credits, amount: "100", every: month}]}
          - {id: saver, name: Saver, allowances: [{credit_type: credits, amount: "10", every: month, rollover: "4"}]}
          - {id: weekly, name: Weekly, allowances: [{credit_type: credits, amount: "7", every: {days: 7}}]}
          - {id: endless, name: Endless, allowances: [{credit_type: credits, amount: unlimited}]}
          - {id: postpaid, name: Postpaid, overage: {limit: "10"}}
        actions:
          - {id: chat, credit_type: credits, rate: {fixed: "1"}}
          - {id: video, credit_type: credits, rate: {fixed: "3"}}
          - {id: summarize, credit_type: credits, rate: {per_tokens: {tokens: 2000, credits: "1"}}}
          - {id: compute, credit_type: credits, rate: {compute: {usd: "0.0004", markup: "1.5"}}}
          - {id: seconds, credit_type: credits, rate: {per_unit: {dimension: seconds, credits: "0.01"}}}
        """
}
