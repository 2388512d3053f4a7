import ScripCore
import ScripJSON

/// The body of `POST …/subscription/initialize`.
public struct InitializeRequest: Hashable, Sendable {
    /// `user` or `organization`.
    public var kind: AccountSettings.Kind?
    /// The plan; the catalog's default plan if absent.
    public var plan: String?
    /// An IANA time zone.
    public var timeZone: String?
    /// From when periods are counted.
    public var anchor: Timestamp?
    /// Why.
    public var reason: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        kind = fields.choice("kind", of: AccountSettings.Kind.self)
        plan = fields.text("plan", maxBytes: PlanID.longestByteCount)
        timeZone = fields.text("timezone", maxBytes: 64)
        anchor = fields.time("anchor")
        reason = fields.text("reason")
        try fields.finish()
    }
}

/// The body of `PUT …/subscription` and of `POST …/subscription/upgrade` and `…/downgrade`.
public struct PlanChangeRequest: Hashable, Sendable {
    /// The plan.
    public var plan: String
    /// `now` or `period_end`; upgrades do not have it. The route decides the default.
    public var when: SubscriptionOrder.When?
    /// Until when it is paid for.
    public var endsAt: Timestamp?
    /// The plan after that.
    public var fallbackPlan: String?
    /// `start` or `keep`: from when periods are counted. The plan decides the default.
    public var anchor: Subscription.Anchor?
    /// Until when it is on trial.
    public var trialEndsAt: Timestamp?
    /// For how many seats it is.
    public var quantity: Int64?
    /// Why.
    public var reason: String?

    /// Reads the body.
    /// - Parameters:
    ///   - mayWait: whether the change may wait until the end of the period.
    ///   - hasReason: whether the body may give a reason.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue, mayWait: Bool = true, hasReason: Bool = true) throws(ValidationError) {
        var fields = BodyFields(json)
        plan = fields.requiredText("plan", maxBytes: PlanID.longestByteCount)
        if mayWait { when = fields.choice("when", of: SubscriptionOrder.When.self) }
        endsAt = fields.time("ends_at")
        fallbackPlan = fields.text("fallback_plan", maxBytes: PlanID.longestByteCount)
        anchor = fields.choice("anchor", of: Subscription.Anchor.self)
        trialEndsAt = fields.time("trial_ends_at")
        quantity = fields.integer("quantity", in: 1...Subscription.maxSeats)
        if hasReason { reason = fields.text("reason") }
        try fields.finish()
    }
}

/// The body of `POST …/subscription/renew`.
public struct RenewalRequest: Hashable, Sendable {
    /// Until when it is paid for; the next end of a period if absent.
    public var endsAt: Timestamp?
    /// Why.
    public var reason: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        endsAt = fields.time("ends_at")
        reason = fields.text("reason")
        try fields.finish()
    }
}

/// The body of `POST …/subscription/bonus`.
public struct BonusRequest: Hashable, Sendable {
    /// Which credits; the catalog's only credit type if absent.
    public var creditType: String?
    /// How many, as a decimal.
    public var amount: String
    /// Until when.
    public var expiresAt: Timestamp?
    /// Why.
    public var reason: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        creditType = fields.text("credit_type", maxBytes: CreditTypeID.longestByteCount)
        let amount = fields.decimal("amount")
        if fields.raw("amount") == nil { fields.refuse("amount", "is required") }
        self.amount = amount ?? ""
        expiresAt = fields.time("expires_at")
        reason = fields.text("reason")
        try fields.finish()
    }
}

/// The body of requests that may only give a reason.
public struct ReasonRequest: Hashable, Sendable {
    /// Why.
    public var reason: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        reason = fields.text("reason")
        try fields.finish()
    }
}
