import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// The members of an account as the API names them.
    mutating func accountMembers(_ snapshot: AccountSnapshot) {
        let (state, profile) = (snapshot.state, snapshot.profile)
        member("id", state.id.rawValue)
        member("kind", state.settings.kind.rawValue)
        member("name", profile.name)
        member("email", profile.email)
        member("plan", state.subscription.plan?.rawValue)
        member("demo", state.settings.isDemo)
        member("timezone", state.settings.timeZone.id)
        member("anchor", state.settings.anchor)
        member("enforcement", state.settings.enforcement.rawValue)
        member("metadata", json: profile.metadata)
        member("created_at", state.openedAt)
        name("subscription")
        object { $0.subscriptionMembers(state.subscription) }
    }

    /// The members of a subscription.
    mutating func subscriptionMembers(_ subscription: Subscription) {
        member("plan", subscription.plan?.rawValue)
        member("started_at", subscription.startedAt)
        member("ends_at", subscription.endsAt)
        member("fallback_plan", subscription.fallbackPlan?.rawValue)
        name("pending")
        guard let pending = subscription.pending else { return null() }
        object { writer in
            writer.member("plan", pending.plan?.rawValue)
            writer.member("at", pending.at)
        }
    }
}

extension AccountSnapshot {
    /// What is known of the account, line by line.
    var table: String {
        var table = Table(.text("FIELD"), .text("VALUE"))
        table.add("account", state.id.rawValue)
        table.add("kind", state.settings.kind.rawValue)
        if let name = profile.name { table.add("name", name) }
        if let email = profile.email { table.add("email", email) }
        table.add("plan", state.subscription.plan?.rawValue ?? "none")
        if let endsAt = state.subscription.endsAt { table.add("ends at", endsAt.shortText) }
        if let pending = state.subscription.pending {
            table.add("then", "\(pending.plan?.rawValue ?? "none") at \(pending.at.shortText)")
        }
        if state.settings.isDemo { table.add("demo", "yes: never charged") }
        if state.settings.enforcement == .observe { table.add("enforcement", "observe: nothing is refused") }
        table.add("timezone", state.settings.timeZone.id)
        table.add("opened", state.openedAt.shortText)
        for balance in state.standings {
            table.add("available", "\(balance.availableText) \(balance.creditType)")
        }
        return table.text
    }
}

extension Balance {
    /// What can be taken, for tables.
    var availableText: String { isUnlimited ? "unlimited" : available.description }
}
