import ScripJSON

/// The body of `POST …/subscription/initialize`.
public struct InitializeRequest: Hashable, Sendable {
    /// `user` or `organization`.
    public var kind: String?
    /// The plan; the catalog's default plan if absent.
    public var plan: String?
    /// An IANA time zone.
    public var timeZone: String?
    /// From when periods are counted, in microseconds since 1970.
    public var anchor: Int64?
    /// Why.
    public var reason: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        kind = fields.choice("kind", of: ["user", "organization"])
        plan = fields.text("plan", mostBytes: 64)
        timeZone = fields.text("timezone", mostBytes: 64)
        anchor = fields.time("anchor")
        reason = fields.text("reason")
        try fields.finish()
    }
}

/// The body of `PUT …/subscription` and of `POST …/subscription/upgrade` and `…/downgrade`.
public struct PlanChangeRequest: Hashable, Sendable {
    /// The plan.
    public var plan: String
    /// `now` or `period_end`; never of an upgrade. What it is if absent, the route decides.
    public var when: String?
    /// Until when it is paid for, in microseconds since 1970.
    public var endsAt: Int64?
    /// The plan after that.
    public var fallbackPlan: String?
    /// `start` or `keep`: from when periods are counted. What it is if absent, the plan decides.
    public var anchor: String?
    /// Until when it is on trial, in microseconds since 1970.
    public var trialEndsAt: Int64?
    /// For how many seats it is.
    public var quantity: Int64?
    /// Why.
    public var reason: String?

    /// Reads the body.
    /// - Parameters:
    ///   - mayWait: whether the change may be put off to the end of the period.
    ///   - hasReason: whether the body may say why.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue, mayWait: Bool = true, hasReason: Bool = true) throws(ValidationError) {
        var fields = BodyFields(json)
        plan = fields.requiredText("plan", mostBytes: 64)
        if mayWait { when = fields.choice("when", of: ["now", "period_end"]) }
        endsAt = fields.time("ends_at")
        fallbackPlan = fields.text("fallback_plan", mostBytes: 64)
        anchor = fields.choice("anchor", of: ["start", "keep"])
        trialEndsAt = fields.time("trial_ends_at")
        quantity = fields.integer("quantity", in: 1...1_000_000)
        if hasReason { reason = fields.text("reason") }
        try fields.finish()
    }
}

/// The body of `POST …/subscription/renew`.
public struct RenewalRequest: Hashable, Sendable {
    /// Until when it is paid for, in microseconds since 1970; the next end of a period if absent.
    public var endsAt: Int64?
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
    /// Until when, in microseconds since 1970.
    public var expiresAt: Int64?
    /// Why.
    public var reason: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        creditType = fields.text("credit_type", mostBytes: 64)
        let amount = fields.decimal("amount")
        if fields.raw("amount") == nil { fields.refuse("amount", "is required") }
        self.amount = amount ?? ""
        expiresAt = fields.time("expires_at")
        reason = fields.text("reason")
        try fields.finish()
    }
}

/// The body of requests that need say no more than why.
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
