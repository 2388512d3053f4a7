import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct FirstSightTests {
    /// Lets ten requests of each of some users arrive together, at one instance or at several in turn.
    private static func arrive(_ ids: [AccountID], at instances: [Fixture]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<10 {
                for (index, id) in ids.enumerated() {
                    let engine = instances[(round + index) % instances.count].engine
                    group.addTask {
                        try await engine.openOnFirstSight(id, kind: .organization, origin: Origin(actor: "user:ada"))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Expects one account each, with one opening, one audit record and one allowance.
    private static func expectOpenedOnce(_ ids: [AccountID], in fixture: Fixture) async throws {
        for id in ids {
            let account = try await fixture.engine.account(id)
            #expect(account.state.settings.kind == .organization)
            let lines = try await fixture.engine.store.read { try $0.entries(of: id, after: 0, limit: 100) }
            let kinds = lines.map { $0.entry.kind }
            #expect(kinds == [.account, .allowance], "\(kinds)")
            #expect(lines.first?.entry.actor == "user:ada")
            #expect(try await fixture.available(id.rawValue) == "5")
        }
        let verification = try await fixture.engine.verify()
        #expect(verification.isClean && verification.accountCount == ids.count)
    }

    private static let ids = (0..<8).map { AccountID(unchecked: "org_\($0)") }

    @Test(arguments: StoreKind.allCases)
    func `an account is opened once, however many requests of its user arrive together`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await FirstSightTests.arrive(FirstSightTests.ids, at: [fixture])
        try await FirstSightTests.expectOpenedOnce(FirstSightTests.ids, in: fixture)
    }

    @Test func `the same holds when they arrive at three instances over one PostgreSQL database`() async throws {
        let address = try await PostgresDatabases.shared.address()
        var instances: [Fixture] = []
        for _ in 0..<3 {
            instances.append(try await Fixture(PostgresLedgerStore(address: address, laneCount: 3, readerCount: 2)))
        }
        try await FirstSightTests.arrive(FirstSightTests.ids, at: instances)
        for fixture in instances { try await FirstSightTests.expectOpenedOnce(FirstSightTests.ids, in: fixture) }
    }

    @Test(arguments: StoreKind.allCases)
    func `what the app says of an account stays when its user arrives at that moment`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                let id = AccountID(unchecked: "a\(number)")
                for _ in 0..<3 {
                    group.addTask {
                        try await fixture.engine.openOnFirstSight(id, kind: .user, origin: Origin(actor: "user:ada"))
                    }
                }
                group.addTask {
                    var change = AccountChange()
                    change.kind = .organization
                    change.plan = PlanID(unchecked: "pro")
                    _ = try await fixture.engine.put(account: id, change: change)
                }
            }
            try await group.waitForAll()
        }
        for number in 0..<50 {
            let state = try await fixture.engine.account(AccountID(unchecked: "a\(number)")).state
            #expect(state.settings.kind == .organization && state.subscription.plan?.rawValue == "pro")
        }
    }
}
