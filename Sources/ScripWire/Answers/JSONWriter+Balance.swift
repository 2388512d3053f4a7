import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// Writes the members of all of an account's balances.
    package mutating func balances(of snapshot: AccountSnapshot) {
        let state = snapshot.state
        member("account", state.id.rawValue)
        member("at", snapshot.at)
        member("plan", state.subscription.plan?.rawValue)
        member("demo", state.settings.isDemo)
        member("version", state.seq)
        member("balances", array: state.balances) { $0.balance($1, tag: state.tag) }
    }

    /// Writes the members of one of an account's balances.
    package mutating func balance(_ balance: Balance, tag: AccountTag) {
        member("credit_type", balance.creditType.rawValue)
        member("available", balance.isUnlimited ? nil : balance.available)
        member("posted", balance.posted)
        member("held", balance.held)
        member("debt", balance.debt)
        member("unlimited", balance.isUnlimited)
        member("sources") { writer in
            for source in GrantSource.allCases {
                writer.name(source.rawValue)
                writer.string((balance.sources[source] ?? .zero).description)
            }
        }
        var allowance: Credits?
        if case .limited(let amount) = balance.allowance?.amount { allowance = amount }
        member("allowance", allowance)
        member("used", balance.allowance?.used ?? .zero)
        member("period_start", balance.allowance?.period.start)
        member("resets_at", balance.allowance?.period.end)
        member("grants", array: balance.grants) { writer, grant in writer.grant(grant, tag: tag) }
    }

    /// Writes the members of a grant.
    package mutating func grant(_ grant: Grant, tag: AccountTag) {
        member("id", grant.id.text(in: tag))
        member("source", grant.terms.source.rawValue)
        member("amount", grant.terms.amount)
        member("remaining", grant.remaining)
        member("held", grant.held)
        member("priority", Int64(grant.terms.priority))
        member("effective_at", grant.terms.effectiveAt)
        member("expires_at", grant.terms.expiresAt)
        member("scheduled", grant.isScheduled)
        member("expired", grant.isOver)
    }

    /// Writes the members of a hold.
    package mutating func hold(_ hold: HoldReport, tag: AccountTag) {
        member("id", hold.id.text(in: tag))
        member("credit_type", hold.creditType.rawValue)
        member("status", hold.status.rawValue)
        member("amount", hold.amount)
        member("captured", hold.captured)
        member("expires_at", hold.expiresAt)
        member("action", hold.action?.rawValue)
    }
}
