import ScripCore
import ScripJSON

/// A field that may be absent, null, or have a value.
public enum Field<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The field is absent: the value stays as it is.
    case absent
    /// The field is null: the value is removed.
    case null
    /// The field has a value.
    case value(Value)
}

/// The body of `PUT /v1/accounts/{account}`. Absent fields keep their values.
public struct AccountRequest: Hashable, Sendable {
    /// `user` or `organization`.
    public var kind: AccountSettings.Kind?
    /// A name to show.
    public var name: Field<String>
    /// An email address.
    public var email: Field<String>
    /// The plan to change to.
    public var plan: String?
    /// Whether it is a demo account.
    public var isDemo: Bool?
    /// An IANA time zone.
    public var timeZone: String?
    /// From when periods are counted.
    public var anchor: Timestamp?
    /// `enforce` or `observe`.
    public var enforcement: AccountSettings.Enforcement?
    /// Whether charges and holds are refused.
    public var isSuspended: Bool?
    /// The caller's own data, as compact JSON.
    public var metadata: Field<String>

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        kind = fields.choice("kind", of: AccountSettings.Kind.self)
        name =
            fields.isNull("name")
            ? .null : fields.text("name", maxBytes: Limits.nameBytes).map { .value($0) } ?? .absent
        email = fields.isNull("email") ? .null : fields.text("email", maxBytes: 320).map { .value($0) } ?? .absent
        plan = fields.text("plan", maxBytes: PlanID.longestByteCount)
        isDemo = fields.bool("demo")
        timeZone = fields.text("timezone", maxBytes: 64)
        anchor = fields.time("anchor")
        enforcement = fields.choice("enforcement", of: AccountSettings.Enforcement.self)
        isSuspended = fields.bool("suspended")
        metadata = fields.isNull("metadata") ? .null : fields.metadata("metadata").map { .value($0) } ?? .absent
        try fields.finish()
    }
}

/// The body of `POST …/grants`.
public struct GrantRequest: Hashable, Sendable {
    /// Which credits; the catalog's only credit type if absent.
    public var creditType: String?
    /// How many, as a decimal.
    public var amount: String
    /// Where they come from.
    public var source: GrantSource
    /// From when.
    public var effectiveAt: Timestamp?
    /// Until when.
    public var expiresAt: Timestamp?
    /// Which grant pays first.
    public var priority: Int64?
    /// Why.
    public var reason: String?
    /// The caller's own data, as compact JSON.
    public var metadata: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        creditType = fields.text("credit_type", maxBytes: CreditTypeID.longestByteCount)
        let amount = fields.decimal("amount")
        if fields.raw("amount") == nil { fields.refuse("amount", "is required") }
        self.amount = amount ?? ""
        let source = fields.requiredChoice("source", of: GrantSource.self)
        effectiveAt = fields.time("effective_at")
        expiresAt = fields.time("expires_at")
        priority = fields.integer("priority", in: 0...Int64(Limits.priority))
        reason = fields.text("reason")
        metadata = fields.metadata("metadata")
        try fields.finish()
        guard let source else { throw ValidationError([.init(pointer: "#/source", detail: "is required")]) }
        self.source = source
    }
}

/// The body of `POST …/holds/{hold}/capture`.
public struct CaptureRequest: Hashable, Sendable {
    /// The amount outright, as a decimal.
    public var amount: String?
    /// What was used, to be rated; absent if the body names no usage.
    public var usage: UsageFields?
    /// A sentence for people.
    public var description: String?
    /// The caller's own data, as compact JSON.
    public var metadata: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        let usage = UsageFields(&fields)
        amount = usage.amount
        description = usage.description
        metadata = usage.metadata
        // A body that names usage is rated or refused. Only a body without usage captures the whole hold.
        let namesUsage = ["usage", "raw_usage", "cost_usd", "quantity", "action", "model", "provider", "service_tier"]
            .contains { name in fields.raw(name).map { $0 != .null } ?? false }
        // Beside an amount, whatever is said of the usage is kept with it.
        let describesUsage = fields.hasMore(than: ["amount", "description", "metadata"])
        self.usage = namesUsage || (amount != nil && describesUsage) ? usage : nil
        // An app may send null because it found no usage. Capturing the whole hold would be far too much.
        if !namesUsage && amount == nil && !fields.isEmpty {
            fields.refuse("amount", "or usage is required; only an empty body captures the whole hold")
        }
        try fields.finish()
    }
}

/// The body of `POST …/refunds`.
public struct RefundRequest: Hashable, Sendable {
    /// The charge.
    public var entry: String
    /// How much, as a decimal; all that is left if absent.
    public var amount: String?
    /// Why.
    public var reason: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        entry = fields.requiredText("entry", maxBytes: 64)
        amount = fields.decimal("amount")
        reason = fields.text("reason")
        try fields.finish()
    }
}

/// The body of `POST …/adjustments`.
public struct AdjustmentRequest: Hashable, Sendable {
    /// Which credits; the catalog's only credit type if absent.
    public var creditType: String?
    /// How many to add, or with a minus to take, as a decimal.
    public var amount: String
    /// Why.
    public var reason: String

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        creditType = fields.text("credit_type", maxBytes: CreditTypeID.longestByteCount)
        let amount = fields.decimal("amount")
        if fields.raw("amount") == nil { fields.refuse("amount", "is required") }
        self.amount = amount ?? ""
        reason = fields.requiredText("reason")
        try fields.finish()
    }
}
