import Logging
import ScripCore
import ScripJSON
import ScripTesting
import Synchronization
import Testing

@testable import ScripPayments
@testable import ScripEngine

/// A server in the place of a payment service that says anything. Seeds are printed.
@Suite("A payment service that lies", .timeLimit(.minutes(60))) struct LyingServiceTests {
    enum Service: String, CaseIterable, Sendable { case stripe, polar }

    /// Makes objects up: nearly right ones, and quite wrong ones.
    private final class Liar: Sendable {
        private let generator: Mutex<SeededGenerator>
        private let purchases: Mutex<[String]> = Mutex([])

        private let service: Service

        init(_ service: Service, seed: UInt64) {
            self.service = service
            generator = Mutex(SeededGenerator(seed: seed))
        }

        /// Whether the truth is told: of some purchases, so that there is something to lose.
        @TaskLocal static var isHonest = false
        private let honest: Mutex<Set<String>> = Mutex([])

        func know(_ purchase: String, isHonest: Bool) {
            purchases.withLock { $0.append(purchase) }
            if isHonest { honest.withLock { _ = $0.insert(purchase) } }
        }

        private func one<Value: Sendable>(_ values: [Value]) -> Value {
            Liar.isHonest ? values[0] : generator.withLock { values[Int.random(in: 0..<values.count, using: &$0)] }
        }

        private var amount: String {
            one([
                "1000", "1000", "1000", "1000", "999", "0", "-1", "9223372036854775807", "1e3", "1000.0", "\"1000\"",
                "null",
            ])
        }

        private var currency: String { one(["\"usd\"", "\"usd\"", "\"usd\"", "\"USD\"", "\"eur\"", "null", "7"]) }

        private var purchase: String { one(purchases.withLock { $0 } + ["pu_none"]) }

        private func owner(_ own: String) -> String {
            let account = one(["ada", "ada", "ada", "eve"])
            let keys = service == .stripe ? ("purchase_id", "account_id") : ("scrip_purchase", "scrip_account")
            return one([
                #""metadata":{"\#(keys.0)":"\#(own)","\#(keys.1)":"ada"}"#,
                #""metadata":{"\#(keys.0)":"\#(own)","\#(keys.1)":"ada"}"#,
                #""metadata":{"\#(keys.0)":"\#(purchase)","\#(keys.1)":"\#(account)"}"#, #""metadata":null"#,
            ])
        }

        private func id(_ kind: String, _ own: String) -> String {
            let long = String(repeating: "x", count: 70_000)
            return one([
                "\(kind)_\(own)", "\(kind)_\(own)", "\(kind)_\(own)", "\(kind)_\(purchase)", "\(kind) \u{7}",
                "\(kind)_\(long)",
            ])
        }

        func answer(_ path: String) -> (Int, String) {
            let isHonest = honest.withLock { $0.contains { path.contains($0) } }
            return Liar.$isHonest.withValue(isHonest) { made(path) }
        }

        private func made(_ path: String) -> (Int, String) {
            let name = String(path.prefix { $0 != "?" }.split(separator: "/").last ?? "")
            let own = String(name.drop { $0 != "_" }.dropFirst())
            if one([false, false, false, false, false, false, false, false, true]) {
                return one([(500, "{}"), (404, "{}"), (401, "{}"), (200, "[]"), (200, "{"), (302, "{}"), (429, "")])
            }
            if service == .polar { return (200, polar(path, own)) }
            if path.hasPrefix("/v1/checkout/sessions/") { return (200, session(own)) }
            if path == "/v1/checkout/sessions" { return (200, session(purchases.withLock { $0.last ?? "" })) }
            if path.hasPrefix("/v1/payment_intents/") { return (200, intent(own)) }
            if path.hasPrefix("/v1/refunds") || path.hasPrefix("/v1/disputes") { return (200, list(own)) }
            return (200, intent(own))
        }

        /// Objects and lists of Polar's. A list's query says whose it is.
        private func polar(_ path: String, _ name: String) -> String {
            let asked = purchases.withLock { $0.first { path.contains($0) } }
            let own = asked ?? name
            let isList = path.contains("?")
            let last = purchases.withLock { $0.last ?? "" }
            let object: String
            if path.hasPrefix("/v1/checkouts") {
                object = checkout(isList || own.isEmpty ? last : own)
            } else if path.hasPrefix("/v1/orders") {
                object = order(own.isEmpty ? purchase : own)
            } else {
                object = """
                    {"id":"\(id("re", own))","amount":\(amount),"currency":\(currency),
                    "status":"\(one(["succeeded", "failed", "lost", "won", "prevented", "needs_response"]))"}
                    """
            }
            if !isList { return object }
            let truth = path.hasPrefix("/v1/orders") ? object : ""
            let items = one([truth, object, "\(object),\(object)", ""])
            let pages = one(["1", "1", "1", "9223372036854775807", "-1", "null"])
            return one([#"{"items":[\#(items)],"pagination":{"max_page":\#(pages)}}"#, #"{"items":[\#(items)]}"#, "{}"])
        }

        private func checkout(_ own: String) -> String {
            let url = one(["https://pay.test/", "https://pay.test/", "javascript:alert(1)"])
            let status = one(["open", "open", "confirmed", "succeeded", "expired", "failed", "odd"])
            let expires = one(["\"2026-02-01T00:00:00Z\"", "\"-9999-01-01T00:00:00Z\"", "9223372036854775807", "null"])
            return """
                {"id":"\(id("co", own))","status":"\(status)","url":"\(url)","expires_at":\(expires),
                "customer_id":"cus_1",\(owner(own))}
                """
        }

        private func order(_ own: String) -> String {
            let status = one(["paid", "paid", "paid", "pending", "refunded", "partially_refunded", "void", "odd"])
            return """
                {"id":"\(id("or", own))","status":"\(status)","paid":\(one(["true", "true", "false", "null"])),
                "net_amount":\(amount),"total_amount":\(amount),"currency":\(currency),"checkout_id":"co_\(own)",
                "customer_id":"cus_1",\(owner(own))}
                """
        }

        private func session(_ own: String) -> String {
            let status = one(["complete", "complete", "complete", "open", "expired", "odd"])
            let paid = one(["paid", "paid", "unpaid", "no_payment_required", "odd"])
            let url = one(["https://pay.test/", "https://pay.test/", "javascript:alert(1)"])
            return """
                {"id":"\(id("cs", own))","object":"checkout.session","status":"\(status)","payment_status":"\(paid)",
                "payment_intent":"\(id("pi", own))","amount_total":\(amount),"currency":\(currency),"url":"\(url)",
                "expires_at":\(one(["1","-9223372036854775808","9223372036854775807","null"])),\(owner(own))}
                """
        }

        private func intent(_ own: String) -> String {
            let status = one(["succeeded", "succeeded", "processing", "canceled", "requires_payment_method"])
            return """
                {"id":"\(id("pi", own))","object":"payment_intent","status":"\(status)","amount_received":\(amount),
                "currency":\(currency),"customer":"cus_1","last_payment_error":{"message":"no"},\(owner(own))}
                """
        }

        private func list(_ own: String) -> String {
            let item = """
                {"id":"\(id("re", own))","amount":\(amount),"currency":\(currency),
                "status":"\(one(["succeeded", "failed", "lost", "won", "needs_response"]))"}
                """
            let isEndless = one([false, false, false, true])
            let items = one(["", "", item, "\(item),\(item)"])
            return #"{"object":"list","data":[\#(items)],"has_more":\#(isEndless)}"#
        }
    }

    private static let catalog = """
        credit_types: [{id: credits, name: Credits}]
        packs:
          - {id: hundred, credit_type: credits, credits: "100", price: {minor_units: 1000, currency: usd}, provider_price: prod_1}
        """

    @Test("Nothing is given but for a payment of the price, once, whatever it says", arguments: Service.allCases, 0..<3)
    func lies(service: Service, round: Int) async throws {
        let seed = UInt64.random(in: 0...(.max))
        print("lies of \(service): seed \(seed)")
        let liar = Liar(service, seed: seed)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let clock = FixedClock(CivilTime(year: 2026, month: 1, day: 31, microsecondOfDay: 0).asUTC)
        let engine = try await Engine(store: MemoryLedgerStore(), clock: clock, logger: logger)
        _ = try await engine.applyCatalog(document: LyingServiceTests.catalog)
        let ada = AccountID(unchecked: "ada")
        for name in ["ada", "eve"] {
            _ = try await engine.put(account: AccountID(unchecked: name), change: AccountChange())
        }
        try await LocalService.run(["*": .madeUp { liar.answer($0) }]) { _, address in
            let configuration = ServiceConfiguration(
                secret: "sk", address: address, attempts: 1, firstDelayMilliseconds: 1)
            let provider: any PaymentProvider =
                service == .stripe
                ? StripeProvider(client: StripeClient(configuration: configuration, logger: logger))
                : PolarProvider(client: PolarClient(configuration: configuration, logger: logger))
            let desk = PaymentDesk(engine: engine, providers: [provider], logger: logger)
            var granted: [String: Int] = [:]
            for number in 0..<60 {
                if number < 6 {
                    let noted = try await engine.createPurchase(of: "hundred", for: ada, provider: service.rawValue)
                    liar.know(noted.id, isHonest: number < 2)
                    if number < 4 {
                        let facts = PaymentFacts(
                            stage: .pending,
                            references: [service == .stripe ? "cs_\(noted.id)" : "checkout_co_\(noted.id)"])
                        _ = try await engine.openedCheckout(of: noted, url: nil, expiresAt: nil, facts: facts)
                    }
                    _ = try? await desk.buy(PurchaseOrder(pack: "hundred"), for: ada)
                }
                for purchase in try await engine.purchases(PurchaseQuery(account: ada, limit: 500)) {
                    let before = purchase.grants.count
                    _ = try? await desk.refresh(purchase)
                    let event = PaymentEvent(
                        id: "evt_\(number)_\(purchase.id)", kind: "any",
                        subject: .payment([service == .stripe ? "pi_\(purchase.id)" : "order_or_\(purchase.id)"]))
                    _ = try? await desk.handle(event, from: provider)
                    if number % 7 == 3 { _ = try? await desk.refund(purchase, minorUnits: 300) }
                    let now = try #require(try await engine.purchase(purchase.id))
                    if before == 0 && !now.grants.isEmpty {
                        let price = Price(minorUnits: 1_000, currency: "usd")
                        #expect(now.facts.paid == price && now.facts.leastPaid == price, "seed \(seed)")
                        granted[now.id, default: 0] += 1
                    }
                    #expect(now.checkoutURL?.hasPrefix("javascript") != true)
                    let ids = now.facts.references.union(now.facts.refunds.keys)
                    #expect(ids.allSatisfy { $0.utf8.count <= 255 && !$0.contains("\u{7}") }, "seed \(seed)")
                }
            }
            #expect(!granted.isEmpty, "seed \(seed): nothing was ever granted, so that nothing was tried")
            #expect(granted.values.allSatisfy { $0 == 1 })
            // One payment pays one purchase.
            let all = try await engine.purchases(PurchaseQuery(limit: 500))
            var payers: [String: String] = [:]
            for purchase in all where !purchase.grants.isEmpty {
                for reference in purchase.facts.references {
                    #expect(payers[reference] == nil, "seed \(seed)")
                    payers[reference] = purchase.id
                }
            }
            let eve = try await engine.account(AccountID(unchecked: "eve")).state
            #expect(eve.balance(of: CreditTypeID(unchecked: "credits")).posted.isZero)
            let posted = try await engine.account(ada).state.balance(of: CreditTypeID(unchecked: "credits")).posted
            let most = Int64(all.filter { !$0.grants.isEmpty }.count) * 100 * Credits.nanocreditsPerCredit
            #expect(posted.nanocredits <= most, "seed \(seed)")
        }
        #expect(try await engine.verify().isClean)
    }

    @Test("A list that says it goes on for ever is not asked for without end")
    func endlessList() async throws {
        let page = #"{"data":[{"id":"re_1"}],"has_more":true}"#
        try await LocalService.run(["*": .madeUp { _ in (200, page) }]) { stripe, address in
            let configuration = ServiceConfiguration(secret: "sk", address: address, attempts: 1)
            let client = StripeClient(configuration: configuration, logger: Logger(label: "test"))
            let found = try await client.list("/v1/refunds", FormBody(), most: 1_000)
            #expect(found.count < 20)
            #expect(stripe.count("/v1/refunds?limit=100&starting_after=re_1") < 20)
        }
    }
}
