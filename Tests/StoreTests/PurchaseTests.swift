import Foundation
import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")
private let ada = AccountID(unchecked: "ada")

extension Fixture {
    /// An account with nothing but what it buys, and a purchase of 100 credits for 1000 cents.
    static func withPurchase(
        _ kind: StoreKind, policy: TakeBackPolicy = .takeBackRemaining
    ) async throws -> (Fixture, Purchase) {
        try await withPurchase(Fixture(kind), policy: policy)
    }

    /// The same over a fixture that is there.
    static func withPurchase(
        _ fixture: Fixture, policy: TakeBackPolicy = .takeBackRemaining
    ) async throws -> (Fixture, Purchase) {
        let packs = """

            packs:
              - {id: hundred, credit_type: credits, credits: "100", price: {minor_units: 1000, currency: usd}}
            """
        _ = try await fixture.engine.applyCatalog(document: Fixture.catalog + packs)
        return (fixture, try await fixture.purchase(by: "ada", policy: policy))
    }

    /// A new account's purchase of 100 credits for 1000 cents.
    func purchase(by account: String, policy: TakeBackPolicy = .takeBackRemaining) async throws -> Purchase {
        try await open(account, plan: "none")
        return try await engine.createPurchase(
            of: "hundred", for: AccountID(unchecked: account), provider: "stripe", policy: policy)
    }

    func record(_ facts: PaymentFacts, of purchase: Purchase, event: String? = nil) async throws -> Purchase {
        // One payment pays one purchase.
        var facts = facts
        facts.references = Set(facts.references.map { ["cs_1", "pi_1"].contains($0) ? "\($0)/\(purchase.id)" : $0 })
        return try await engine.recordPayment(
            facts, of: purchase.id, account: purchase.account,
            event: event.map {
                PaymentMessage(
                    provider: "stripe", id: "\($0)/\(purchase.id)", kind: "test", subject: purchase.id,
                    recordedAt: clock.now())
            })
    }
}

extension PaymentFacts {
    static func paid(refunded: Int64 = 0, dispute: Dispute.Status? = nil) -> PaymentFacts {
        var facts = PaymentFacts(
            stage: .paid, paid: Price(minorUnits: 1_000, currency: "usd"), references: ["cs_1", "pi_1"])
        if refunded > 0 { facts.refunds["re_\(refunded)"] = Refund(minorUnits: refunded, status: .succeeded) }
        if let dispute { facts.disputes["dp_1"] = Dispute(minorUnits: 1_000, status: dispute) }
        return facts
    }
}

@Suite("Purchases", .timeLimit(.minutes(15)))
struct PurchaseTests {
    @Test("What is kept of a purchase, a profile and an event reads back", arguments: StoreKind.allCases)
    func contract(kind: StoreKind) async throws {
        var (fixture, purchase) = try await Fixture.withPurchase(kind)
        purchase.facts = .paid(refunded: 250, dispute: .inquiry)
        purchase.facts.customer = "cus_1"
        purchase.facts.paymentMethod = "pm_1"
        purchase.facts.failure = "no \"money\""
        purchase.grants = [GrantID(seq: 7), GrantID(seq: 9)]
        purchase.takenBack = Credits(nanocredits: 5)
        purchase.unpaid = Credits(nanocredits: 6)
        purchase.movementCount = 3
        purchase.problem = "too_many_open_grants"
        purchase.attempts = 2
        purchase.refundRequests = [
            "caller/a": RefundRequest(minorUnits: 250, state: .settled, askedAt: purchase.createdAt, providerKey: "a")
        ]
        purchase.nextAttemptAt = fixture.clock.now().adding(seconds: 60)
        purchase.checkoutURL = "https://example.com/é"
        purchase.expiresAt = fixture.clock.now()
        purchase.paidAt = fixture.clock.now()
        var profile = BillingProfile(account: ada)
        profile.provider = "stripe"
        profile.customer = "cus_1"
        profile.paymentMethod = "pm_1"
        profile.subscription = .init(
            id: "sub_1", status: "active", isLive: true, isFinal: false, createdAt: fixture.clock.now())
        profile.topUp = .init(threshold: Credits(nanocredits: 4), pack: "hundred", monthlyCapMinorUnits: 5_000)
        let event = PaymentMessage(
            provider: "stripe", id: "evt_1", kind: "refund.created", subject: purchase.id,
            recordedAt: fixture.clock.now())
        let (kept, tied) = (purchase, profile)
        try await fixture.engine.store.write { writing in
            try writing.save(kept)
            try writing.save(kept)
            try writing.save(tied)
            try writing.append(event)
        }
        let due = fixture.clock.now().adding(seconds: 60)
        try await fixture.engine.store.read { (reading: any LedgerReading) throws -> Void in
            #expect(try reading.purchase(kept.id, of: ada) == kept)
            #expect(try reading.purchase(kept.id, of: AccountID(unchecked: "eve")) == nil)
            let place = PurchaseLocation(account: ada, purchase: kept.id)
            #expect(try reading.purchaseLocation(provider: "stripe", reference: "pi_1") == place)
            #expect(try reading.purchaseLocation(provider: "manual", reference: "pi_1") == nil)
            #expect(try reading.purchaseLocation(provider: "scrip", reference: kept.id) == place)
            #expect(try reading.purchasesDue(by: due, limit: 5) == [kept])
            #expect(try reading.purchasesDue(by: due.adding(seconds: -1), limit: 5).isEmpty)
            #expect(try reading.billingProfile(of: ada) == tied)
            #expect(try reading.billingProfilesWithTopUp(after: nil, limit: 5) == [tied])
            #expect(try reading.billingProfilesWithTopUp(after: ada, limit: 5).isEmpty)
            #expect(try reading.account(ofCustomer: "cus_1", provider: "stripe") == ada)
            #expect(try reading.account(ofCustomer: "cus_1", provider: "test") == nil)
            #expect(try reading.paymentMessage(provider: "stripe", id: "evt_1") == event)
            #expect(try reading.paymentMessage(provider: "test", id: "evt_1") == nil)
        }
        await #expect(throws: (any Error).self) { try await fixture.engine.store.write { try $0.append(event) } }
    }

    @Test("Purchases are listed newest first, page by page, by account and status", arguments: StoreKind.allCases)
    func list(kind: StoreKind) async throws {
        let (fixture, first) = try await Fixture.withPurchase(kind)
        var made = [first]
        for index in 0..<6 {
            if index % 2 == 0 { fixture.clock.advance(seconds: 1) }
            made.append(try await fixture.engine.createPurchase(of: "hundred", for: ada, provider: "manual"))
        }
        made.sort { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
        var query = PurchaseQuery(account: ada, limit: 3)
        var seen: [Purchase] = []
        while case let page = try await fixture.engine.purchases(query), !page.isEmpty {
            seen += page
            query.after = page.last.map { .init(createdAt: $0.createdAt, id: $0.id) }
        }
        #expect(seen == made)
        _ = try await fixture.record(.paid(), of: first)
        let paid = try await fixture.engine.purchases(PurchaseQuery(statuses: [.paid, .refunded]))
        #expect(paid.map(\.id) == [first.id])
        query = PurchaseQuery()
        query.from = fixture.clock.now()
        #expect(try await fixture.engine.purchases(query).count == 2)
        #expect(try await fixture.engine.purchases(PurchaseQuery(account: AccountID(unchecked: "eve"))).isEmpty)
    }

    @Test("A paid purchase is granted once, whatever is told how often", arguments: StoreKind.allCases)
    func once(kind: StoreKind) async throws {
        let (fixture, purchase) = try await Fixture.withPurchase(kind)
        for event in ["evt_1", "evt_1", "evt_2", nil, "evt_1"] {
            let after = try await fixture.record(.paid(), of: purchase, event: event)
            #expect(after.status == .paid)
        }
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<10 {
                group.addTask { _ = try? await fixture.record(.paid(), of: purchase, event: "evt_\(index)") }
            }
        }
        #expect(try await fixture.available("ada") == "100")
        var query = EntryQuery(account: ada)
        query.kinds = [.grant]
        let grants = try await fixture.engine.entries(query)
        #expect(grants.count == 1)
        #expect(grants.first?.entry.idempotencyKey?.rawValue == "purchase:\(purchase.id)")
        #expect(grants.first?.entry.terms?.source == .purchased)
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("A refund takes back what is left, or makes debt, as the policy says", arguments: StoreKind.allCases)
    func refunds(kind: StoreKind) async throws {
        for (policy, left, taken) in [
            (TakeBackPolicy.takeBackRemaining, "0", "70"), (.allowDebt, "-30", "100"),
        ] {
            let (fixture, purchase) = try await Fixture.withPurchase(kind, policy: policy)
            _ = try await fixture.record(.paid(), of: purchase)
            for _ in 0..<10 {
                _ = try await fixture.submit("ada", .charge(Usage(action: ActionID(unchecked: "video"))))
            }
            let part = try await fixture.record(.paid(refunded: 333), of: purchase)
            #expect(part.status == .partiallyRefunded)
            #expect(part.takenBack.description == "33.3")
            let after = try await fixture.record(.paid(refunded: 667), of: purchase)
            #expect(after.status == .refunded)
            #expect(after.takenBack.description == taken)
            let state = try await fixture.engine.account(ada).state
            #expect(state.balance(of: credits).posted.description == left)
            #expect(try await fixture.record(.paid(refunded: 667), of: purchase) == after)
            #expect(try await fixture.engine.verify().isClean)
        }
    }

    @Test("A dispute takes the credits until it is won, and for good when it is lost", arguments: StoreKind.allCases)
    func disputes(kind: StoreKind) async throws {
        for policy in TakeBackPolicy.allCases {
            let (fixture, purchase) = try await Fixture.withPurchase(kind, policy: policy)
            _ = try await fixture.record(.paid(), of: purchase)
            _ = try await fixture.submit("ada", .charge(Usage(action: ActionID(unchecked: "video"))))
            #expect(try await fixture.record(.paid(dispute: .inquiry), of: purchase).status == .paid)
            #expect(try await fixture.available("ada") == "97")
            #expect(try await fixture.record(.paid(dispute: .open), of: purchase).status == .disputed)
            #expect(try await fixture.available("ada") == (policy == .allowDebt ? "-3" : "0"))
            #expect(try await fixture.record(.paid(dispute: .won), of: purchase).status == .disputeWon)
            #expect(try await fixture.available("ada") == "97")
            #expect(try await fixture.record(.paid(dispute: .open), of: purchase).status == .disputeWon)
            let lost = try await fixture.record(.paid(dispute: .lost), of: purchase)
            #expect(lost.status == .disputeLost)
            #expect(try await fixture.available("ada") == (policy == .allowDebt ? "-3" : "0"))
            #expect(try await fixture.engine.verify().isClean)
        }
    }

    @Test("Credits that a hold reserves are taken back too, from what the hold lets go", arguments: StoreKind.allCases)
    func holds(kind: StoreKind) async throws {
        let (fixture, purchase) = try await Fixture.withPurchase(kind)
        _ = try await fixture.record(.paid(), of: purchase)
        let hold = try await fixture.submit(
            "ada", .hold(Usage(action: ActionID(unchecked: "video")), seconds: 600))
        let after = try await fixture.record(.paid(refunded: 1_000), of: purchase)
        #expect(after.takenBack.description == "100")
        _ = try await fixture.submit("ada", .release(try #require(hold.hold).id))
        #expect(try await fixture.available("ada") == "0")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("What the ledger refuses is kept as a problem and tried again", arguments: StoreKind.allCases)
    func refusedGrant(kind: StoreKind) async throws {
        let (fixture, purchase) = try await Fixture.withPurchase(kind)
        var last: Int64 = 0
        for _ in 0..<Limits.openGrants {
            let order = GrantOrder(creditType: credits, amount: Credits(nanocredits: 1), source: .bonus)
            last = try #require(try await fixture.submit("ada", .grant(order)).entry).entry.seq
        }
        let stuck = try await fixture.record(.paid(), of: purchase, event: "evt_1")
        #expect(stuck.status == .paid)
        #expect(stuck.problem == "too_many_open_grants")
        #expect(stuck.grants.isEmpty)
        _ = try await fixture.submit("ada", .voidGrant(GrantID(seq: last), reason: nil))
        let mended = try await fixture.record(.paid(), of: purchase)
        #expect(mended.problem == nil)
        #expect(mended.grants.count == 1)
        #expect(try await fixture.available("ada") == "100.000000999")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test(
        "After an erasure each refund takes its part, and no more",
        arguments: StoreKind.allCases, [TakeBackPolicy.takeBackRemaining, .allowDebt])
    func refundsOfErased(kind: StoreKind, policy: TakeBackPolicy) async throws {
        let (fixture, purchase) = try await Fixture.withPurchase(kind, policy: policy)
        _ = try await fixture.record(.paid(), of: purchase, event: "evt_1")
        _ = try await fixture.engine.erase(account: ada, origin: Origin())
        for (refunded, left) in [(500, 50), (300, 20), (200, 0)] as [(Int64, Int64)] {
            let after = try await fixture.record(.paid(refunded: refunded), of: purchase, event: "evt_\(refunded)")
            #expect(try await fixture.available("ada") == "\(left)", "\(refunded)")
            #expect(after.takenBack == Credits(nanocredits: (100 - left) * 1_000_000_000), "\(refunded)")
        }
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("A purchase is answered again under its key although its pack is gone", arguments: StoreKind.allCases)
    func packIsGone(kind: StoreKind) async throws {
        let (fixture, _) = try await Fixture.withPurchase(kind)
        let origin = Origin(idempotencyKey: IdempotencyKey(unchecked: "p1"))
        let first = try await fixture.engine.createPurchase(
            of: "hundred", for: ada, provider: "stripe", policy: .allowDebt, origin: origin)
        let other =
            Fixture.catalog + """

                packs:
                  - {id: ten, credit_type: credits, credits: "10", price: {minor_units: 100, currency: usd}}
                """
        _ = try await fixture.engine.applyCatalog(
            document: other, replacements: [try #require(CatalogReplacement("pack:hundred=ten"))])
        let again = try await fixture.engine.createPurchase(
            of: "hundred", for: ada, provider: "stripe", policy: .allowDebt, origin: origin)
        #expect(again.id == first.id)
    }
}
