import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let ada = AccountID(unchecked: "ada")
private let credits = CreditTypeID(unchecked: "credits")

/// Random stories about names, top-ups and refunds. Their seeds are printed.
@Suite("Whatever happens, nothing is paid or given twice", .heavy, .timeLimit(.minutes(15)))
struct MoneyPropertyTests {
    private func desk(_ engine: Engine, _ provider: ScriptedPaymentProvider) -> PaymentDesk {
        PaymentDesk(
            engine: engine, providers: [provider],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private static func mood(_ generator: inout SeededGenerator) -> ScriptedPaymentProvider.Mood {
        let moods: [ScriptedPaymentProvider.Mood] = [.paying, .silent, .deaf, .declining]
        return moods[Int.random(in: 0..<moods.count, using: &generator)]
    }

    /// One use of a name.
    private struct Use {
        var key: IdempotencyKey
        var actor: String
        var request: String

        init(isEarlier: Bool, _ generator: inout SeededGenerator) {
            let users = ["eve", "bob", "\u{C5}", "\u{212B}"]
            let user = users[Int.random(in: 0..<users.count, using: &generator)]
            let earlier: [(IdempotencyKey.Owner, String)] = [
                (.unstated, "key_2"), (.unstated, "user:\(user)"), (.unstated, "sql:app"),
            ]
            let present: [(IdempotencyKey.Owner, String)] = [
                (.caller, "key_1"), (.event, "key_1"), (.system, "stripe"), (.user(user), "user:\(user)"),
            ]
            let owners = isEarlier ? earlier : present
            let names = [
                "k", "user:k", "purchase:pu_1", "inbox:1", "rate-later:ent_1", "replay-1", "caller", "\u{301}",
            ]
            let (owner, actor) = owners[Int.random(in: 0..<owners.count, using: &generator)]
            let name = names[Int.random(in: 0..<names.count, using: &generator)]
            key = IdempotencyKey(unchecked: name, owner: owner)
            self.actor = actor
            request = ["a", "b", name][Int.random(in: 0..<3, using: &generator)]
        }
    }

    @Test(
        "Names of different owners never meet, and every store says the same of them",
        arguments: [2_661_679_290_294_012_161, UInt64.random(in: 0...(.max))])
    func names(seed: UInt64) async throws {
        print("owners of names: seed \(seed)")
        var stories: [[String]] = []
        for kind in StoreKind.allCases {
            var generator = SeededGenerator(seed: seed)
            let fixture = try await Fixture(kind)
            try await fixture.open("ada", plan: "endless")
            let usage = Usage(action: ActionID(unchecked: "chat"))
            var story: [String] = []
            var first: [IdempotencyKey: (line: Int64, request: String)] = [:]
            for number in 0..<150 {
                // Whatever kept no owners came before.
                let use = Use(isEarlier: number < 30, &generator)
                do {
                    let outcome = try await fixture.submit(
                        ada, .track(usage), key: use.key, actor: use.actor, request: use.request)
                    let line = try #require(outcome.entry?.entry)
                    story.append("\(line.seq) \(outcome.isRepeat)")
                    #expect(line.carries(use.key) || use.key.owner == .unstated)
                    if let known = first[use.key] {
                        #expect(outcome.isRepeat && known.line == line.seq && known.request == use.request)
                    } else if outcome.isRepeat {
                        // Only a line without an owner can stand for a name that was not used yet.
                        #expect(line.idempotencyKey?.owner == .unstated)
                    }
                    first[use.key] = first[use.key] ?? (line.seq, use.request)
                } catch let refusal as Rejection {
                    story.append(refusal.code)
                    #expect(refusal == .idempotencyKeyReused(use.key))
                }
            }
            stories.append(story)
            #expect(try await fixture.engine.verify().isClean)
        }
        #expect(Set(stories).count == 1, "seed \(seed)")
    }

    @Test(
        "However often settings are saved and providers are silent, a crossing buys once", arguments: StoreKind.allCases
    )
    func topUps(kind: StoreKind) async throws {
        for _ in 0..<(kind == .memory ? 30 : 4) {
            let seed = UInt64.random(in: 0...(.max))
            print("top-ups on \(kind): seed \(seed)")
            var generator = SeededGenerator(seed: seed)
            let (fixture, purchase) = try await Fixture.withPurchase(kind)
            let provider = ScriptedPaymentProvider()
            let desk = desk(fixture.engine, provider)
            var facts = PaymentFacts.paid()
            (facts.customer, facts.paymentMethod) = ("cus_1", "pm_1")
            _ = try await fixture.record(facts, of: purchase)
            func setting(_ threshold: Int64) -> BillingProfile.TopUp {
                BillingProfile.TopUp(
                    threshold: Credits(nanocredits: threshold * Credits.nanocreditsPerCredit), pack: "hundred",
                    monthlyCapMinorUnits: 900_000)
            }
            _ = try await fixture.engine.setTopUp(setting(50), of: ada)
            for _ in 0..<40 {
                switch Int.random(in: 0..<6, using: &generator) {
                case 0, 1:
                    for _ in 0..<Int.random(in: 1...40, using: &generator) {
                        _ = try await fixture.submit("ada", .track(Usage(action: ActionID(unchecked: "chat"))))
                    }
                case 2:
                    _ = try await fixture.engine.setTopUp(setting(Bool.random(using: &generator) ? 50 : 40), of: ada)
                case 3: _ = try await fixture.engine.setTopUp(nil, of: ada)
                case 4: provider.set(MoneyPropertyTests.mood(&generator))
                default: fixture.clock.advance(seconds: Int64.random(in: 1...1_500, using: &generator))
                }
                _ = try await desk.runTopUps()
                let state = try await fixture.engine.account(ada).state
                // It buys below 50 only, and one pack at a time: two for one crossing would show.
                let most = Credits(nanocredits: 150 * Credits.nanocreditsPerCredit)
                #expect(state.balance(of: credits).available < most, "seed \(seed)")
            }
            provider.set(.paying)
            fixture.clock.advance(seconds: 3_601)
            for _ in 0..<20 { _ = try await desk.runTopUps() }
            let most = Credits(nanocredits: 150 * Credits.nanocreditsPerCredit)
            let available = try await fixture.engine.account(ada).state.balance(of: credits).available
            #expect(available < most, "seed \(seed)")
            let given = try await fixture.grants(of: ada).filter { $0.terms?.source == .purchased }.count
            #expect(given == provider.chargeCount + 1, "seed \(seed)")
            #expect(try await fixture.engine.verify().isClean)
        }
    }

    @Test(
        "However refunds end, no more goes back than was paid, and all of it is known in the end",
        arguments: StoreKind.allCases)
    func refunds(kind: StoreKind) async throws {
        for _ in 0..<(kind == .memory ? 20 : 4) {
            let seed = UInt64.random(in: 0...(.max))
            print("refunds on \(kind): seed \(seed)")
            var generator = SeededGenerator(seed: seed)
            let (fixture, made) = try await Fixture.withPurchase(kind)
            let provider = ScriptedPaymentProvider()
            let desk = desk(fixture.engine, provider)
            let purchase = try await fixture.record(.paid(), of: made)
            provider.set(.paid(), of: made.id)
            for _ in 0..<30 {
                provider.set(MoneyPropertyTests.mood(&generator))
                let orders = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                    (Int64.random(in: 1...400, using: &generator), Int.random(in: 0...12, using: &generator))
                }
                await withTaskGroup(of: Void.self) { group in
                    for (amount, name) in orders {
                        let key = name > 9 ? nil : IdempotencyKey(unchecked: "r\(name)")
                        group.addTask { _ = try? await desk.refund(purchase, minorUnits: amount, key: key) }
                    }
                }
                if Bool.random(using: &generator) { fixture.clock.advance(seconds: 10_000) }
                if Bool.random(using: &generator) { _ = try await desk.runTopUps() }
                #expect(provider.refunded(of: made.id) <= 1_000, "seed \(seed)")
                let now = try #require(try await fixture.engine.purchase(made.id))
                let reserved = now.facts.refundedMinorUnits + now.refundingMinorUnits
                #expect(reserved <= 1_000 && reserved >= provider.refunded(of: made.id), "seed \(seed)")
            }
            provider.set(.paying)
            for _ in 0..<3 {
                fixture.clock.advance(seconds: 100_000)
                _ = try await desk.runTopUps()
            }
            let end = try #require(try await fixture.engine.purchase(made.id))
            #expect(end.refundsUnderWay.isEmpty && end.nextAttemptAt == nil, "seed \(seed)")
            #expect(end.facts.refundedMinorUnits == provider.refunded(of: made.id), "seed \(seed)")
            #expect(try await fixture.engine.verify().isClean)
        }
    }
}
