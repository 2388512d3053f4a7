import Logging
import ScripCore
import ScripEngine
import ScripTesting

/// A database with something in every table that decides about money or access, and all that an engine answers from it.
struct DamageScene: Sendable {
    static let credits = CreditTypeID(unchecked: "credits")
    static let accounts = ["ada", "bob"].map { AccountID(unchecked: $0) }
    static let now = Fixture.day("2026-02-20")
    private static let document = """
        credit_types: [{id: credits, name: Credits, usd_value: "1"}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "1000"}]}]
        actions:
          - {id: ask, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
          - {id: click, credit_type: credits, rate: {fixed: "1"}}
        packs: [{id: hundred, credit_type: credits, credits: "100", price: {minor_units: 1000, currency: usd}}]
        """
    private static let book = """
        {"source": "written for tests", "date": "2026-01-01", "licence": "none", "models": [
          {"provider": "acme", "id": "one", "usd_per_million": {"input": "3"}}]}
        """

    static func engine(_ store: any LedgerStore, _ clock: FixedClock = FixedClock(now)) async throws -> Engine {
        try await Engine(
            store: store, clock: clock, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            shippedBook: { try PriceBookDocument(Array(book.utf8)) })
    }

    static func usage(_ action: String) -> Usage {
        var usage = Usage(action: ActionID(unchecked: action), counts: ["input_tokens": 1_000_000])
        if action == "ask" { usage.model = "one" }
        return usage
    }

    /// Fills a store.
    static func fill(_ store: any LedgerStore) async throws {
        let clock = FixedClock(Fixture.day("2026-01-31"))
        let engine = try await engine(store, clock)
        _ = try await engine.applyCatalog(document: document)
        clock.advance(seconds: 1)
        _ = try await engine.applyCatalog(document: document + "\nunknown_model: record")
        for account in accounts {
            _ = try await engine.put(account: account, change: AccountChange()) {
                $0 = Profile(name: "Name of \(account)", email: "\(account)@example.com", metadata: #"{"a":1}"#)
            }
            for number in 1...70 {
                clock.advance(seconds: 7_200)
                let action = number % 5 == 0 ? "ask" : "click"
                let charge = try await engine.submit(
                    command(account, .charge(usage(action)), key: "charge-\(number)"))
                guard number % 10 == 0, let line = charge.entry?.entry.id else { continue }
                _ = try await engine.submit(
                    command(account, .refund(line, amount: nil, reason: "no use"), key: "refund-\(number)"))
                _ = try await engine.submit(
                    command(account, .hold(usage("click"), seconds: 600_000), key: "hold-\(number)"))
            }
        }
        try await buy(engine, clock)
        try await keys(engine, clock)
    }

    private static func command(_ account: AccountID, _ intent: Intent, key: String) -> Command {
        var origin = Origin(actor: "test")
        origin.idempotencyKey = IdempotencyKey(unchecked: key)
        origin.requestDigest = Digest(of: Array(key.utf8))
        return Command(account: account, intent: intent, origin: origin)
    }

    private static func buy(_ engine: Engine, _ clock: FixedClock) async throws {
        for account in accounts {
            let purchase = try await engine.createPurchase(of: "hundred", for: account, provider: "stripe")
            var facts = PaymentFacts(
                stage: .paid, paid: Price(minorUnits: 1_000, currency: "usd"), references: ["pi_\(account)"])
            facts.customer = "cus_\(account)"
            facts.paymentMethod = "pm_\(account)"
            let event = PaymentMessage(
                provider: "stripe", id: "evt_\(account)", kind: "paid", subject: purchase.id, recordedAt: clock.now())
            _ = try await engine.recordPayment(facts, of: purchase.id, account: account, event: event)
            var profile = BillingProfile(account: account)
            (profile.provider, profile.customer) = ("stripe", "cus_\(account)")
            profile.topUp = .init(threshold: Credits(nanocredits: 4), pack: "hundred", monthlyCapMinorUnits: 5_000)
            let tied = profile
            try await engine.store.write { try $0.save(tied) }
        }
    }

    private static func keys(_ engine: Engine, _ clock: FixedClock) async throws {
        for number in 1...3 {
            _ = try await engine.createKey(name: "app \(number)", scopes: [.balanceRead, .chargesWrite])
            let failure = TrackingFailure(
                id: "tf_\(number)", reason: "unknown_action", detail: "x", eventID: "e", account: "ada", format: .plain,
                event: #"{"event":\#(number)}"#, at: clock.now())
            try await engine.keep([failure])
        }
        _ = try await engine.signingKey()
    }

    /// Everything that an engine answers, as text.
    static func answers(_ engine: Engine) async throws -> [String] {
        var lines: [String] = []
        lines += try await engine.store.read { reading in
            var lines: [String] = []
            for id in try reading.accountIDs(after: nil, limit: 100) { lines += try account(id, in: reading) }
            lines += try records(in: reading)
            return lines
        }
        for account in accounts {
            let state = try await engine.account(account).state
            lines.append(String(decoding: StateCoding.encode(state), as: UTF8.self))
        }
        lines.append("\(try await engine.rate(usage("ask")).amount) \(engine.catalogInForce.version)")
        return lines
    }

    private static func account(_ id: AccountID, in reading: any LedgerReading) throws -> [String] {
        guard let stored = try reading.account(id) else { return ["\(id) is gone"] }
        var lines = ["\(id) \(stored.profile)", String(decoding: StateCoding.encode(stored.state), as: UTF8.self)]
        for line in try reading.entries(of: id, after: 0, limit: 1_000) {
            lines.append("\(String(decoding: line.encoded, as: UTF8.self)) \(line.digest)")
            if let key = line.entry.idempotencyKey {
                lines.append("\(key) \(try reading.entry(for: key, of: id)?.entry.seq ?? -1)")
            }
            if let subject = line.entry.subject {
                lines.append("\(subject) \(try reading.latestEntry(about: subject, of: id)?.entry.seq ?? -1)")
            }
        }
        for seq in stride(from: Int64(1), through: 100, by: 9) {
            guard let state = try reading.state(of: id, after: seq) else { continue }
            lines.append(String(decoding: StateCoding.encode(state), as: UTF8.self))
            let moment = state.lastRecordedAt
            lines.append("\(try reading.state(of: id, recordedBy: moment)?.seq ?? -1)")
        }
        lines += try reading.usage(of: id, from: .min, through: .max).map { "\($0)" }
        lines += try reading.hourlyUsage(of: id, from: .min, through: .max).map { "\($0)" }.sorted()
        return lines
    }

    private static func records(in reading: any LedgerReading) throws -> [String] {
        var lines = try reading.accountsDue(by: Fixture.day("2030-01-01"), limit: 100).map { "\($0) is due" }
        lines += try reading.catalogs().map { "\($0)" }
        for book in try reading.priceBooks() {
            lines += ["\(book)", try reading.priceBookDocument(book.digest) ?? "none"]
        }
        for key in try reading.apiKeys() {
            lines += ["\(key)", "\(try reading.apiKey(digest: key.digest)?.id ?? "none")"]
        }
        lines += try reading.signingKeys().map { "\($0)" }
        lines += try reading.trackingFailures(after: .min, limit: 100).map { failure in
            var failure = failure
            failure.number = 0
            return "\(failure)"
        }.sorted()
        for purchase in try reading.purchases(PurchaseQuery()) {
            lines.append(String(decoding: purchase.encoded, as: UTF8.self))
            for reference in purchase.facts.references {
                let place = try reading.purchaseLocation(provider: "stripe", reference: reference)
                lines.append("\(reference) \(place.map { "\($0)" } ?? "none")")
            }
            lines.append("\(try reading.purchaseLocation(provider: "scrip", reference: purchase.id) != nil)")
        }
        for profile in try reading.billingProfiles(after: nil, limit: 100) {
            lines.append(String(decoding: profile.encoded, as: UTF8.self))
            lines.append("\(try reading.account(ofCustomer: profile.customer ?? "", provider: "stripe") != nil)")
        }
        lines += try reading.billingProfilesWithTopUp(after: nil, limit: 100).map { "\($0.account) buys" }
        lines += try reading.paymentMessages(after: nil, limit: 100).map { "\($0)" }
        lines += try reading.auditRecords(AuditQuery(limit: 1_000)).map { "\($0)" }
        return lines
    }
}
