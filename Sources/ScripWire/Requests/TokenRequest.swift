import ScripJSON

/// The body of `POST /api/v1/tokens/check-balance`.
public struct TokenRequest: Hashable, Sendable {
    /// Whether tokens are taken, rather than asked about.
    public var deducts: Bool
    /// Which tokens: a credit type of the catalog.
    public var tokenType: String?
    /// What they are for: an action of the catalog.
    public var featureUsed: String?
    /// How many, as a decimal; by the price of the feature if absent.
    public var tokens: String?
    /// A sentence for people.
    public var description: String?
    /// The caller's own data, as compact JSON.
    public var metadata: String?

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        deducts = fields.choice("action", of: ["check", "deduct"]) == "deduct"
        if fields.raw("action") == nil { fields.refuse("action", "is required") }
        let type = fields.text("tokenType", mostBytes: 64)
        tokenType = fields.text("token_type", mostBytes: 64) ?? type
        let feature = fields.text("featureUsed", mostBytes: 128)
        featureUsed = fields.text("feature_used", mostBytes: 128) ?? feature
        tokens = fields.decimal("tokens")
        description = fields.text("description")
        metadata = fields.metadata("metadata")
        if tokenType == nil && featureUsed == nil {
            fields.refuse("token_type", "is required unless feature_used is given")
        }
        try fields.finish()
    }
}
