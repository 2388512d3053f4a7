import ScripJSON

extension Command {
    /// A digest of the request's meaning, not of its bytes: the order of members, spaces, other spellings of
    /// times and numbers, and written-out defaults make no difference.
    /// - Parameter catalog: whose defaults may be written out.
    public func meaning(in catalog: Catalog) -> Digest {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("account", account.rawValue)
            writer.field("reason", origin.reason)
            writer.field("besides", origin.besides.map { Command.canonical($0) })
            writer.intent(intent, in: catalog)
        }
        return Digest(of: writer.bytes)
    }

    /// The same command with the digest of its meaning, if that must be compared.
    public func withMeaning(in catalog: Catalog) -> Command {
        guard origin.comparesMeaning && origin.idempotencyKey != nil else { return self }
        var command = self
        command.origin.meaningDigest = meaning(in: catalog)
        return command
    }

    /// JSON in its one canonical spelling. Text that is not JSON stays as it is.
    fileprivate static func canonical(_ json: String) -> String {
        guard let value = try? JSONValue.parse(Array(json.utf8)) else { return json }
        var writer = JSONWriter()
        writer.value(value.canonical)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Entry {
    /// Whether this entry answered the same request: the same bytes, or other bytes with the same meaning.
    public func answers(_ origin: Origin) -> Bool {
        if requestDigest == origin.requestDigest { return true }
        return meaningDigest != nil && meaningDigest == origin.meaningDigest
    }
}

extension JSONWriter {
    fileprivate mutating func intent(_ intent: Intent, in catalog: Catalog) {
        switch intent {
        case .putAccount(let change): verb("put_account") { $0.change(change) }
        case .grant(let order): verb("grant") { $0.order(order, in: catalog) }
        case .voidGrant(let grant, let reason):
            verb("void_grant") { writer in
                writer.field("grant", grant.seq)
                writer.field("why", reason)
            }
        case .takeBack(let order):
            verb("take_back") { writer in
                writer.field("credit_type", order.creditType.rawValue)
                writer.field("grants", order.grants.map { String($0.seq) }.joined(separator: " "))
                writer.field("amount", order.amount)
                writer.field("debt", flag: order.allowsDebt)
                writer.field("why", order.reason)
            }
        case .charge(let usage): verb("charge") { $0.usage(usage.spelled(in: catalog)) }
        case .track(let usage): verb("track") { $0.usage(usage.spelled(in: catalog)) }
        case .hold(let usage, let seconds):
            verb("hold") { writer in
                writer.usage(usage.spelled(in: catalog))
                writer.field("seconds", seconds)
            }
        case .capture(let hold, let order):
            verb("capture") { writer in
                writer.field("hold", hold.seq)
                writer.field("captured", order.amount)
                writer.field("text", order.description)
                writer.field("data", order.metadata.flatMap { Usage.spelled($0) })
                writer.nested("usage", order.usage) { $0.usage($1.spelled(in: catalog)) }
            }
        case .release(let hold): verb("release") { $0.field("hold", hold.seq) }
        case .extend(let hold, let seconds):
            verb("extend") { writer in
                writer.field("hold", hold.seq)
                writer.field("seconds", seconds)
            }
        case .refund(let entry, let amount, let reason):
            verb("refund") { writer in
                writer.field("entry", entry.seq)
                writer.field("amount", amount)
                writer.field("why", reason)
            }
        case .adjust(let creditType, let amount, let reason):
            verb("adjust") { writer in
                writer.field("credit_type", creditType.rawValue)
                writer.field("amount", amount)
                writer.field("why", reason)
            }
        case .rateLater(let entry): verb("rate_later") { $0.field("entry", entry.seq) }
        case .subscribe(let order): verb("subscribe") { $0.order(order) }
        case .subscription(let doing): subscription(doing)
        }
    }

    private mutating func subscription(_ doing: SubscriptionVerb) {
        switch doing {
        case .initialize(let change): verb("initialize") { $0.change(change) }
        case .upgrade(let order): verb("upgrade") { $0.order(order) }
        case .downgrade(let order): verb("downgrade") { $0.order(order) }
        case .renew(let endsAt): verb("renew") { $0.field("ends_at", endsAt) }
        case .expire: verb("expire") { _ in }
        case .cancel(let when): verb("cancel") { $0.field("when", when.rawValue) }
        case .missPayment: verb("miss_payment") { _ in }
        case .follow(let standing):
            verb("follow") { writer in
                writer.field("plan", standing.plan.rawValue)
                writer.field("paid_until", standing.paidUntil)
                writer.field("grace_days", Int64(standing.graceDays))
                writer.field("late_since", standing.lateSince)
                writer.field("ending", flag: standing.isEnding)
                writer.field("period_start", standing.periodStart)
                writer.field("trial_ends_at", standing.trialEndsAt)
                writer.field("quantity", standing.quantity)
            }
        }
    }

    private mutating func verb(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
        self.name(name)
        object(write)
    }

    private mutating func change(_ change: AccountChange) {
        field("kind", change.kind?.rawValue)
        field("demo", change.isDemo.map { $0 ? "yes" : "no" })
        field("suspended", change.isSuspended.map { $0 ? "yes" : "no" })
        field("timezone", change.timeZone?.id)
        field("anchor", change.anchor)
        field("enforcement", change.enforcement?.rawValue)
        field("plan", change.plan?.rawValue)
    }

    private mutating func order(_ order: GrantOrder, in catalog: Catalog) {
        field("credit_type", order.creditType.rawValue)
        field("amount", order.amount)
        field("source", order.source.rawValue)
        if let priority = order.priority, priority != catalog.priority(of: order.source) {
            field("priority", Int64(priority))
        }
        field("effective_at", order.effectiveAt)
        field("expires_at", order.expiresAt)
        field("why", order.reason)
        field("metadata", order.metadata.flatMap { Usage.spelled($0) })
    }

    private mutating func order(_ order: SubscriptionOrder) {
        field("plan", order.plan?.rawValue)
        field("when", order.when?.rawValue)
        field("ends_at", order.endsAt)
        field("fallback_plan", order.fallbackPlan?.rawValue)
        field("anchor", order.anchor?.rawValue)
        field("trial_ends_at", order.trialEndsAt)
        field("quantity", order.quantity)
    }
}

extension Usage {
    /// The same usage without written-out defaults, and with its metadata in the canonical spelling.
    fileprivate func spelled(in catalog: Catalog) -> Usage {
        var usage = self
        usage.counts = counts.filter { $0.value != .zero }
        usage.otherCalls = otherCalls.map { call in
            ModelCall(
                provider: call.provider.map { ModelProviderName.canonical($0) }, model: call.model.lowercased(),
                counts: call.counts.filter { $0.value != .zero })
        }
        // Different spellings of providers and models count as the same.
        usage.provider = provider.map { ModelProviderName.canonical($0) }
        usage.model = model?.lowercased()
        if let action, let creditType, catalog.actions[action]?.creditType == creditType { usage.creditType = nil }
        usage.metadata = metadata.flatMap { Usage.spelled($0) }
        return usage
    }

    /// Metadata in the one spelling; `nil` where there is none in it.
    fileprivate static func spelled(_ metadata: String) -> String? {
        let canonical = Command.canonical(metadata)
        return canonical == "{}" ? nil : canonical
    }
}
