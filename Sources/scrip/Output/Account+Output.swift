import ScripCore
import ScripEngine
import ScripWire

extension AccountSnapshot {
    /// What is known about the account, line by line.
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
        if state.settings.isErased {
            table.add("erased", "yes: names and texts are gone")
        } else if state.settings.isSuspended {
            table.add("suspended", "yes: charges and holds are refused")
        }
        table.add("timezone", state.settings.timeZone.id)
        table.add("opened", state.openedAt.shortText)
        for balance in state.balances {
            table.add("available", balance.availableWithType)
        }
        return table.text
    }
}

extension Balance {
    /// What can be taken, for tables.
    var availableText: String { isUnlimited ? "unlimited" : available.description }

    /// The same with its type: `1 credit`, `unlimited credits`.
    var availableWithType: String {
        isUnlimited ? "unlimited \(creditType)" : available.text(of: creditType)
    }
}
