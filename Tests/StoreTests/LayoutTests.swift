import Foundation
import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Testing

/// What the SQLite store writes later must make no difference to anybody.
@Suite("On SQLite, what is written later is missed by nobody", .heavy, .timeLimit(.minutes(15)))
struct LayoutTests {
    private let chat = Usage(action: ActionID(unchecked: "chat"))

    /// An engine on a file whose journals run ahead of its tables by so many lines.
    private func fixture(_ path: String, window: Int) async throws -> Fixture {
        try await Fixture(SQLiteLedgerStore(path: path, window: window))
    }

    @Test("A file that was never closed is opened with every line, key and balance", arguments: [0, 7, 1_000])
    func notClosed(window: Int) async throws {
        let path = StoreKind.temporaryPath()
        let abandoned = try await fixture(path, window: window)
        for id in ["a", "b", "c"] { try await abandoned.open(id, plan: "pro") }
        for number in 0..<90 {
            _ = try await abandoned.submit(["a", "b", "a"][number % 3], .charge(chat), key: "k\(number)")
        }
        let opened = try await fixture(path, window: window)
        #expect(try await opened.available("a") == "40")
        #expect(try await opened.available("b") == "70")
        #expect(try await opened.available("c") == "100")
        for number in [0, 45, 89] {
            let again = try await opened.submit(["a", "b", "a"][number % 3], .charge(chat), key: "k\(number)")
            #expect(again.isRepeat)
        }
        #expect(try await opened.engine.verify().isClean)
        let lines = try await opened.engine.entries(EntryQuery(account: AccountID(unchecked: "a"), limit: 500))
        #expect(lines.map(\.entry.seq) == Array((1...Int64(lines.count)).reversed()))
    }

    @Test("Processes with different windows write in turn and agree")
    func differentWindows() async throws {
        let path = StoreKind.temporaryPath()
        let wide = try await fixture(path, window: 1_000)
        let narrow = try await fixture(path, window: 2)
        try await wide.open("a", plan: "pro")
        for number in 0..<40 {
            let turn = number % 2 == 0 ? wide : narrow
            _ = try await turn.submit("a", .charge(chat), key: "k\(number)")
        }
        for fixture in [wide, narrow] {
            #expect(try await fixture.available("a") == "60")
            #expect(try await fixture.submit("a", .charge(chat), key: "k0").isRepeat)
            #expect(try await fixture.submit("a", .charge(chat), key: "k39").isRepeat)
            #expect(try await fixture.engine.verify().isClean)
        }
        try await narrow.engine.store.close()
        #expect(try await wide.available("a") == "60")
        _ = try await wide.submit("a", .charge(chat))
        try await wide.engine.store.close()
        let opened = try await fixture(path, window: 5)
        #expect(try await opened.available("a") == "59")
        #expect(try await opened.engine.verify().isClean)
    }

    @Test("A reader keeps its picture while lines are written and settled")
    func longReader() async throws {
        let path = StoreKind.temporaryPath()
        let writer = try await fixture(path, window: 3)
        try await writer.open("a", plan: "pro")
        _ = try await writer.submit("a", .charge(chat))
        let id = AccountID(unchecked: "a")
        let store = writer.engine.store
        let seen = try await withThrowingTaskGroup(of: [Int64].self) { group in
            group.addTask {
                try await store.read { reading in
                    var seen: [Int64] = []
                    for _ in 0..<200 { seen.append(try reading.account(id)?.state.seq ?? 0) }
                    return seen
                }
            }
            for _ in 0..<60 { _ = try await writer.submit("a", .charge(chat)) }
            return try await group.next() ?? []
        }
        #expect(Set(seen).count == 1)
    }

    @Test("A transaction that fails is forgotten wholly")
    func failedTransaction() async throws {
        struct Stop: Error {}
        let writer = try await fixture(StoreKind.temporaryPath(), window: 4)
        try await writer.open("a", plan: "pro")
        for number in 0..<10 { _ = try await writer.submit("a", .charge(chat), key: "k\(number)") }
        let stored = try await writer.engine.store.read { try $0.account(AccountID(unchecked: "a")) }
        let state = try #require(stored?.state)
        await #expect(throws: Stop.self) {
            try await writer.engine.store.write { writing in
                var changed = state
                let context = DecisionContext(now: changed.lastRecordedAt, catalogs: CatalogHistory([]))
                let decision = try changed.decide(
                    Command(account: changed.id, intent: .putAccount(AccountChange())), context: context)
                try writing.save([AccountUpdate(state: changed, entries: decision.entries)])
                throw Stop()
            }
        }
        #expect(try await writer.submit("a", .charge(chat), key: "k9").isRepeat)
        _ = try await writer.submit("a", .charge(chat), key: "k10")
        #expect(try await writer.available("a") == "89")
        #expect(try await writer.engine.verify().isClean)
    }
}
