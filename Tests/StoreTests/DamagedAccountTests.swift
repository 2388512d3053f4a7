import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

/// An account that cannot be read is set aside, and all others work.
@Suite(.timeLimit(.minutes(15))) struct DamagedAccountTests {
    private static let credits = CreditTypeID(unchecked: "credits")

    private static func grant(_ account: String) -> Command {
        let order = GrantOrder(creditType: credits, amount: Credits(nanocredits: 1), source: .bonus)
        return Command(account: AccountID(unchecked: account), intent: .grant(order), origin: Origin())
    }

    private static func accounts() -> [String] { (0..<8).map { "a\($0)" } }

    /// Fills a database, damages one account in it from outside, and opens it again.
    private static func engine(_ kind: StoreKind, _ clock: FixedClock) async throws -> Engine {
        let path = StoreKind.temporaryPath()
        let name = kind == .postgres ? try await PostgresDatabases.shared.make() : ""
        func open() async throws -> any LedgerStore {
            if kind != .postgres { return try SQLiteLedgerStore(path: path) }
            let address = try PostgresCluster.shared.get().address(of: name)
            return try await PostgresLedgerStore(address: address, laneCount: 3, readerCount: 2)
        }
        let store = try await open()
        let fixture = try await Fixture(store)
        for account in accounts() { try await fixture.open(account, plan: "free") }
        try await store.close()
        if kind == .postgres {
            _ = try PostgresCluster.shared.get().run(sql: damage("'\\x00'", "scrip.accounts"), in: name)
        } else {
            let change = ["-bail", path, damage("x'00'", "accounts")]
            #expect(try ChildProcess("sqlite3", change).wait() == 0)
        }
        let again = try await open()
        return try await Engine(
            store: again, clock: clock, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private static func damage(_ bytes: String, _ table: String) -> String {
        "UPDATE \(table) SET state = \(bytes) WHERE account_id = 'a3'"
    }

    @Test("Commands, sweeps and reports go on without it", arguments: [StoreKind.sqlite, .postgres])
    func others(kind: StoreKind) async throws {
        let clock = FixedClock(Fixture.day("2026-02-01"))
        let engine = try await DamagedAccountTests.engine(kind, clock)
        let damaged = AccountID(unchecked: "a3")
        // Twice: the first batch finds the damage, the second one knows of it.
        for _ in 0..<2 {
            let results = await engine.submit(DamagedAccountTests.accounts().map { DamagedAccountTests.grant($0) })
            for (account, result) in zip(DamagedAccountTests.accounts(), results) {
                switch result {
                case .success: #expect(account != "a3")
                case .failure(let error):
                    #expect(error as? EngineError == .accountDamaged(damaged), "\(account): \(error)")
                }
            }
        }
        #expect(engine.damagedAccounts.sample(limit: 9) == [damaged])
        await #expect(throws: EngineError.accountDamaged(damaged)) { try await engine.account(damaged) }
        #expect(try await engine.accounts(limit: 50).map(\.state.id.rawValue).contains("a3") == false)
        #expect(try await engine.accounts(limit: 7).count == 7)
        clock.advance(seconds: 40 * 86_400)
        #expect(try await Sweeper(engine: engine).sweep() == 7)
        _ = try await engine.submit(
            Command(
                account: AccountID(unchecked: "a1"),
                intent: .charge(Usage(action: ActionID(unchecked: "chat"))), origin: Origin()))
        let report = try await engine.usageTotals(from: .min, through: .max)
        #expect(report.topAccounts.map(\.account.rawValue) == ["a1"])
        let verification = try await engine.verify()
        #expect(verification.differences.contains { $0.account == damaged })
        try await engine.store.close()
    }
}
