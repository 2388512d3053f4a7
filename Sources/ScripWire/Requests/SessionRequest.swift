import ScripCore
import ScripJSON

/// The body of `POST /v1/sessions`.
public struct SessionRequest: Hashable, Sendable {
    /// The account that the session is for.
    public var account: String
    /// The user within the account. Default: the account itself.
    public var user: String?
    /// How long the session lasts.
    public var expiresInSeconds: Int64?
    /// Whether the session may only read.
    public var isReadOnly: Bool

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue, seconds: ClosedRange<Int64>) throws(ValidationError) {
        var fields = BodyFields(json)
        account = fields.requiredText("account", maxBytes: AccountID.longestByteCount)
        user = fields.text("user", maxBytes: Limits.nameBytes)
        expiresInSeconds = fields.integer("expires_in_seconds", in: seconds)
        isReadOnly = fields.bool("read_only") ?? false
        try fields.finish()
    }
}

/// The body of `POST /v1/keys/{key}/rotate`.
public struct RotationRequest: Hashable, Sendable {
    /// How long the old key keeps working. Default: one day.
    public var overlapSeconds: Int64

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        overlapSeconds = fields.integer("overlap_seconds", in: 0...2_592_000) ?? 86_400
        try fields.finish()
    }
}
