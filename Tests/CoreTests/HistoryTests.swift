import Foundation
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite("Random histories of one account keep the rules", .timeLimit(.minutes(15)))
struct HistoryTests {
    private let start = TestAccount.day(2026, 1, 1)

    /// Two versions of the stories' catalog; the second comes into force on the first moment of a period.
    private func catalogs() throws -> CatalogHistory {
        var first = try CatalogDocument.parse(ScenarioTests.catalog)
        first.version = 1
        var second = first
        second.version = 2
        second.effectiveAt = TestAccount.day(2026, 4, 1)
        for (id, plan) in first.plans {
            second.plans[id]?.allowances = plan.allowances.map { allowance in
                guard case .limited(let amount) = allowance.amount else { return allowance }
                var next = allowance
                next.amount = .limited(Credits(nanocredits: amount.nanocredits + 3_000_000_000))
                next.rollover = .zero
                return next
            }
        }
        return CatalogHistory([first, second])
    }

    /// Runs seeds of a property; the first that fails is shrunk to a short script and reported.
    private func check(_ fault: ([ScriptStep], CatalogHistory) throws -> String?) throws {
        let given = ProcessInfo.processInfo.environment["SCRIP_SEED"].flatMap { UInt64($0) }
        let first = given ?? UInt64.random(in: 0...UInt64.max >> 1)
        let seeds = ProcessInfo.processInfo.environment["SCRIP_SEEDS"].flatMap { UInt64($0) } ?? 150
        let last = given == nil ? first + seeds - 1 : first
        print("seeds \(first)…\(last)")
        let catalogs = try catalogs()
        for seed in first...last {
            var script = RandomScript(seed: seed)
            var steps = script.steps(40)
            guard var found = try fault(steps, catalogs) else { continue }
            var index = 0
            while index < steps.count {
                var fewer = steps
                fewer.remove(at: index)
                if let still = try fault(fewer, catalogs) {
                    (steps, found) = (fewer, still)
                    index = 0
                } else {
                    index += 1
                }
            }
            Issue.record("SCRIP_SEED=\(seed): \(found)\n\(steps.map(\.description).joined(separator: "\n"))")
            return
        }
    }

    @Test("Nothing is overdrawn, everything is accounted for, and the journal says it all again")
    func invariants() throws {
        try check { steps, catalogs in
            var run = ScriptRun(catalogs, at: start)
            for step in steps {
                let before = run.account
                run.take(step)
                if let fault = try Invariants.fault(in: run.account) { return "\(step): \(fault)" }
                if let fault = Invariants.overdraft(from: before, to: run.account, by: step) { return fault }
            }
            return nil
        }
    }

    @Test("Going to a moment in one step or in many comes to the same")
    func manySteps() throws {
        try check { steps, catalogs in
            var once = ScriptRun(catalogs, at: start)
            var often = ScriptRun(catalogs, at: start)
            for step in steps {
                once.take(step)
                often.take(step, parts: 37)
                if once.outcomes != often.outcomes {
                    return "\(step): \(once.outcomes.last ?? ""), in many steps \(often.outcomes.last ?? "")"
                }
                let (left, right) = (Shape(once.account), Shape(often.account))
                if left != right { return "\(step): \(left)\nin many steps \(right)" }
            }
            return nil
        }
    }

    /// What an account comes to, whatever numbers its lines have.
    private struct Shape: Hashable, CustomStringConvertible {
        var description: String

        init(_ account: TestAccount) {
            let standing = account.standing
            let grants = standing.grants.map {
                "\($0.terms.source) \($0.remaining) held \($0.held) until \($0.terms.expiresAt?.microseconds ?? 0)"
            }
            description =
                "available \(standing.available) posted \(standing.posted) debt \(standing.debt) "
                + "used \(standing.allowance?.used ?? .zero) plan \(account.state.subscription.plan?.rawValue ?? "") "
                + "period \(standing.allowance?.period.start.microseconds ?? 0) \(grants.sorted())"
        }
    }
}

/// What must hold of every account after every step.
enum Invariants {
    static func fault(in account: TestAccount) throws -> String? {
        let standing = account.standing
        for grant in standing.grants
        where grant.remaining.isNegative || grant.held.isNegative || grant.held > grant.remaining
            || grant.remaining > grant.terms.amount
        {
            return "grant \(grant.id.seq) is overdrawn or overfull: \(grant)"
        }
        if standing.debt.isNegative { return "debt is negative" }
        let free = standing.grants.reduce(0) { $0 + $1.free.nanocredits }
        if standing.debt.isPositive && free > 0 { return "debt \(standing.debt) beside \(free) free nanocredits" }
        let held = account.state.holds.reduce(0) { sum, hold in
            sum + hold.parts.reduce(0) { $0 + ($1.place == .unlimited ? 0 : $1.amount.nanocredits) }
        }
        if held != standing.held.nanocredits { return "open holds hold \(held), the balance says \(standing.held)" }
        let sources = standing.sources.values.reduce(0) { $0 + $1.nanocredits }
        if sources != standing.posted.nanocredits + standing.debt.nanocredits { return "sources do not add up" }
        if let expired = standing.grants.first(where: { $0.hasExpired && $0.remaining != $0.held }) {
            return "an ended grant keeps more than its holds: \(expired)"
        }
        return try conservation(in: account) ?? codings(of: account)
    }

    /// Every credit that came in is still there or went out by a line that says so.
    private static func conservation(in account: TestAccount) throws -> String? {
        var sum: Int128 = 0
        for entry in account.journal.map(\.entry) {
            if let terms = entry.terms, entry.kind != .grantScheduled { sum += Int128(terms.amount.nanocredits) }
            let isCancelled = entry.kind == .grantVoided && entry.amount.isZero
            for draw in entry.draws where draw.place != .unlimited && !isCancelled {
                sum -= Int128(draw.amount.nanocredits)
            }
            if entry.creditType != nil && sum != Int128(entry.postedAfter.nanocredits) {
                return "line \(entry.seq) says posted \(entry.postedAfter), lines add up to \(sum)"
            }
        }
        return sum == Int128(account.standing.posted.nanocredits) ? nil : "posted is not what lines add up to"
    }

    private static func codings(of account: TestAccount) throws -> String? {
        var kept = account.state
        _ = kept.takeClosedUsage()
        var replayed = try AccountState.replay(account.journal, of: kept.id)
        _ = replayed.takeClosedUsage()
        if replayed != kept { return "the journal replays to another account" }
        for line in account.journal.suffix(8) where try EntryCoding.decode(line.encoded) != line.entry {
            return "line \(line.entry.seq) does not read back as it was written"
        }
        return try StateCoding.decode(StateCoding.encode(kept), id: kept.id) == kept ? nil : "the snapshot differs"
    }

    /// Charges and holds that are enforced leave at least nothing available, less the overage.
    static func overdraft(from before: TestAccount, to after: TestAccount, by step: ScriptStep) -> String? {
        switch step.action {
        case .charge, .hold: break
        default: return nil
        }
        let state = after.state
        guard state.settings.enforcement == .enforce, !after.standing.isUnlimited else { return nil }
        var limit = Credits.zero
        let plan = state.subscription.plan.flatMap { after.catalogs.inForce(at: after.now).plans[$0] }
        if case .allow(let stated) = plan?.overage { limit = stated }
        guard let last = after.journal.last?.entry, last.kind == .charge || last.kind == .hold,
            last.seq > before.state.seq, !(last.rating?.amount ?? .zero).isZero
        else { return nil }
        let floor = 0 - limit.nanocredits
        return after.standing.available.nanocredits < floor ? "\(step) left \(after.standing.available)" : nil
    }
}
