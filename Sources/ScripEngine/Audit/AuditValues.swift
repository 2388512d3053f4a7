import ScripCore
import ScripJSON

/// Old and new values in audit records: amounts as decimal strings, times in RFC 3339.
enum AuditValues {
    static func object(_ members: (name: String, value: JSONValue?)...) -> JSONValue {
        .object(
            JSONObject(members.compactMap { member in member.value.map { .init(name: member.name, value: $0) } }))
    }

    static func text(_ text: String?) -> JSONValue? { text.map { .string($0) } }

    static func time(_ moment: Timestamp?) -> JSONValue? {
        guard let moment else { return nil }
        let civil = CivilTime(moment)
        let second = civil.microsecondOfDay / Timestamp.microsecondsPerSecond
        let fraction = civil.microsecondOfDay % Timestamp.microsecondsPerSecond
        let date = "\(padded(civil.year, 4))-\(padded(civil.month, 2))-\(padded(civil.day, 2))"
        let time = "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return .string("\(date)T\(time)\(fraction == 0 ? "" : ".\(padded(fraction, 6))")Z")
    }

    private static func padded(_ number: some BinaryInteger, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    static func settings(_ settings: AccountSettings) -> JSONValue {
        object(
            ("kind", .string(settings.kind.rawValue)), ("demo", .bool(settings.isDemo)),
            ("timezone", .string(settings.timeZone.id)), ("anchor", time(settings.anchor)),
            ("enforcement", .string(settings.enforcement.rawValue)),
            ("suspended", settings.isSuspended ? .bool(true) : nil)
        )
    }

    static func opened(_ state: AccountState) -> JSONValue {
        object(
            ("settings", settings(state.settings)), ("subscription", subscription(state.subscription))
        )
    }

    static func subscription(_ subscription: Subscription) -> JSONValue {
        let pending = subscription.pending.map { pending in
            object(
                ("plan", text(pending.plan?.rawValue)), ("at", time(pending.at)), ("ends_at", time(pending.endsAt)),
                ("fallback_plan", text(pending.fallbackPlan?.rawValue))
            )
        }
        let ended = subscription.ended.map { object(("plan", .string($0.plan.rawValue)), ("at", time($0.at))) }
        return object(
            ("plan", text(subscription.plan?.rawValue)), ("started_at", time(subscription.startedAt)),
            ("ends_at", time(subscription.endsAt)), ("fallback_plan", text(subscription.fallbackPlan?.rawValue)),
            ("pending", pending), ("past_due_since", time(subscription.pastDueSince)),
            ("grace_ends_at", time(subscription.graceEndsAt)), ("ended", ended),
            ("ending", subscription.isEnding ? .bool(true) : nil), ("anchor", time(subscription.anchor)),
            ("trial_ends_at", time(subscription.trialEndsAt)),
            ("quantity", subscription.quantity == 1 ? nil : .number(String(subscription.quantity)))
        )
    }

    /// What an account has of one credit type.
    static func balance(_ state: AccountState, _ creditType: CreditTypeID) -> JSONValue {
        let standing = state.balance(of: creditType)
        return object(
            ("credit_type", .string(creditType.rawValue)), ("available", .string(standing.available.description)),
            ("posted", .string(standing.posted.description)), ("debt", .string(standing.debt.description))
        )
    }

    static func terms(_ terms: GrantTerms) -> JSONValue {
        object(
            ("source", .string(terms.source.rawValue)), ("amount", .string(terms.amount.description)),
            ("priority", .number(String(terms.priority))), ("effective_at", time(terms.effectiveAt)),
            ("expires_at", time(terms.expiresAt))
        )
    }

    /// A key without anything of its secret.
    static func key(_ key: StoredKey) -> JSONValue {
        object(
            ("name", .string(key.name)), ("scopes", .array(key.scopes.map { .string($0) })),
            ("created_at", time(key.createdAt)), ("expires_at", time(key.expiresAt)),
            ("revoked_at", time(key.revokedAt)), ("kind", .string(key.kind.rawValue)),
            ("mode", .string(key.mode.rawValue)), ("origins", .array(key.origins.map { .string($0) })),
            ("replaced_by", text(key.replacedBy))
        )
    }

    /// A version of the catalog: the digest of its document, which the store keeps, stands for it.
    static func catalog(_ catalog: StoredCatalog) -> JSONValue {
        object(
            ("version", .number(String(catalog.version))), ("effective_at", time(catalog.effectiveAt)),
            ("sha256", .string(Digest(of: Array(catalog.document.utf8)).description)),
            ("book", text(catalog.book?.description)),
            ("replacements", replacements(catalog.replacements))
        )
    }

    private static func replacements(_ text: String) -> JSONValue? {
        text.isEmpty ? nil : .array(text.split(separator: "\n").map { .string(String($0)) })
    }

    /// A purchase without whatever belongs to the payment service or the buyer's browser.
    static func purchase(_ purchase: Purchase) -> JSONValue {
        object(
            ("kind", .string(purchase.kind.rawValue)), ("status", .string(purchase.status.rawValue)),
            ("pack", .string(purchase.pack)), ("credits", .string(purchase.credits.description)),
            ("minor_units", .number(String(purchase.price.minorUnits))),
            ("currency", .string(purchase.price.currency)), ("provider", .string(purchase.provider)),
            ("refunded_minor_units", .number(String(purchase.facts.refundedMinorUnits))),
            ("disputed_minor_units", .number(String(purchase.facts.disputedMinorUnits))),
            ("taken_back", .string(purchase.takenBack.description)), ("problem", text(purchase.problem))
        )
    }

    /// What is bought when the balance is low.
    static func topUp(_ topUp: BillingProfile.TopUp?) -> JSONValue? {
        topUp.map { topUp in
            object(
                ("enabled", .bool(topUp.isEnabled)), ("pack", .string(topUp.pack)),
                ("threshold", .string(topUp.threshold.description)),
                ("monthly_cap_minor_units", .number(String(topUp.monthlyCapMinorUnits)))
            )
        }
    }

    /// Why a top-up buys nothing.
    static func topUpProblem(_ problem: String, _ state: BillingProfile.TopUp.State) -> JSONValue {
        object(("problem", .string(problem)), ("state", .string(state.rawValue)))
    }

    /// What a failure is about, without the event.
    static func trackingFailure(_ failure: TrackingFailure) -> JSONValue {
        object(
            ("status", .string(failure.status.rawValue)), ("reason", .string(failure.reason)),
            ("event_id", text(failure.eventID)), ("entry", text(failure.entry))
        )
    }
}
