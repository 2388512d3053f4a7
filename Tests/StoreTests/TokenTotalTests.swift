import Foundation
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

@Suite("Totals of tokens are one story in SQL and over the API", .heavy, .timeLimit(.minutes(15)))
struct TokenTotalTests {
    private static let credits = CreditTypeID(unchecked: "credits")

    private static let plans = SQLScene.catalog.replacing(
        "  - {id: starter, name: Starter}",
        with: """
              - {id: free, name: Free, allowances: [{credit_type: credits, amount: "5", every: month}]}
              - {id: saver, name: Saver, allowances: [{credit_type: credits, amount: "10", every: month, rollover: "4"}]}
              - {id: endless, name: Endless, allowances: [{credit_type: credits, amount: unlimited, every: month}]}
              - {id: postpaid, name: Postpaid, overage: {limit: "10"}}
              - {id: starter, name: Starter}
            """)

    private static func told(_ scene: SQLScene, _ id: String) throws -> [String] {
        try scene.sql(
            """
            SELECT token_type, balance, total_allocated, total_used,
                (extract(epoch FROM refresh_date) * 1000000)::bigint, is_unlimited
            FROM ai_tokens WHERE organization_id = '\(id)' ORDER BY token_type COLLATE "C"
            """)
    }

    private static func known(_ scene: SQLScene, _ id: String) async throws -> [String] {
        let state = try await scene.engine.account(AccountID(unchecked: id)).state
        return state.balances.sorted { $0.creditType < $1.creditType }.map { balance in
            let shown = balance.isUnlimited ? "" : "\(balance.available)"
            let refresh = balance.refreshesAt.map { "\($0.microseconds)" } ?? ""
            return "\(balance.creditType)|\(shown)|\(balance.allocated.map { "\($0)" } ?? "")|\(balance.usedInAll)|"
                + "\(refresh)|\(balance.isUnlimited ? "t" : "f")"
        }
    }

    @Test("A grant of 100 beside an allowance of 5, of which 50 are used")
    func grantAndCharge() async throws {
        let scene = try await SQLScene(catalog: TokenTotalTests.plans, instances: 0)
        try await scene.open("org", .organization, plan: "free")
        let order = GrantOrder(creditType: TokenTotalTests.credits, amount: Credits("100") ?? .zero, source: .purchased)
        try await scene.submit("org", .grant(order))
        var usage = Usage(action: ActionID(unchecked: "ai_chat_message"))
        usage.amount = Credits("50")
        try await scene.submit("org", .charge(usage))
        let told = try TokenTotalTests.told(scene, "org")
        #expect(told.first?.hasPrefix("credits|55|105|50|") == true, "\(told)")
        #expect(told == (try await TokenTotalTests.known(scene, "org")))
    }

    @Test("Whatever is given, used, held, refunded, corrected and taken back")
    func random() async throws {
        let seed = UInt64.random(in: 0...(.max))
        print("totals of tokens: seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let scene = try await SQLScene(catalog: TokenTotalTests.plans, instances: 0)
        let plans = ["free", "saver", "endless", "postpaid", "starter"]
        for (number, plan) in plans.enumerated() { try await scene.open("org\(number)", .organization, plan: plan) }
        var holds: [Int: [HoldID]] = [:]
        func amount() -> Credits { Credits(nanocredits: Int64.random(in: 1...9_000_000_000, using: &generator)) }
        for round in 0..<160 {
            let number = Int.random(in: 0..<plans.count, using: &generator)
            var usage = Usage(action: ActionID(unchecked: "ai_chat_message"))
            usage.amount = amount()
            let intent: Intent
            switch Int.random(in: 0..<10, using: &generator) {
            case 0, 1:
                let sources: [GrantSource] = [.purchased, .bonus, .promotional, .refund, .rollover, .monthly]
                var order = GrantOrder(
                    creditType: TokenTotalTests.credits, amount: amount(),
                    source: sources[Int.random(in: 0..<sources.count, using: &generator)])
                let start = SystemClock().now().adding(seconds: 86_400)
                // Later today is never reached, so that both look at the same moment.
                if Int.random(in: 0..<4, using: &generator) == 0 { order.effectiveAt = start }
                if Bool.random(using: &generator) { order.expiresAt = start.adding(seconds: 86_400) }
                intent = .grant(order)
            case 2: intent = .hold(usage, seconds: 86_400)
            case 3:
                guard let hold = holds[number]?.popLast() else { continue }
                intent = .capture(hold, CaptureOrder(amount: usage.amount))
            case 4: intent = .track(usage)
            case 5:
                intent = .refund(EntryID(seq: Int64.random(in: 1...30, using: &generator)), amount: nil, reason: nil)
            case 6:
                let change = Bool.random(using: &generator) ? amount() : Credits(nanocredits: -amount().nanocredits)
                intent = .adjust(TokenTotalTests.credits, amount: change, reason: "by hand")
            case 7: intent = .voidGrant(GrantID(seq: Int64.random(in: 1...30, using: &generator)), reason: nil)
            default: intent = .charge(usage)
            }
            let outcome = try? await scene.submit("org\(number)", intent)
            if case .hold = intent, let hold = outcome?.hold?.id { holds[number, default: []].append(hold) }
            if round % 8 == 7 {
                for number in plans.indices {
                    let known = try await TokenTotalTests.known(scene, "org\(number)")
                    #expect(try TokenTotalTests.told(scene, "org\(number)") == known, "seed \(seed)")
                }
            }
        }
    }
}
