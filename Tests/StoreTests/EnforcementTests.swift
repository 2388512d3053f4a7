import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Refusals that are only noted: for everything, for an account, or for an action.
@Suite("Observing instead of refusing", .timeLimit(.minutes(15)))
struct EnforcementTests {
    private static let document = """
        credit_types: [{id: credits}]
        default_plan: free
        plans: [{id: free, allowances: [{credit_type: credits, amount: "2"}], actions: [chat, draw]}]
        actions:
          - {id: chat, credit_type: credits, rate: {fixed: "3"}}
          - {id: draw, credit_type: credits, rate: {fixed: "3"}, enforcement: observe}
          - {id: video, credit_type: credits, rate: {fixed: "1"}}
        """
    private let ada = AccountID(unchecked: "ada")

    private func engine(
        _ store: any LedgerStore, _ enforcement: AccountSettings.Enforcement
    ) async throws -> Engine {
        let engine = try await Engine(
            store: store, clock: FixedClock(Fixture.day("2026-01-31")),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), enforcement: enforcement)
        _ = try await engine.applyCatalog(document: EnforcementTests.document)
        _ = try await engine.put(account: ada, change: AccountChange())
        return engine
    }

    private func usage(_ action: String) -> Usage { Usage(action: ActionID(unchecked: action)) }

    @Test("The global switch blocks nothing, and says what it would have blocked", arguments: StoreKind.allCases)
    func global(kind: StoreKind) async throws {
        let engine = try await engine(kind.make(), .observe)
        for (action, code) in [("chat", "insufficient_credits"), ("video", "not_entitled")] {
            for intent in [Intent.charge(usage(action)), .hold(usage(action), seconds: 60)] {
                let outcome = try await engine.submit(Command(account: ada, intent: intent))
                #expect(outcome.wouldDeny?.code == code && outcome.isObserved, "\(intent)")
                #expect(outcome.entry?.entry.wouldDeny == code)
            }
            let check = try await engine.check(usage(action), account: ada)
            #expect(check.isAllowed && check.refusal?.code == code)
        }
        #expect(try await engine.verify().isClean)
        try await engine.store.close()
    }

    @Test("The switch is the process's own: another one over the same database refuses", arguments: StoreKind.allCases)
    func another(kind: StoreKind) async throws {
        let store = try await kind.make()
        _ = try await engine(store, .observe)
        let enforcing = try await engine(store, .enforce)
        await #expect(throws: Rejection.self) {
            try await enforcing.submit(Command(account: self.ada, intent: .charge(self.usage("chat"))))
        }
        try await store.close()
    }

    @Test("An action may be observed by the catalog, while the others are refused", arguments: StoreKind.allCases)
    func action(kind: StoreKind) async throws {
        let engine = try await engine(kind.make(), .enforce)
        let drawn = try await engine.submit(Command(account: ada, intent: .charge(usage("draw"))))
        #expect(drawn.wouldDeny?.code == "insufficient_credits" && drawn.isObserved)
        #expect(try await engine.check(usage("draw"), account: ada).isAllowed)
        await #expect(throws: Rejection.self) {
            try await engine.submit(Command(account: self.ada, intent: .charge(self.usage("chat"))))
        }
        #expect(try await !engine.check(usage("chat"), account: ada).isAllowed)
        let strict = EnforcementTests.document.replacing(", enforcement: observe", with: "")
        let applied = try await engine.applyCatalog(document: strict)
        #expect(applied.diff.lines == ["~ action draw: enforcement observe → enforce"])
        await #expect(throws: Rejection.self) {
            try await engine.submit(Command(account: self.ada, intent: .charge(self.usage("draw"))))
        }
        try await engine.store.close()
    }

    @Test("Another word for it in a catalog is refused")
    func word() {
        #expect(throws: CatalogProblem.self) {
            try CatalogDocument.parse(EnforcementTests.document.replacing("observe", with: "ignore"))
        }
    }

    @Test("A suspended account is refused all the same")
    func suspended() async throws {
        let engine = try await engine(MemoryLedgerStore(), .observe)
        var change = AccountChange()
        change.isSuspended = true
        _ = try await engine.put(account: ada, change: change)
        await #expect(throws: Rejection.accountSuspended(ada)) {
            try await engine.submit(Command(account: self.ada, intent: .charge(self.usage("chat"))))
        }
    }
}
