import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")

/// One thing that happens in a random history: a command to an account, after so many seconds.
struct RandomStep: CustomStringConvertible, Sendable {
    var seconds: Int64
    var account: String
    var intent: Intent
    var key: String?

    var description: String { "+\(seconds)s \(account) \(key ?? "") \(intent)" }
}

/// Random histories that follow from a seed.
struct RandomHistory {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func steps(_ count: Int) -> [RandomStep] {
        var steps: [RandomStep] = ["a", "b"].map {
            var change = AccountChange()
            change.plan = PlanID(
                unchecked: ["free", "pro", "saver", "weekly", "endless", "postpaid"].randomElement(using: &random)
                    ?? "free")
            return RandomStep(seconds: 0, account: $0, intent: .putAccount(change))
        }
        for _ in 0..<count {
            let seconds = [0, 0, 1, 60, 900, 86_400, 86_400 * 9, 86_400 * 40].randomElement(using: &random) ?? 0
            let key = Int.random(in: 0..<3, using: &random) == 0 ? "k\(Int.random(in: 0..<8, using: &random))" : nil
            steps.append(
                RandomStep(
                    seconds: Int64(seconds), account: Bool.random(using: &random) ? "a" : "b", intent: intent(),
                    key: key
                )
            )
        }
        return steps
    }

    private mutating func amount() -> Credits {
        Credits(nanocredits: Int64.random(in: 1...12_000_000_000, using: &random))
    }

    private mutating func usage() -> Usage {
        var usage = Usage(
            action: ActionID(unchecked: ["chat", "video", "compute"].randomElement(using: &random) ?? "chat"))
        if Bool.random(using: &random) {
            usage = Usage()
            usage.amount = amount()
            usage.creditType = credits
        }
        return usage
    }

    private mutating func intent() -> Intent {
        let seq = Int64.random(in: 1...30, using: &random)
        switch Int.random(in: 0..<16, using: &random) {
        case 0...3: return .charge(usage())
        case 4: return .track(usage())
        case 5, 6: return .hold(usage(), seconds: [60, 3_600, 86_400 * 5].randomElement(using: &random) ?? 60)
        case 7, 8: return .capture(HoldID(seq: seq), CaptureOrder(amount: Bool.random(using: &random) ? amount() : nil))
        case 9: return .release(HoldID(seq: seq))
        case 10: return .refund(EntryID(seq: seq), amount: Bool.random(using: &random) ? amount() : nil, reason: nil)
        case 11: return .voidGrant(GrantID(seq: seq), reason: nil)
        case 12:
            return .adjust(
                credits, amount: Bool.random(using: &random) ? amount() : Credits(nanocredits: -1_500_000_000),
                reason: "r")
        case 13:
            let plans = ["none", "free", "pro", "saver", "weekly", "endless", "postpaid"]
            let when = [SubscriptionOrder.When.now, .periodEnd, nil].randomElement(using: &random) ?? nil
            return .subscribe(
                SubscriptionOrder(plan: PlanID(unchecked: plans.randomElement(using: &random) ?? "free"), when: when))
        default:
            var order = GrantOrder(
                creditType: credits, amount: amount(),
                source: [.purchased, .bonus, .promotional].randomElement(using: &random) ?? .bonus)
            if Bool.random(using: &random) {
                order.expiresAt = Fixture.day("2026-01-31").adding(
                    seconds: Int64.random(in: 1...86_400 * 200, using: &random))
            }
            return .grant(order)
        }
    }
}

@Suite("Random histories keep the rules on every store", .heavy, .timeLimit(.minutes(15)))
struct PropertyTests {
    /// Runs a history and returns what is wrong with it; `nil` when nothing is.
    private func fault(in steps: [RandomStep]) async throws -> String? {
        for kind in StoreKind.allCases where kind != .memory {
            if let fault = try await fault(in: steps, on: kind) { return "\(kind): \(fault)" }
        }
        return nil
    }

    private func fault(in steps: [RandomStep], on kind: StoreKind) async throws -> String? {
        let memory = try await Fixture(.memory)
        let sqlite = try await Fixture(kind)
        for step in steps {
            memory.clock.advance(seconds: step.seconds)
            sqlite.clock.advance(seconds: step.seconds)
            let left = await outcome(of: step, in: memory)
            let right = await outcome(of: step, in: sqlite)
            if left != right { return "stores differ at \(step): \(left) and \(right)" }
            for id in ["a", "b"] {
                if let fault = try await fault(of: AccountID(unchecked: id), in: memory) { return "\(step): \(fault)" }
            }
        }
        let verification = try await sqlite.engine.verify()
        if !verification.isClean { return "verify: \(verification.differences)" }
        let oracle = try await memory.engine.verify()
        if !oracle.isClean { return "verify memory: \(oracle.differences)" }
        return nil
    }

    private func outcome(of step: RandomStep, in fixture: Fixture) async -> String {
        do {
            let outcome = try await fixture.submit(step.account, step.intent, key: step.key)
            return
                "\(outcome.isRepeat) \(outcome.entry?.digest.description ?? "nothing") \(String(decoding: StateCoding.encode(outcome.state), as: UTF8.self))"
        } catch {
            return "\(error)"
        }
    }

    private func fault(of id: AccountID, in fixture: Fixture) async throws -> String? {
        guard let state = try? await fixture.engine.account(id).state else { return nil }
        for standing in state.balances {
            for grant in standing.grants
            where grant.remaining.isNegative || grant.held.isNegative || grant.held > grant.remaining {
                return "grant \(grant.id.seq) of \(id) is overdrawn: \(grant)"
            }
            if standing.debt.isNegative { return "negative debt" }
            let free = standing.grants.reduce(0) { $0 + $1.free.nanocredits }
            if standing.debt.isPositive && free > 0 { return "debt \(standing.debt) beside \(free) free nanocredits" }
            let lines = try await fixture.engine.entries(EntryQuery(account: id, limit: 10_000)).map(\.entry)
            if let fault = conservation(of: lines, standing: standing, at: state) { return fault }
        }
        return nil
    }

    /// Every credit that came in is still there or went out by a line that says so.
    private func conservation(of lines: [Entry], standing: Balance, at state: AccountState) -> String? {
        var sum: Int128 = 0
        for entry in lines where entry.creditType == standing.creditType {
            var moved: Int128 = 0
            for draw in entry.draws where draw.place != .unlimited { moved += Int128(draw.amount.nanocredits) }
            var made: Int128 = 0
            if entry.kind != .grantScheduled, let terms = entry.terms { made = Int128(terms.amount.nanocredits) }
            if entry.kind == .grantVoided && entry.amount.isZero { moved = 0 }
            let grants = entry.draws.filter { if case .debt = $0.place { false } else { $0.place != .unlimited } }
            let fromGrants = grants.reduce(Int128(0)) { $0 + Int128($1.amount.nanocredits) }
            let toDebt = entry.draws.reduce(Int128(0)) {
                if case .debt = $1.place { $0 + Int128($1.amount.nanocredits) } else { $0 }
            }
            if entry.kind == .grantVoided && entry.amount.isZero { continue }
            sum += made - fromGrants - toDebt
        }
        // A projection may stand after the last line only when time has changed something; compare when it has not.
        guard let last = lines.first, last.seq == state.seq else { return nil }
        return sum == Int128(standing.posted.nanocredits) ? nil : "posted \(standing.posted), lines add up to \(sum)"
    }

    @Test("Over many seeds; a failure shrinks to a short script")
    func randomHistories() async throws {
        let given = ProcessInfo.processInfo.environment["SCRIP_SEED"].flatMap { UInt64($0) }
        let first = given ?? UInt64.random(in: 0...UInt64.max >> 1)
        for seed in first..<(first + (given == nil ? 40 : 1)) {
            var history = RandomHistory(seed: seed)
            var steps = history.steps(60)
            guard var fault = try await fault(in: steps) else { continue }
            var index = 0
            while index < steps.count {
                var fewer = steps
                fewer.remove(at: index)
                if let same = try await self.fault(in: fewer) {
                    (steps, fault) = (fewer, same)
                } else {
                    index += 1
                }
            }
            Issue.record("seed \(seed): \(fault)\n\(steps.map(\.description).joined(separator: "\n"))")
            return
        }
        print("seeds \(first)…\(first + 39)")
    }

    @Test("Going to a moment in one step or in many comes to the same balances")
    func manySweeps() async throws {
        let first = UInt64.random(in: 0...UInt64.max >> 1)
        print("seeds \(first)…\(first + 19)")
        for seed in first..<(first + 20) {
            var history = RandomHistory(seed: seed)
            let steps = history.steps(25)
            let once = try await Fixture(.memory)
            let often = try await Fixture(.memory)
            for step in steps {
                once.clock.advance(seconds: step.seconds)
                for _ in 0..<4 {
                    often.clock.advance(seconds: step.seconds / 4)
                    _ = try await Sweeper(engine: often.engine).sweep()
                }
                often.clock.set(once.clock.now())
                if case .charge = step.intent {
                } else if case .grant = step.intent {
                } else if case .putAccount = step.intent {
                } else {
                    continue
                }
                let key = step.key.map { "\($0)" }
                _ = try? await once.submit(step.account, step.intent, key: key)
                _ = try? await often.submit(step.account, step.intent, key: key)
            }
            for id in ["a", "b"] {
                let left = try await once.engine.account(AccountID(unchecked: id)).state.balances
                let right = try await often.engine.account(AccountID(unchecked: id)).state.balances
                #expect(left.map(\.available) == right.map(\.available), "seed \(seed)")
                #expect(left.map(\.sources) == right.map(\.sources), "seed \(seed)")
                #expect(left.map(\.debt) == right.map(\.debt), "seed \(seed)")
            }
        }
    }
}
