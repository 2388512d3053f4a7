import ScripCore
import ScripJSON

/// The body of `POST /api/v1/tokens/check-balance`.
public struct TokenRequest: Hashable, Sendable {
    /// What a request is made for.
    enum Purpose: String, CaseIterable {
        /// To know whether there are enough.
        case check
        /// To take them.
        case deduct
    }

    /// Whether tokens are taken, rather than asked about.
    public var deducts: Bool
    /// Which tokens: a credit type of the catalog.
    public var tokenType: String?
    /// The purpose: an action of the catalog.
    public var featureUsed: String?
    /// How many, as a decimal. Default: the price of the feature.
    public var tokens: String?
    /// A sentence for people.
    public var description: String?
    /// The caller's own data, as compact JSON.
    public var metadata: String?

    /// Whether a body asks to take tokens, whatever else it says.
    package static func deducts(_ body: [UInt8]) -> Bool {
        (try? JSONValue.ofBody(body))?["action"]?.stringValue == Purpose.deduct.rawValue
    }

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        deducts = fields.requiredChoice("action", of: Purpose.self) == .deduct
        let type = fields.text("tokenType", maxBytes: CreditTypeID.longestByteCount)
        tokenType = fields.text("token_type", maxBytes: CreditTypeID.longestByteCount) ?? type
        let feature = fields.text("featureUsed", maxBytes: ActionID.longestByteCount)
        featureUsed = fields.text("feature_used", maxBytes: ActionID.longestByteCount) ?? feature
        tokens = fields.decimal("tokens")
        description = fields.text("description")
        metadata = fields.metadata("metadata")
        if tokenType == nil && featureUsed == nil {
            fields.refuse("token_type", "is required unless feature_used is given")
        }
        try fields.finish()
    }
}
