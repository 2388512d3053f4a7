import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

/// What the views say is what the engine says.
@Suite("What SQL is told", .heavy, .timeLimit(.minutes(15)))
struct SQLAnswerTests {
    private static let credits = CreditTypeID(unchecked: "credits")
    private static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func amount<Generator: RandomNumberGenerator>(_ generator: inout Generator) -> Credits {
        Credits(nanocredits: Int64.random(in: 1...6_000_000_000, using: &generator))
    }

    /// An engine whose clock shows that it is some hours ago.
    private static func earlier(_ scene: SQLScene, by seconds: Int64) async throws -> (Engine, FixedClock) {
        let clock = FixedClock(SystemClock().now().adding(seconds: -seconds))
        let store = try await PostgresLedgerStore(address: scene.address, laneCount: 2, readerCount: 1)
        let engine = try await Engine(store: store, clock: clock, logger: silent)
        return (engine, clock)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `balances are the engine's, whatever time has changed since they were written`(seed: UInt64) async throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let scene = try await SQLScene(instances: 0)
        let (engine, clock) = try await SQLAnswerTests.earlier(scene, by: 7_200)
        let accounts = (0..<12).map { AccountID(unchecked: "account\($0)") }
        for id in accounts {
            // The first period ends long after the test.
            var change = AccountChange()
            change.anchor = clock.now().adding(seconds: -86_400)
            _ = try await engine.put(account: id, change: change)
        }
        var holds: [AccountID: [HoldID]] = [:]
        for _ in 0..<260 {
            clock.advance(seconds: Int64.random(in: 0...20, using: &generator))
            let id = accounts[Int.random(in: 0..<accounts.count, using: &generator)]
            var usage = Usage(action: ActionID(unchecked: "ai_chat_message"))
            usage.amount = SQLAnswerTests.amount(&generator)
            let intent: Intent
            switch Int.random(in: 0..<12, using: &generator) {
            case 0, 1, 7, 8:
                var order = GrantOrder(
                    creditType: SQLAnswerTests.credits, amount: SQLAnswerTests.amount(&generator),
                    source: [.purchased, .bonus, .promotional][Int.random(in: 0..<3, using: &generator)])
                let start = clock.now().adding(seconds: Int64.random(in: 0...9_000, using: &generator))
                if Bool.random(using: &generator) { order.effectiveAt = start }
                if Bool.random(using: &generator) {
                    order.expiresAt = start.adding(seconds: Int64.random(in: 1...9_000, using: &generator))
                }
                intent = .grant(order)
            case 2: intent = .hold(usage, seconds: Int64.random(in: 10...9_000, using: &generator))
            case 3:
                guard let hold = holds[id]?.popLast() else { continue }
                intent = .capture(hold, CaptureOrder(amount: usage.amount))
            case 4: intent = .track(usage)
            case 5:
                intent = .refund(EntryID(seq: Int64.random(in: 1...20, using: &generator)), amount: nil, reason: nil)
            default: intent = .charge(usage)
            }
            let outcome = try? await engine.submit(Command(account: id, intent: intent))
            if case .hold = intent, let hold = outcome?.hold?.id { holds[id, default: []].append(hold) }
        }
        let seen = try scene.sql(
            """
            SELECT user_id, current_balance, held_balance, debt, current_month_consumed
            FROM user_credit_balances ORDER BY user_id COLLATE "C"
            """)
        var expected: [String] = []
        let today = Int32(SystemClock().now().microseconds / Timestamp.microsecondsPerDay)
        for id in accounts.sorted() {
            let balance = try await scene.engine.account(id).state.balance(of: SQLAnswerTests.credits)
            let totals = try await scene.engine.usage(of: id, from: today - 31, through: today)
            let consumed = totals.reduce(Int64(0)) { $0 + $1.charged.nanocredits - $1.refunded.nanocredits }
            expected.append(
                "\(id)|\(balance.available)|\(balance.held)|\(balance.debt)|\(Credits(nanocredits: consumed))")
        }
        #expect(seen.count == expected.count)
        var exact = 0
        for (id, (shown, known)) in zip(accounts.sorted(), zip(seen, expected)) {
            let written = try await scene.engine.store.read { try $0.account(id)?.state }
            // Credits that came and went since may have paid debt in between; then the view shows less, never more.
            if written?.balance(of: SQLAnswerTests.credits).debt.isPositive == true, shown != known {
                let (least, right) = (shown.split(separator: "|"), known.split(separator: "|"))
                #expect(try #require(Credits(least[1])) <= #require(Credits(right[1])))
                #expect(least[2] == right[2] && least[4] == right[4])
                continue
            }
            #expect(shown == known)
            exact += 1
        }
        #expect(exact >= 8)

        let charged = try scene.sql(
            "SELECT account_id, sum(credits_charged) FROM credit_usage_events GROUP BY 1 ORDER BY account_id COLLATE \"C\""
        )
        let sums = expected.map { $0.split(separator: "|") }.filter { $0[4] != "0" }.map { "\($0[0])|\($0[4])" }
        #expect(
            try charged.filter { !$0.hasSuffix("|0") }.map { line in
                let parts = line.split(separator: "|").map(String.init)
                return "\(parts[0])|\(try #require(Credits(parts[1])))"
            } == sums)
    }

    @Test func `a period that began and was not written yet is said to be missing`() async throws {
        let scene = try await SQLScene(instances: 0)
        let (engine, _) = try await SQLAnswerTests.earlier(scene, by: 40 * 86_400)
        _ = try await engine.put(account: AccountID(unchecked: "late"), change: AccountChange())
        let asking = "SELECT is_current, current_balance FROM user_credit_balances WHERE user_id = 'late'"
        #expect(try scene.sql(asking) == ["f|0"])
        _ = try await Sweeper(engine: scene.engine).sweep()
        #expect(try scene.sql(asking) == ["t|10"])
    }

    @Test func `texts that PostgreSQL cannot hold make no view fail`() async throws {
        let scene = try await SQLScene(instances: 0)
        _ = try await scene.engine.put(account: AccountID(unchecked: "odd"), change: AccountChange()) {
            $0.metadata = #"{"organization_id":"a\u0000b","big":1e999999,"\\u0000":1}"#
        }
        var usage = Usage(action: ActionID(unchecked: "ai_chat_message"))
        usage.description = "a\u{0}b"
        usage.metadata = #"{"zero":"\u0000","big":1e999999,"slash":"\\u0000"}"#
        try await scene.submit("odd", .charge(usage))
        #expect(try scene.sql("SELECT description FROM credit_usage_events") == ["a\u{2400}b"])
        #expect(try scene.sql("SELECT metadata ->> 'zero' FROM credit_usage_events") == ["\u{2400}"])
        #expect(try scene.sql("SELECT id, organization_id FROM user_profiles") == ["odd|a\u{2400}b"])
        #expect(try scene.sql("SELECT count(*) FROM user_credit_balances") == ["1"])
    }

    @Test func `ids of usage are those of the journal's entries, and refunds lessen what was charged`() async throws {
        let scene = try await SQLScene(instances: 0)
        try await scene.open("ada")
        let usage = Usage(action: ActionID(unchecked: "video_analysis"))
        let entry = try #require(try await scene.submit("ada", .charge(usage)).entry?.entry)
        try await scene.submit("ada", .refund(entry.id, amount: Credits("1"), reason: nil))
        try await scene.submit("ada", .refund(entry.id, amount: Credits("0.5"), reason: nil))
        #expect(
            try scene.sql(
                "SELECT id, credits_charged, credits_refunded, cost_dollars, price_version FROM credit_usage_events"
            ) == [
                "\(entry.id.text(in: AccountTag(AccountID(unchecked: "ada"))))|1.0|1.5|2.5|1".replacing(
                    "|1.0|", with: "|1|")
            ])
    }

    @Test func `prices of every version are there, also of those from before SQL could read them`() async throws {
        let scene = try await SQLScene(instances: 0)
        let shown = "SELECT action_type, rate, credits, compute_cost_dollars FROM credit_action_costs ORDER BY 1"
        let before = try scene.sql(shown)
        #expect(
            before == [
                "ai_chat_message|fixed|0.25|0.25", "generate_lead|fixed|1|", "generate_quest|fixed|3|",
                "video_analysis|compute||2.5", "workflow_execution|fixed|0.001|0.001",
            ])
        // A database that was never taken beyond step 3, with the same catalog.
        let cluster = try PostgresCluster.shared.get()
        let earlier = try cluster.makeDatabase()
        let migrations = PostgresMigrations(address: cluster.address(of: earlier))
        _ = try await migrations.apply(through: 3)
        let columns = ["version", "effective_at", "recorded_at", "actor", "document", "encode(book, 'hex')"]
        let literals = columns.map { "quote_nullable(\($0))" }.joined(separator: " || ',' || ")
        for values in try scene.sql("SELECT replace(\(literals), E'\\n', '\\n') FROM scrip.catalogs") {
            try cluster.run(
                sql: """
                    INSERT INTO scrip.catalogs (version, effective_at, recorded_at, actor, document, book)
                    SELECT v::bigint, e::bigint, r::bigint, a, replace(d, '\\n', E'\\n'), decode(b, 'hex')
                    FROM (VALUES (\(values))) AS made (v, e, r, a, d, b)
                    """, in: earlier)
        }
        #expect(try await migrations.apply().first?.number == 4)
        let after = try cluster.run(sql: shown, in: earlier).split(separator: "\n").map(String.init)
        #expect(after == before)
    }
}
