import ScripCore
import ScripJSON

/// The fields that describe usage which happened or is about to: in bodies of charges, checks, holds and usage events.
public struct UsageFields: Hashable, Sendable {
    /// The action.
    public var action: String?
    /// Who acted on behalf of the account.
    public var user: String?
    /// How many times.
    public var quantity: DecimalNumber
    /// Whether the quantity was stated.
    public var hasQuantity: Bool
    /// The model that was called.
    public var model: String?
    /// The provider that runs the model.
    public var provider: String?
    /// The service tier that the provider used.
    public var serviceTier: String?
    /// Where the provider ran the model.
    public var geography: String?
    /// How fast the provider ran the model.
    public var speed: String?
    /// Counts by dimension.
    public var counts: [String: DecimalNumber]
    /// The usage as the provider returned it, instead of counts.
    public var rawUsage: JSONValue?
    /// What the work cost in dollars, as a decimal.
    public var costUSD: String?
    /// A fixed amount, as a decimal.
    public var amount: String?
    /// Which credits, with an amount outright.
    public var creditType: String?
    /// What kind of thing it was about.
    public var resourceType: String?
    /// Which thing it was about.
    public var resourceID: String?
    /// A sentence for people.
    public var description: String?
    /// The caller's own data, as compact JSON.
    public var metadata: String?
    /// When it happened.
    public var occurredAt: Timestamp?
    /// The trace it belongs to.
    public var traceID: String?

    /// Reads these fields from a body that may have others, too.
    public init(_ fields: inout BodyFields) {
        action = fields.text("action", maxBytes: ActionID.longestByteCount)
        user = fields.text("user", maxBytes: Limits.nameBytes)
        let stated = fields.decimal("quantity").flatMap { DecimalNumber($0) }
        if let stated, stated.isNegative || stated == 0 {
            fields.refuse("quantity", "must be more than 0")
        }
        quantity = stated ?? 1
        hasQuantity = stated != nil
        model = fields.text("model", maxBytes: Limits.nameBytes)
        provider = fields.text("provider", maxBytes: Limits.nameBytes)
        serviceTier = fields.text("service_tier", maxBytes: Limits.nameBytes)
        geography = fields.text("geography", maxBytes: Limits.nameBytes)
        speed = fields.text("speed", maxBytes: Limits.nameBytes)
        counts = fields.counts("usage") ?? [:]
        costUSD = fields.decimal("cost_usd", fractionDigits: 18)
        amount = fields.decimal("amount")
        creditType = fields.text("credit_type", maxBytes: CreditTypeID.longestByteCount)
        (resourceType, resourceID) = (nil, nil)
        let resource = fields.nested("resource") { nested in
            (
                nested.requiredText("type", maxBytes: Limits.nameBytes),
                nested.requiredText("id", maxBytes: Limits.nameBytes)
            )
        }
        if let resource { (resourceType, resourceID) = resource }
        description = fields.text("description")
        metadata = fields.metadata("metadata")
        occurredAt = fields.time("occurred_at")
        traceID = fields.text("trace_id", maxBytes: Limits.nameBytes)
        rawUsage = fields.raw("raw_usage").flatMap { $0 == .null ? nil : $0 }
        if rawUsage != nil && !counts.isEmpty { fields.refuse("raw_usage", "must not be given together with 'usage'") }
    }
}

/// The body of `POST …/charges`, `POST …/check` and `POST …/holds`.
public struct ChargeRequest: Hashable, Sendable {
    /// What is used.
    public var usage: UsageFields
    /// How long a hold lasts, in seconds.
    public var expiresInSeconds: Int64?
    /// The account, if the body names one.
    public var account: String?

    /// Reads the body of a charge or a check.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        usage = UsageFields(&fields)
        try fields.finish()
    }

    /// Reads the body of a hold.
    /// - Throws: ``ValidationError``.
    public init(hold json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        usage = UsageFields(&fields)
        expiresInSeconds = fields.integer("expires_in_seconds", in: 1...Limits.longestHoldSeconds)
        try fields.finish()
    }

    /// Reads the body of a request that asks for a price.
    /// - Throws: ``ValidationError``.
    public init(rate json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        usage = UsageFields(&fields)
        account = fields.text("account", maxBytes: AccountID.longestByteCount)
        try fields.finish()
    }
}

/// One element of `POST /v1/usage`.
public struct UsageEventRequest: Hashable, Sendable {
    /// The event's name. An event that comes again is recognised by it. Absent if the provider's response has an id.
    public var id: String?
    /// The account that used it.
    public var account: String
    /// What was used.
    public var usage: UsageFields

    /// Reads one event.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        id = fields.text("id", maxBytes: Limits.nameBytes)
        account = fields.requiredText("account", maxBytes: AccountID.longestByteCount)
        usage = UsageFields(&fields)
        if id == nil && usage.rawUsage == nil { fields.refuse("id", "is required") }
        try fields.finish()
    }
}

/// The body of `POST …/holds/{hold}/extend`.
public struct ExtendRequest: Hashable, Sendable {
    /// How long the hold lasts from now, in seconds.
    public var expiresInSeconds: Int64

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        expiresInSeconds =
            fields.integer("expires_in_seconds", in: 1...Limits.longestHoldSeconds) ?? Limits.defaultHoldSeconds
        try fields.finish()
    }
}
