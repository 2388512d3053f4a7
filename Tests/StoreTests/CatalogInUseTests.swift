import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// What a version of the catalog may remove, and what becomes of who uses it.
@Suite("Removing what is in use from the catalog", .timeLimit(.minutes(15)))
struct CatalogInUseTests {
    private static let document = """
        credit_types: [{id: credits}, {id: coins}]
        default_plan: free
        plans:
          - {id: free, allowances: [{credit_type: credits, amount: "5"}]}
          - {id: legacy, allowances: [{credit_type: credits, amount: "50"}, {credit_type: coins, amount: "8"}]}
        actions:
          - {id: chat, credit_type: credits, rate: {fixed: "1"}}
          - {id: talk, credit_type: credits, rate: {per_unit: {dimension: words, credits: "0.5"}}}
          - {id: write, credit_type: credits, rate: {per_unit: {dimension: words, credits: "0.25"}}}
          - {id: spin, credit_type: coins, rate: {fixed: "1"}}
        packs:
          - {id: small, credit_type: credits, credits: "10", price: {minor_units: 100, currency: usd}}
          - {id: large, credit_type: credits, credits: "30", price: {minor_units: 250, currency: usd}}
        """
    private static let withoutPlan = document.replacing(/[ ]{2}- \{id: legacy.*\n/, with: "")
    private static let withoutAction = document.replacing(/[ ]{2}- \{id: talk.*\n/, with: "")
    private static let withoutPack = document.replacing(/[ ]{2}- \{id: small.*\n/, with: "")
    private static let withoutType = document.replacing("{id: coins}", with: "{id: tokens}")
        .replacing("credit_type: coins", with: "credit_type: tokens")
    private let credits = CreditTypeID(unchecked: "credits")

    private func fixture(_ kind: StoreKind) async throws -> Fixture {
        let fixture = try await Fixture(kind)
        _ = try await fixture.engine.applyCatalog(document: CatalogInUseTests.document)
        return fixture
    }

    private func refusal(
        _ fixture: Fixture, _ document: String, isDryRun: Bool = false
    ) async throws -> CatalogInUse? {
        do {
            _ = try await fixture.engine.applyCatalog(document: document, isDryRun: isDryRun)
            return nil
        } catch let refusal as CatalogInUse {
            return refusal
        }
    }

    private func replacing(_ texts: String...) -> [CatalogReplacement] { texts.compactMap { CatalogReplacement($0) } }

    @Test(
        "A plan that accounts are on, are to be on or fall back to is refused with how many",
        arguments: StoreKind.allCases)
    func planInUse(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        for id in ["a", "b"] { try await fixture.open(id, plan: "legacy") }
        for id in ["c", "d"] { try await fixture.open(id) }
        let later = SubscriptionOrder(plan: PlanID(unchecked: "legacy"), when: .periodEnd)
        _ = try await fixture.submit("c", .subscribe(later))
        for isDryRun in [true, false] {
            let refusal = try await refusal(fixture, CatalogInUseTests.withoutPlan, isDryRun: isDryRun)
            #expect(refusal?.uses.map(\.description) == ["plan 'legacy' has 3 accounts"])
            #expect(refusal?.diff.lines.contains("- plan legacy") == true)
        }
        #expect(try await fixture.engine.catalogVersions().count == 2)
        // Nobody uses it any more.
        for id in ["a", "b", "c"] {
            _ = try await fixture.submit(id, .subscribe(SubscriptionOrder(plan: PlanID(unchecked: "free"), when: .now)))
        }
        #expect(try await refusal(fixture, CatalogInUseTests.withoutPlan) == nil)
        try await fixture.engine.store.close()
    }

    @Test("Time alone takes accounts off a plan before they are counted", arguments: StoreKind.allCases)
    func planEnded(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        try await fixture.open("a")
        let end = fixture.clock.now().adding(seconds: 86_400)
        _ = try await fixture.submit("a", .subscribe(SubscriptionOrder(plan: PlanID(unchecked: "legacy"), endsAt: end)))
        #expect(try await refusal(fixture, CatalogInUseTests.withoutPlan)?.uses.first?.count == 1)
        fixture.clock.advance(seconds: 86_400)
        #expect(try await refusal(fixture, CatalogInUseTests.withoutPlan) == nil)
        try await fixture.engine.store.close()
    }

    @Test(
        "Accounts of a replaced plan are on the other one, keep what they used, and the journal says why",
        arguments: StoreKind.allCases)
    func planReplaced(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        try await fixture.open("a", plan: "legacy")
        _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "chat"), quantity: 2)))
        let applied = try await fixture.engine.applyCatalog(
            document: CatalogInUseTests.withoutPlan, replacements: replacing("plan:legacy=free"))
        #expect(applied.replaced.map(\.description) == ["plan 'legacy' has 1 account"])
        #expect(applied.diff.lines.contains("~ plan legacy: replaced by free"))
        #expect(try await fixture.available("a") == "3")
        _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "chat"))))
        let state = try await fixture.engine.account(AccountID(unchecked: "a")).state
        #expect(state.subscription.plan == PlanID(unchecked: "free"))
        let lines = try await fixture.engine.entries(EntryQuery(account: AccountID(unchecked: "a")))
        #expect(lines.contains { $0.entry.kind == .subscription && $0.entry.reason == "catalog changed" })
        // The same document again, and the next one, go on with the replacement.
        #expect(try await fixture.engine.applyCatalog(document: CatalogInUseTests.withoutPlan).isUnchanged)
        _ = try await fixture.engine.applyCatalog(document: CatalogInUseTests.withoutPlan + "\nburn_order: [bonus]")
        #expect(try await fixture.available("a") == "2")
        #expect(try await fixture.engine.verify().isClean)
        try await fixture.engine.store.close()
    }

    @Test(
        "An account whose plan is not in the catalog is refused, and its usage is recorded",
        arguments: StoreKind.allCases)
    func planUnavailable(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        try await fixture.open("a", plan: "legacy")
        // As versions of before could leave it: a version that nobody checked.
        let now = fixture.clock.now()
        try await fixture.engine.store.write { writing in
            try writing.append(
                StoredCatalog(
                    version: 3, effectiveAt: now, recordedAt: now, actor: nil, document: CatalogInUseTests.withoutPlan))
        }
        try await fixture.engine.refreshCatalogs()
        let chat = Usage(action: ActionID(unchecked: "chat"))
        let refused = Rejection.planUnavailable(PlanID(unchecked: "legacy"))
        for intent in [Intent.charge(chat), .hold(chat, seconds: 60)] {
            await #expect(throws: refused) { try await fixture.submit("a", intent) }
        }
        #expect(try await fixture.engine.check(chat, account: AccountID(unchecked: "a")).refusal == refused)
        #expect(try await fixture.submit("a", .track(chat)).wouldDeny == refused)
        // The same document with a replacement mends it.
        let mended = try await fixture.engine.applyCatalog(
            document: CatalogInUseTests.withoutPlan, replacements: replacing("plan:legacy=free"))
        #expect(mended.version == 4 && mended.replaced.first?.count == 1)
        _ = try await fixture.submit("a", .charge(chat))
        #expect(try await fixture.engine.verify().isClean)
        try await fixture.engine.store.close()
    }

    @Test("An action with open holds is refused, and its replacement settles them", arguments: StoreKind.allCases)
    func action(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        try await fixture.open("a", plan: "legacy")
        var usage = Usage(action: ActionID(unchecked: "talk"), counts: ["words": 10])
        let hold = try #require(try await fixture.submit("a", .hold(usage, seconds: 600)).hold?.id)
        #expect(
            try await refusal(fixture, CatalogInUseTests.withoutAction)?.uses.map(\.description)
                == ["action 'talk' has 1 open hold"])
        await #expect(throws: Rejection.self) {
            try await fixture.engine.applyCatalog(
                document: CatalogInUseTests.withoutAction, replacements: self.replacing("action:talk=spin"))
        }
        _ = try await fixture.engine.applyCatalog(
            document: CatalogInUseTests.withoutAction, replacements: replacing("action:talk=write"))
        usage.action = nil
        usage.counts = ["words": 8]
        let captured = try await fixture.submit("a", .capture(hold, CaptureOrder(usage: usage)))
        #expect(captured.entry?.entry.rating?.amount == Credits("2"))
        usage.action = ActionID(unchecked: "talk")
        await #expect(throws: Rejection.unknownAction(ActionID(unchecked: "talk"))) {
            try await fixture.submit("a", .charge(usage))
        }
        try await fixture.engine.store.close()
    }

    @Test(
        "A pack with open purchases or top-ups is refused, and its replacement is bought", arguments: StoreKind.allCases
    )
    func pack(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        try await fixture.open("a")
        let account = AccountID(unchecked: "a")
        _ = try await fixture.engine.createPurchase(of: "small", for: account, provider: "manual")
        let topUp = BillingProfile.TopUp(
            isEnabled: true, threshold: try #require(Credits("100")), pack: "small", monthlyCapMinorUnits: 10_000)
        _ = try await fixture.engine.setTopUp(topUp, of: account)
        let uses = try await refusal(fixture, CatalogInUseTests.withoutPack)?.uses.map(\.description)
        #expect(uses == ["pack 'small' has 1 open purchase", "pack 'small' has 1 top-up"])
        _ = try await fixture.engine.applyCatalog(
            document: CatalogInUseTests.withoutPack, replacements: replacing("pack:small=large"))
        #expect(fixture.engine.catalogInForce.pack("small")?.id == "large")
        try await fixture.engine.store.close()
    }

    @Test(
        "A credit type with balances is refused, and its replacement has them, one for one",
        arguments: StoreKind.allCases)
    func creditType(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        try await fixture.open("a", plan: "legacy")
        try await fixture.open("b")
        let coins = CreditTypeID(unchecked: "coins")
        var gift = GrantOrder(creditType: coins, amount: try #require(Credits("4")), source: .purchased)
        _ = try await fixture.submit("a", .grant(gift))
        gift.effectiveAt = fixture.clock.now().adding(seconds: 3_600)
        _ = try await fixture.submit("a", .grant(gift))
        let spin = Usage(action: ActionID(unchecked: "spin"))
        for _ in 1...3 { _ = try await fixture.submit("a", .charge(spin)) }
        let hold = try #require(try await fixture.submit("a", .hold(spin, seconds: 600)).hold?.id)
        _ = try await fixture.submit("b", .track(spin))
        #expect(
            try await refusal(fixture, CatalogInUseTests.withoutType)?.uses.map(\.description)
                == ["credit type 'coins' has 2 balances"])
        let applied = try await fixture.engine.applyCatalog(
            document: CatalogInUseTests.withoutType, replacements: replacing("credit_type:coins=tokens"))
        #expect(applied.replaced.first?.count == 2)
        func available(_ id: String, _ type: String) async throws -> String {
            let state = try await fixture.engine.account(AccountID(unchecked: id)).state
            return state.balance(of: CreditTypeID(unchecked: type)).available.description
        }
        // 8 a month less 3 used and 1 held, and 4 that were bought; the hold keeps its own.
        #expect(try await available("a", "tokens") == "8")
        #expect(try await available("a", "coins") == "0")
        #expect(try await available("b", "tokens") == "-1")
        #expect(try await available("b", "coins") == "0")
        _ = try await fixture.submit("a", .charge(spin))
        _ = try await fixture.submit("a", .release(hold))
        #expect(try await available("a", "tokens") == "8")
        fixture.clock.advance(seconds: 3_600)
        #expect(try await available("a", "tokens") == "12")
        #expect(try await available("a", "coins") == "0")
        fixture.clock.advance(seconds: 40 * 86_400)
        #expect(try await available("a", "tokens") == "16")
        _ = try await fixture.submit("a", .charge(spin))
        #expect(try await fixture.engine.verify().isClean)
        try await fixture.engine.store.close()
    }

    @Test("Replacements that cannot be are refused by name")
    func impossible() async throws {
        let fixture = try await fixture(.memory)
        for text in ["plan:free=legacy", "plan:legacy=gold", "plan:lagacy=free", "pack:small=none"] {
            await #expect(throws: Rejection.self, "\(text)") {
                try await fixture.engine.applyCatalog(
                    document: CatalogInUseTests.withoutPlan, replacements: self.replacing(text))
            }
        }
        for text in ["legacy=free", "plan:legacy", "plan:=free", "plan:a=b=c", "user:a=b", "plan:a="] {
            #expect(CatalogReplacement(text) == nil, "\(text)")
        }
    }

    @Test("Nobody comes onto a plan while its accounts are counted", arguments: StoreKind.allCases)
    func race(kind: StoreKind) async throws {
        let fixture = try await fixture(kind)
        for number in 0..<20 { try await fixture.open("u\(number)") }
        let engine = fixture.engine
        let order = SubscriptionOrder(plan: PlanID(unchecked: "legacy"), when: .now)
        async let applied: Void = {
            while try await self.refusal(fixture, CatalogInUseTests.withoutPlan) != nil {
                _ = try? await engine.applyCatalog(
                    document: CatalogInUseTests.withoutPlan, replacements: self.replacing("plan:legacy=free"))
            }
        }()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { _ = try? await fixture.submit("u\(number)", .subscribe(order)) }
            }
        }
        try await applied
        for number in 0..<20 {
            let state = try await engine.account(AccountID(unchecked: "u\(number)")).state
            #expect(state.subscription.plan == PlanID(unchecked: "free"))
        }
        #expect(try await engine.verify().isClean)
        try await engine.store.close()
    }
}
