import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// Writes the members of an account.
    package mutating func account(_ snapshot: AccountSnapshot) {
        let state = snapshot.state
        member("id", state.id.rawValue)
        member("kind", state.settings.kind.rawValue)
        member("name", snapshot.profile.name)
        member("email", snapshot.profile.email)
        member("plan", state.subscription.plan?.rawValue)
        member("demo", state.settings.isDemo)
        member("timezone", state.settings.timeZone.id)
        member("anchor", state.settings.anchor)
        member("enforcement", state.settings.enforcement.rawValue)
        member("suspended", state.settings.isSuspended)
        member("erased", state.settings.isErased)
        member("metadata", json: snapshot.profile.metadata)
        name("subscription")
        object { $0.subscription(state.subscription) }
        member("created_at", state.openedAt)
        member("version", state.seq)
    }

    /// Writes the members of an account that is shown alone, with how its top-up stands.
    package mutating func account(_ snapshot: AccountSnapshot, topUp: BillingProfile.TopUp?) {
        account(snapshot)
        name("top_up")
        guard let topUp else { return null() }
        object { writer in
            writer.member("state", topUp.state.rawValue)
            writer.member("problem", topUp.problem)
        }
    }

    /// Writes the members of a subscription.
    package mutating func subscription(_ subscription: Subscription) {
        member("plan", subscription.plan?.rawValue)
        member("started_at", subscription.startedAt)
        member("ends_at", subscription.endsAt)
        member("fallback_plan", subscription.fallbackPlan?.rawValue)
        member("anchor", subscription.anchor)
        member("trial_ends_at", subscription.trialEndsAt)
        member("quantity", subscription.quantity)
        name("pending")
        guard let pending = subscription.pending else { return null() }
        object { $0.pending(pending) }
    }

    /// Writes the members of an API key, never its secret.
    package mutating func key(_ key: StoredKey) {
        member("id", key.id)
        member("name", key.name)
        member("kind", key.kind.name)
        member("mode", key.mode.rawValue)
        member("prefix", key.prefix)
        member("last_four", key.lastFour)
        name("scopes")
        array { writer in
            for scope in key.scopes { writer.string(scope) }
        }
        member("created_at", key.createdAt)
        member("expires_at", key.expiresAt)
        member("revoked_at", key.revokedAt)
        member("last_used_at", key.lastUsedAt)
        name("origins")
        array { writer in
            for origin in key.origins { writer.string(origin) }
        }
        member("replaced_by", key.replacedBy)
    }
}

extension KeyKind {
    /// The kind as callers see it.
    package var name: String {
        switch self {
        case .secret: "secret"
        case .restricted: "restricted"
        case .publishable: "publishable"
        }
    }
}
