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
        origin.requestDigest = key.map { _ in Digest(of: Array("\(intent)".utf8)) }
        return try await engine.submit(Command(account: AccountID(unchecked: id), intent: intent, origin: origin))
    }

    func available(_ id: String) async throws -> String {
        let state = try await engine.account(AccountID(unchecked: id)).state
        return state.balance(of: CreditTypeID(unchecked: "credits")).available.description
    }

    static let catalog = Scenario.catalog
}

extension Fixture {
    /// Opens accounts until the disk is full, which the store must say.
    func openUntilFull() async throws {
        var failure: StoreError?
        for number in 0..<2_000 where failure == nil {
            do { try await open("account \(number)") } catch let error as StoreError { failure = error }
        }
        #expect(failure?.code == .full, "\(String(describing: failure))")
    }
}
