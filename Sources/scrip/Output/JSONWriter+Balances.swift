import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// The members of an account's balances as the API names them.
    mutating func balanceMembers(_ snapshot: AccountSnapshot) {
        let state = snapshot.state
        member("account", state.id.rawValue)
        member("at", snapshot.at)
        member("plan", state.subscription.plan?.rawValue)
        member("demo", state.settings.isDemo)
        member("version", state.seq)
        name("balances")
        array { writer in
            for balance in state.standings { writer.balance(balance, tag: state.tag) }
        }
    }

    /// The standing with one credit type.
    mutating func balance(_ balance: Balance, tag: AccountTag) {
        object { writer in
            writer.member("credit_type", balance.creditType.rawValue)
            writer.member("available", balance.isUnlimited ? nil : balance.available)
            writer.member("posted", balance.posted)
            writer.member("held", balance.held)
            writer.member("debt", balance.debt)
            writer.member("unlimited", balance.isUnlimited)
            writer.name("sources")
            writer.object { writer in
                for source in GrantSource.allCases {
                    writer.name(source.rawValue)
                    writer.string((balance.sources[source] ?? .zero).description)
                }
            }
            var allowance: Credits?
            if case .limited(let amount)? = balance.allowance?.amount { allowance = amount }
            writer.member("allowance", allowance)
            writer.member("used", balance.allowance?.used ?? .zero)
            writer.member("period_start", balance.allowance?.period.start)
            writer.member("resets_at", balance.allowance?.period.end)
            writer.name("grants")
            writer.array { writer in
                for grant in balance.grants { writer.grant(grant, tag: tag) }
            }
        }
    }

    /// A grant with what is left of it.
    mutating func grant(_ grant: Grant, tag: AccountTag) {
        object { writer in
            writer.member("id", grant.id.text(in: tag))
            writer.member("source", grant.terms.source.rawValue)
            writer.member("amount", grant.terms.amount)
            writer.member("remaining", grant.remaining)
            writer.member("held", grant.held)
            writer.member("priority", grant.terms.priority)
            writer.member("effective_at", grant.terms.effectiveAt)
            writer.member("expires_at", grant.terms.expiresAt)
        }
    }

    /// A hold, open or settled.
    mutating func hold(_ hold: HoldReport, tag: AccountTag) {
        object { writer in
            writer.member("id", hold.id.text(in: tag))
            writer.member("status", hold.status.rawValue)
            writer.member("credit_type", hold.creditType.rawValue)
            writer.member("amount", hold.amount)
            writer.member("captured", hold.captured)
            writer.member("expires_at", hold.expiresAt)
            writer.member("action", hold.action?.rawValue)
        }
    }
}
