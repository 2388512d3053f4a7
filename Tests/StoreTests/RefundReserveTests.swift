import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

private let ada = AccountID(unchecked: "ada")

/// A desk over one scripted provider; ada has bought 100 credits for 1000 cents.
private struct RefundFixture {
    let fixture: Fixture
    let purchase: Purchase
    let provider = ScriptedPaymentProvider()
    let desk: PaymentDesk

    init(_ kind: StoreKind) async throws { try await self.init(Fixture(kind)) }

    init(_ empty: Fixture) async throws {
        let (fixture, made) = try await Fixture.withPurchase(empty)
        self.fixture = fixture
        desk = RefundFixture.desk(fixture.engine, provider)
        purchase = try await fixture.record(.paid(), of: made)
        provider.set(.paid(), of: made.id)
    }

    static func desk(_ engine: Engine, _ provider: ScriptedPaymentProvider) -> PaymentDesk {
        PaymentDesk(
            engine: engine, providers: [provider],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func now() async throws -> Purchase { try #require(try await fixture.engine.purchase(purchase.id)) }

    func key(_ name: String) -> IdempotencyKey { IdempotencyKey(unchecked: name) }
}

@Suite("Refunds under way", .heavy, .timeLimit(.minutes(15)))
struct RefundReserveTests {
    @Test("Twenty refunds at once never give back more than the price", arguments: StoreKind.allCases)
    func atOnce(kind: StoreKind) async throws {
        let test = try await RefundFixture(kind)
        test.provider.onRefund { for _ in 0..<20 { await Task.yield() } }
        let refusals = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        _ = try await test.desk.refund(
                            test.purchase, minorUnits: 100, key: number < 19 ? test.key("r\(number)") : nil)
                        return false
                    } catch PurchaseRefusal.refundExceedsPayment {
                        return true
                    } catch {
                        Issue.record("\(error)")
                        return true
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refusals == 10)
        #expect(test.provider.refunded(of: test.purchase.id) == 1_000)
        let after = try await test.now()
        #expect(after.status == .refunded && after.refundableMinorUnits == 0 && after.nextAttemptAt == nil)
        #expect(try await test.fixture.available("ada") == "0")
        #expect(try await test.fixture.engine.verify().isClean)
    }

    @Test("Nor do those of several instances, under one name or many")
    func instances() async throws {
        let address = try await PostgresDatabases.shared.address()
        func store() async throws -> PostgresLedgerStore {
            try await PostgresLedgerStore(address: address, laneCount: 2, readerCount: 2, patience: .seconds(60))
        }
        let test = try await RefundFixture(Fixture(store()))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        var desks = [test.desk]
        for _ in 0..<2 {
            let engine = try await Engine(store: store(), clock: test.fixture.clock, logger: logger)
            desks.append(RefundFixture.desk(engine, test.provider))
        }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<24 {
                let desk = desks[number % 3]
                group.addTask {
                    _ = try? await desk.refund(test.purchase, minorUnits: 150, key: test.key("r\(number / 2)"))
                }
            }
        }
        #expect(test.provider.refunded(of: test.purchase.id) == 900)
        let after = try await test.now()
        #expect(after.facts.refundedMinorUnits == 900 && after.refundableMinorUnits == 100)
    }

    @Test("What a refund without an answer came to is found out, and it is made once", arguments: StoreKind.allCases)
    func silence(kind: StoreKind) async throws {
        let test = try await RefundFixture(kind)
        test.provider.set(.silent)
        await #expect(throws: PaymentProblem.self) {
            _ = try await test.desk.refund(test.purchase, minorUnits: 600, key: test.key("a"))
        }
        var after = try await test.now()
        #expect(after.refundingMinorUnits == 600 && after.refundableMinorUnits == 400)
        await #expect(throws: PurchaseRefusal.refundExceedsPayment(refundable: 400)) {
            _ = try await test.desk.refund(test.purchase, minorUnits: 600, key: test.key("b"))
        }
        await #expect(throws: Rejection.idempotencyKeyReused(test.key("a"))) {
            _ = try await test.desk.refund(test.purchase, minorUnits: 300, key: test.key("a"))
        }
        test.provider.set(.paying)
        test.fixture.clock.advance(seconds: 121)
        _ = try await test.desk.runTopUps()
        after = try await test.now()
        #expect(after.refundingMinorUnits == 0 && after.facts.refundedMinorUnits == 600)
        #expect(after.nextAttemptAt == nil)
        #expect(
            try await test.desk.refund(test.purchase, minorUnits: 600, key: test.key("a")).refundableMinorUnits == 400)
        #expect(test.provider.refunded(of: test.purchase.id) == 600)
        #expect(try await test.fixture.available("ada") == "40")
    }

    @Test("What is refused holds no purchase any more when the caller hears of it", arguments: [StoreKind.postgres])
    func lockedByRefusal(kind: StoreKind) async throws {
        let test = try await RefundFixture(kind)
        test.provider.set(.silent)
        _ = try? await test.desk.refund(test.purchase, minorUnits: 600, key: test.key("a"))
        test.fixture.clock.advance(seconds: 121)
        let (store, now, purchase) = (test.fixture.engine.store, test.fixture.clock.now(), test.purchase)
        // Each transaction has a connection of its own, and what another one has locked is left out.
        for _ in 0..<200 {
            await #expect(throws: PurchaseRefusal.self) {
                try await store.write { writing in
                    _ = try writing.purchase(purchase.id, of: purchase.account)
                    throw PurchaseRefusal.notFound
                }
            }
            #expect(try await store.write { try $0.purchasesDue(by: now, limit: 1) }.count == 1)
        }
    }

    @Test("A refund that was never made is released after a day, and asked for under another name then")
    func neverMade() async throws {
        let test = try await RefundFixture(.memory)
        // As if the instance had died after the money was reserved, before it asked.
        let name = "caller/a"
        test.provider.set(.deaf)
        await #expect(throws: PaymentProblem.self) {
            _ = try await test.desk.refund(test.purchase, minorUnits: 1_000, key: test.key("a"))
        }
        test.fixture.clock.advance(seconds: 75_000)
        _ = try await test.desk.runTopUps()
        #expect(try await test.now().refundRequests[name]?.state == .underWay)
        await #expect(throws: PurchaseRefusal.refundExceedsPayment(refundable: 0)) {
            _ = try await test.desk.refund(test.purchase, minorUnits: 1, key: test.key("b"))
        }
        test.provider.set(.paying)
        test.fixture.clock.advance(seconds: 20_000)
        _ = try await test.desk.runTopUps()
        #expect(try await test.now().refundRequests[name]?.state == .released)
        #expect(try await test.now().nextAttemptAt == nil)
        #expect(test.provider.refunded(of: test.purchase.id) == 0)
        #expect(try await test.desk.refund(test.purchase, key: test.key("a")).status == .refunded)
        #expect(test.provider.refunded(of: test.purchase.id) == 1_000)
    }

    @Test("A refused refund gives its money free; the comparison finds out about the others")
    func refusal() async throws {
        let test = try await RefundFixture(.memory)
        test.provider.set(.declining)
        await #expect(throws: PaymentProblem.self) {
            _ = try await test.desk.refund(test.purchase, key: test.key("a"))
        }
        #expect(try await test.now().refundableMinorUnits == 1_000)
        let actions = try await test.fixture.engine.auditRecords(AuditQuery(account: ada)).map(\.record.change.action)
        #expect(actions.contains(.purchaseRefundReleased))
        test.provider.set(.silent)
        await #expect(throws: PaymentProblem.self) { _ = try await test.desk.refund(test.purchase, minorUnits: 250) }
        test.provider.set(.paying)
        _ = try await test.desk.reconcile(days: 1)
        #expect(try await test.now().facts.refundedMinorUnits == 250)
        #expect(test.provider.refunded(of: test.purchase.id) == 250)
    }

    @Test("Money that the buyer contests is not sent back, too")
    func contested() async throws {
        let test = try await RefundFixture(.memory)
        var facts = PaymentFacts.paid()
        facts.disputes["dp_1"] = .init(minorUnits: 700, status: .open)
        _ = try await test.fixture.record(facts, of: test.purchase)
        await #expect(throws: PurchaseRefusal.refundExceedsPayment(refundable: 300)) {
            _ = try await test.desk.refund(test.purchase, minorUnits: 301)
        }
    }

    @Test("Requests of a version that did not wait for answers read back as answered")
    func earlierRequests() async throws {
        let test = try await RefundFixture(.memory)
        var old = test.purchase
        old.refundRequests = [
            "a": RefundRequest(minorUnits: 400, state: .settled, askedAt: old.createdAt, providerKey: "a")
        ]
        let text = String(decoding: old.encoded, as: UTF8.self)
        let start = try #require(text.range(of: #""refund_requests":"#))
        let end = try #require(text.range(of: "}}", range: start.upperBound..<text.endIndex))
        let earlier = text.replacingCharacters(in: start.upperBound..<end.upperBound, with: #"{"a":400}"#)
        #expect(try Purchase(encoded: Array(earlier.utf8)) == old)
        #expect(try Purchase(encoded: old.encoded) == old)
    }
}
