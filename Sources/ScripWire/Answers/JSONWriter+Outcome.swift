import ScripCore
import ScripEngine
import ScripJSON

/// What a command came to, as the API and the command line both say it.
extension JSONWriter {
    /// Writes the members of what moved credits by a charge, a refund or an adjustment.
    package mutating func outcome(_ outcome: Outcome) {
        let state = outcome.state
        name("entry")
        if let entry = outcome.entry?.entry { object { $0.entry(entry, tag: state.tag) } } else { null() }
        name("balance")
        if let creditType = outcome.rating?.creditType ?? outcome.entry?.entry.creditType {
            object { $0.balance(state.balance(of: creditType), tag: state.tag) }
        } else {
            null()
        }
        let wouldDeny = outcome.wouldDeny?.code ?? outcome.entry?.entry.wouldDeny
        member("would_deny", wouldDeny != nil)
        if let wouldDeny { member("would_deny_reason", wouldDeny) }
        member("demo", outcome.isDemo)
    }

    /// Writes the members of what gave a grant or took back what was left of it.
    package mutating func grantOutcome(_ outcome: Outcome) {
        guard let entry = outcome.entry?.entry, let creditType = entry.creditType else { return }
        let tag = outcome.state.tag
        let standing = outcome.state.balance(of: creditType)
        if let terms = entry.terms {
            let id = GrantID(seq: entry.seq)
            // A grant that went to debt at once is no longer among the open ones.
            let grant = standing.grants.first { $0.id == id } ?? Grant(id: id, terms: terms, remaining: .zero)
            member("grant") { $0.grant(grant, tag: tag) }
        }
        member("entry") { $0.entry(entry, tag: tag) }
        member("balance") { $0.balance(standing, tag: tag) }
    }

    /// Writes the members of what placed or closed a hold.
    package mutating func holdOutcome(_ outcome: Outcome) {
        let state = outcome.state
        if outcome.isDemo { return demoHold(.open, of: state, rating: outcome.rating) }
        if let hold = outcome.hold { member("hold") { $0.hold(hold, tag: state.tag) } }
        if let entry = outcome.entry?.entry {
            member("entry") { $0.entry(entry, tag: state.tag) }
            if let creditType = entry.creditType {
                member("balance") { $0.balance(state.balance(of: creditType), tag: state.tag) }
            }
        }
        member("would_deny", outcome.wouldDeny != nil)
    }

    /// Writes the members of what changed a plan.
    package mutating func subscriptionOutcome(_ state: AccountState) {
        member("account", state.id.rawValue)
        member("subscription") { $0.subscription(state.subscription) }
        member("balances", array: state.balances) { $0.balance($1, tag: state.tag) }
    }

    /// Writes the members of whether a charge would be allowed.
    package mutating func check(_ check: Check) {
        member("allowed", check.isAllowed)
        member("reason", check.refusal?.code)
        if let refusal = check.refusal { member("detail", refusal.description) }
        member("credit_type", check.rating.creditType.rawValue)
        member("required", check.rating.amount)
        member("available", check.available)
        member("remaining", check.remaining)
        if case .insufficientCredits(let shortfall) = check.refusal { member("resets_at", shortfall.resetsAt) }
        member("demo", check.isDemo)
        if !check.rating.unpriced.isEmpty { unpriced(check.rating) }
        if check.rating.isEstimate { member("estimated", true) }
    }
}
