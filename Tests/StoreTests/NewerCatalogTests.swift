import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

private let ada = AccountID(unchecked: "ada")
private let leads = CreditTypeID(unchecked: "leads")

/// An instance whose catalog in memory is older than the database's decides by the database's.
@Suite("A version that another instance has added decides at once", .timeLimit(.minutes(15)))
struct NewerCatalogTests {
    /// The catalog with packs; with another credit type, and prices, if it is the newer one.
    private static func document(isNewer: Bool) -> String {
        let types = #"{id: credits, name: Credits, usd_value: "0.01"}"#
        let base =
            isNewer ? Fixture.catalog.replacing(types, with: types + ", {id: leads, name: Leads}") : Fixture.catalog
        let plans = isNewer ? base.replacing("{id: pro,", with: "{id: pro, provider_price: price_pro,") : base
        let more = #"  - {id: leads, credit_type: leads, credits: "7", price: {minor_units: 300, currency: usd}}"#
        return plans + """

            packs:
              - {id: hundred, credit_type: credits, credits: "100", price: {minor_units: \(isNewer ? 2_000 : 1_000), currency: usd}}

            """ + (isNewer ? "\(more)\n" : "")
    }

    /// Ada has bought a hundred credits. The first instance has added a version since; the second has not looked.
    private struct Scene {
        let test: DeskFixture
        let second: PaymentDesk

        init(_ kind: StoreKind, document: String) async throws {
            if kind == .postgres {
                let address = try await PostgresDatabases.shared.address()
                test = try await DeskFixture(
                    Fixture(PostgresLedgerStore(address: address, laneCount: 2, readerCount: 1)))
                second = try await test.instance(
                    over: PostgresLedgerStore(address: address, laneCount: 2, readerCount: 1))
            } else {
                let store = try await kind.make()
                test = try await DeskFixture(Fixture(store))
                second = try await test.instance(over: store)
            }
            // What the second instance remembers of the account must not matter either.
            _ = try await second.engine.submit(
                Command(account: ada, intent: .track(Usage(action: ActionID(unchecked: "chat")))))
            _ = try await test.fixture.engine.applyCatalog(document: document)
        }
    }

    private func scene(_ kind: StoreKind) async throws -> Scene {
        try await Scene(kind, document: NewerCatalogTests.document(isNewer: true))
    }

    @Test("A purchase of new credits is paid for", arguments: StoreKind.allCases)
    func settlement(kind: StoreKind) async throws {
        let scene = try await scene(kind)
        let purchase = try await scene.test.fixture.engine.createPurchase(of: "leads", for: ada, provider: "stripe")
        let facts = PaymentFacts(stage: .paid, paid: purchase.price, references: ["pi_leads"])
        let paid = try await scene.second.engine.recordPayment(facts, of: purchase.id, account: ada)
        #expect(paid.problem == nil && paid.grants.count == 1)
        #expect(try await scene.test.fixture.engine.account(ada).state.balance(of: leads).available.description == "7")
        #expect(try await scene.test.fixture.engine.verify().isClean)
    }

    @Test("A subscription has the plan of its price", arguments: StoreKind.allCases)
    func subscription(kind: StoreKind) async throws {
        let scene = try await scene(kind)
        scene.test.provider.set(PaymentSubscription.ofAda(price: "price_pro"))
        let result = try await scene.second.receive(
            Array("evt_1 x sub_1".utf8), headers: ["stripe-signature": "good"], from: "stripe")
        #expect(result == .handled)
        #expect(try await scene.test.fixture.engine.account(ada).state.subscription.plan?.rawValue == "pro")
    }

    @Test("Packs are bought at their new price, and new ones can be bought", arguments: StoreKind.allCases)
    func purchases(kind: StoreKind) async throws {
        let scene = try await scene(kind)
        let bought = try await scene.second.engine.createPurchase(of: "leads", for: ada, provider: "stripe")
        #expect(bought.price.minorUnits == 300)
        let other = try await Scene(kind, document: NewerCatalogTests.document(isNewer: true))
        let hundred = try await other.second.buy(PurchaseOrder(pack: "hundred", provider: "stripe"), for: ada)
        #expect(hundred.price.minorUnits == 2_000)
    }

    @Test("A pack that is gone cannot be bought", arguments: StoreKind.allCases)
    func gone(kind: StoreKind) async throws {
        let document = NewerCatalogTests.document(isNewer: false).replacing("id: hundred", with: "id: fifty")
        let test = try await DeskFixture(kind)
        _ = try await test.fixture.engine.setTopUp(nil, of: ada)
        let second = try await test.instance(over: test.fixture.engine.store)
        _ = try await test.fixture.engine.applyCatalog(
            document: document, replacements: [try #require(CatalogReplacement("pack:hundred=fifty"))])
        await #expect(throws: PurchaseRefusal.unknownPack("hundred")) {
            _ = try await second.engine.createPurchase(of: "hundred", for: ada, provider: "stripe")
        }
    }

    @Test("A place to subscribe has the plan's price", arguments: StoreKind.allCases)
    func checkout(kind: StoreKind) async throws {
        let scene = try await scene(kind)
        let checkout = try await scene.second.subscribe(ada, to: PlanID(unchecked: "pro"))
        #expect(checkout.url == "https://pay.example.com/price_pro")
    }

    @Test("A top-up can be set to a new pack, and buys at the new price", arguments: StoreKind.allCases)
    func topUp(kind: StoreKind) async throws {
        let scene = try await scene(kind)
        scene.test.fixture.clock.advance(seconds: 1)
        try await scene.test.use(60)
        let noted = try await scene.second.engine.noteTopUps(policy: .takeBackRemaining)
        #expect(noted == 1)
        let purchases = try await scene.test.fixture.engine.purchases(PurchaseQuery(account: ada, limit: 1))
        #expect(purchases.first?.price.minorUnits == 2_000)
        let other = try await Scene(kind, document: NewerCatalogTests.document(isNewer: true))
        let setting = BillingProfile.TopUp(threshold: .zero, pack: "leads", monthlyCapMinorUnits: 9_000)
        #expect(try await other.second.engine.setTopUp(setting, of: ada).topUp?.pack == "leads")
    }
}

extension PaymentSubscription {
    /// A subscription of ada's in good standing.
    static func ofAda(price: String, id: String = "sub_1") -> PaymentSubscription {
        var made = PaymentSubscription(
            id: id, status: "active", standing: .good, createdAt: Fixture.day("2026-01-31"))
        made.account = ada
        made.customer = "cus_1"
        made.prices = [price]
        made.periodStart = Fixture.day("2026-01-31")
        made.periodEnd = Fixture.day("2026-03-02")
        return made
    }
}
