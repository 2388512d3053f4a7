import ScripCore
import ScripEngine

/// One account's story: commands at moments, and what the account has after each.
///
/// A story is text, one step a line: `DATE [HH:MM]  COMMAND ARGUMENTS  -> EXPECTATION`. What is expected is either
/// `refused CODE` or pairs such as `available 4, debt 0, monthly 4`. Lines that begin with `#` explain.
public struct Scenario {
    private var state: AccountState
    private var journal: [SealedEntry] = []
    private let catalogs: CatalogHistory
    private var now = Timestamp.earliest
    private var names: [String: Int64] = [:]
    private let creditType = CreditTypeID(unchecked: "credits")

    /// A step that did not go as told.
    public struct Failure: Error, CustomStringConvertible {
        /// What went otherwise, with the line.
        public var description: String
    }

    /// A story under a catalog.
    public init(catalog: Catalog) {
        var first = catalog
        first.version = 1
        catalogs = CatalogHistory([first])
        state = AccountState(id: AccountID(unchecked: "story"))
    }

    /// Tells a story and checks every step; afterwards the journal must replay to the same account.
    /// - Throws: ``Failure`` at the first step that goes otherwise.
    public mutating func run(_ story: String) throws {
        for (index, line) in story.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let text = line.split(separator: "#", omittingEmptySubsequences: false).first.map(String.init) ?? ""
            let words = text.split(separator: " ").map(String.init)
            if words.isEmpty { continue }
            do {
                try step(words)
                try checkInvariants()
            } catch {
                throw Failure(description: "line \(index + 1): \(line)\n  \(error)")
            }
        }
    }

    private mutating func step(_ words: [String]) throws {
        var rest = words[...]
        try setClock(&rest)
        let arrow = rest.firstIndex(of: "->") ?? rest.endIndex
        let command = Array(rest[..<arrow])
        let expected = rest[arrow...].dropFirst().joined(separator: " ")
        journal += state.advance(to: now, catalogs: catalogs)
        var refusal: Rejection?
        if let verb = command.first, verb != "look" {
            let intent = try intent(verb, Array(command.dropFirst()))
            do throws(Rejection) {
                let decision = try state.decide(Command(account: state.id, intent: intent), context: context())
                journal += decision.entries
                remember(command, decision)
                refusal = decision.wouldDeny
            } catch {
                refusal = error
            }
        }
        try check(expected, refusal: refusal)
    }

    private mutating func setClock(_ words: inout ArraySlice<String>) throws {
        let date = (words.popFirst() ?? "").split(separator: "-").compactMap { Int($0) }
        guard date.count == 3 else { throw Failure(description: "a step begins with a date") }
        var microseconds: Int64 = 0
        if let time = words.first, time.contains(":") {
            let parts = time.split(separator: ":").compactMap { Int64($0) }
            microseconds = (parts[0] * 3_600 + parts[1] * 60) * Timestamp.microsecondsPerSecond
            words.removeFirst()
        }
        now = CivilTime(year: date[0], month: date[1], day: date[2], microsecondOfDay: microseconds).asUTC
    }

    private func context() -> DecisionContext {
        let lines = journal
        return DecisionContext(
            now: now, catalogs: catalogs, entry: { seq in lines.first { $0.entry.seq == seq }?.entry },
            latestEntry: { seq in lines.last { $0.entry.subject == seq }?.entry }
        )
    }

    private mutating func remember(_ command: [String], _ decision: Decision) {
        guard let at = command.firstIndex(of: "as"), command.indices.contains(at + 1) else { return }
        names[command[at + 1]] = decision.answer?.entry.seq
    }

    private func checkInvariants() throws {
        var replayed = try AccountState.replay(journal, of: state.id)
        var kept = state
        _ = replayed.takeClosedUsage()
        _ = kept.takeClosedUsage()
        if replayed != kept { throw Failure(description: "the journal replays to another account") }
        for line in journal where try EntryCoding.decode(line.encoded) != line.entry {
            throw Failure(description: "line \(line.entry.seq) does not read back as it was written")
        }
        if try StateCoding.decode(StateCoding.encode(kept), id: kept.id) != kept {
            throw Failure(description: "the snapshot does not read back as it was written")
        }
        for standing in state.balances {
            let sources = standing.sources.values.reduce(0) { $0 + $1.nanocredits }
            if sources != standing.posted.nanocredits + standing.debt.nanocredits {
                throw Failure(description: "sources do not add up to posted and debt")
            }
            for grant in standing.grants
            where grant.remaining.isNegative || grant.held.isNegative || grant.held > grant.remaining {
                throw Failure(description: "grant \(grant.id.seq) is overdrawn")
            }
            for grant in standing.grants where grant.lapsing.isNegative || grant.lapsing > grant.held {
                throw Failure(description: "more of grant \(grant.id.seq) is to lapse than is held")
            }
        }
    }

    private func check(_ expected: String, refusal: Rejection?) throws {
        let standing = state.balance(of: creditType)
        if let refusal, !expected.contains(refusal.code) { throw Failure(description: "refused: \(refusal)") }
        for part in expected.split(separator: ",") {
            let words = part.split(separator: " ").map(String.init)
            guard words.count == 2 else { throw Failure(description: "cannot understand '\(part)'") }
            let found: String
            switch words[0] {
            case "refused", "observed": found = refusal?.code ?? "not refused"
            case "available": found = standing.available.description
            case "posted": found = standing.posted.description
            case "held": found = standing.held.description
            case "debt": found = standing.debt.description
            case "used": found = standing.allowance?.used.description ?? "0"
            case "resets": found = standing.allowance.map { Scenario.dayText($0.period.end) } ?? "never"
            case "plan": found = state.subscription.plan?.rawValue ?? "none"
            case "unlimited": found = standing.isUnlimited ? "yes" : "no"
            case "holds": found = "\(state.holds.count)"
            default:
                guard let source = GrantSource(rawValue: words[0]) else {
                    throw Failure(description: "cannot understand '\(words[0])'")
                }
                found = (standing.sources[source] ?? .zero).description
            }
            if found != words[1] { throw Failure(description: "\(words[0]) is \(found), not \(words[1])") }
        }
    }
}

extension Scenario {
    /// A moment as the day it falls on in UTC, with the time of day where it is not midnight.
    private static func dayText(_ moment: Timestamp) -> String {
        let civil = CivilTime(moment)
        func digits(_ number: some BinaryInteger) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(civil.year)-\(digits(civil.month))-\(digits(civil.day))"
        let minutes = civil.microsecondOfDay / Timestamp.microsecondsPerSecond / 60
        return minutes == 0 ? day : "\(day)T\(digits(minutes / 60)):\(digits(minutes % 60))"
    }

    /// The intent that a step's words say.
    private func intent(_ verb: String, _ words: [String]) throws -> Intent {
        func value(_ name: String) -> String? {
            words.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
        }
        func amount(_ text: String?) throws -> Credits {
            guard let text, let credits = Credits(text) else { throw Failure(description: "needs an amount") }
            return credits
        }
        func day(_ name: String) -> Timestamp? {
            let parts = (value(name) ?? "").split(separator: "-").compactMap { Int($0) }
            if parts.count != 3 { return nil }
            return CivilTime(year: parts[0], month: parts[1], day: parts[2], microsecondOfDay: 0).asUTC
        }
        func named() throws -> Int64 {
            guard let first = words.first, let seq = names[first] else { throw Failure(description: "names nothing") }
            return seq
        }
        func usage() throws -> Usage {
            var usage = Usage()
            if let credits = words.first.flatMap({ Credits($0) }) {
                usage.amount = credits
                usage.creditType = creditType
                usage.action = value("action").map { ActionID(unchecked: $0) }
            } else {
                usage.action = words.first.map { ActionID(unchecked: $0) }
            }
            if let tokens = value("tokens"), let count = Quantity(tokens) {
                usage.counts["input_tokens"] = count
            }
            if let seconds = value("seconds"), let count = Quantity(seconds) {
                usage.counts["seconds"] = count
            }
            if let quantity = value("quantity"), let count = Quantity(quantity) { usage.quantity = count }
            usage.occurredAt = day("on")
            return usage
        }
        switch verb {
        case "open", "set":
            var change = AccountChange()
            change.plan = value("plan").map { PlanID(unchecked: $0) }
            change.isDemo = words.contains("demo") ? true : nil
            change.enforcement = value("mode").flatMap { AccountSettings.Enforcement(rawValue: $0) }
            change.anchor = day("anchor")
            change.timeZone = value("zone").flatMap { TimeZoneRules(id: $0) }
            return .putAccount(change)
        case "grant":
            guard words.count > 1, let source = GrantSource(rawValue: words[1]) else {
                throw Failure(description: "needs a source")
            }
            var order = GrantOrder(creditType: creditType, amount: try amount(words.first), source: source)
            order.expiresAt = day("expires")
            order.effectiveAt = day("from")
            order.priority = value("priority").flatMap { Int32($0) }
            return .grant(order)
        case "void": return .voidGrant(GrantID(seq: try named()), reason: nil)
        case "charge": return .charge(try usage())
        case "track": return .track(try usage())
        case "hold": return .hold(try usage(), seconds: Int64(value("seconds_open") ?? "900") ?? 900)
        case "capture":
            return .capture(
                HoldID(seq: try named()), CaptureOrder(amount: try words.dropFirst().first.map { try amount($0) }))
        case "release": return .release(HoldID(seq: try named()))
        case "extend": return .extend(HoldID(seq: try named()), seconds: Int64(words.dropFirst().first ?? "") ?? 0)
        case "refund":
            return .refund(
                EntryID(seq: try named()), amount: try words.dropFirst().first.map { try amount($0) }, reason: nil)
        case "adjust": return .adjust(creditType, amount: try amount(words.first), reason: value("because") ?? "")
        case "plan", "upgrade", "downgrade":
            var order = SubscriptionOrder(plan: words.first.map { PlanID(unchecked: $0) })
            order.when = value("when").flatMap { SubscriptionOrder.When(rawValue: $0) }
            order.endsAt = day("ends")
            order.fallbackPlan = value("fallback").map { PlanID(unchecked: $0) }
            order.anchor = value("anchor").flatMap { Subscription.Anchor(rawValue: $0) }
            order.trialEndsAt = day("trial")
            order.quantity = value("seats").flatMap { Int64($0) }
            switch verb {
            case "upgrade": return .subscription(.upgrade(order))
            case "downgrade": return .subscription(.downgrade(order))
            default: return .subscribe(order)
            }
        case "renew": return .subscription(.renew(endsAt: day("ends")))
        case "expire": return .subscription(.expire)
        default: throw Failure(description: "there is no command '\(verb)'")
        }
    }
}
