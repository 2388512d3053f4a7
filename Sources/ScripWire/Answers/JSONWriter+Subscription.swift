import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// Writes the members of how an account stands with its plan, with its balances.
    package mutating func subscriptionStatus(of state: AccountState, at moment: Timestamp, catalog: Catalog) {
        let status = state.subscriptionStatus(at: moment, catalog: catalog)
        member("account", state.id.rawValue)
        member("at", moment)
        member("plan", status.plan?.rawValue)
        member("state", status.state.rawValue)
        member("started_at", status.startedAt)
        member("period_start", status.period.start)
        member("period_end", status.period.end)
        member("resets_at", status.resetsAt)
        member("ends_at", status.endsAt)
        member("past_due_since", status.pastDueSince)
        member("grace_ends_at", status.graceEndsAt)
        member("fallback_plan", status.fallbackPlan?.rawValue)
        member("anchor", status.anchor)
        member("trial_ends_at", status.trialEndsAt)
        member("quantity", status.quantity)
        name("pending")
        if let pending = status.pending { object { $0.pending(pending) } } else { null() }
        name("ended")
        if let ended = status.ended {
            object { writer in
                writer.member("plan", ended.plan.rawValue)
                writer.member("at", ended.at)
            }
        } else {
            null()
        }
        member("balances", array: state.balances) { $0.balance($1, tag: state.tag) }
    }

    mutating func pending(_ pending: Subscription.Pending) {
        member("plan", pending.plan?.rawValue)
        member("at", pending.at)
        member("ends_at", pending.endsAt)
        member("fallback_plan", pending.fallbackPlan?.rawValue)
    }
}
