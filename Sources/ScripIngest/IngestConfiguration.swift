/// How spans become usage events, and how much of anything is taken.
public struct IngestConfiguration: Hashable, Sendable {
    /// The attribute that names the account; looked up on the span, then on the resource, then on both with the
    /// prefix `baggage.`.
    public var accountAttribute: String
    /// Attributes that name the account where ``accountAttribute`` is nowhere, such as `enduser.id`; first one first.
    public var fallbackAccountAttributes: [String]
    /// The attribute that names the action; looked up as the account's is.
    public var actionAttribute: String
    /// The action of spans that name none.
    public var defaultAction: String?
    /// The attributes that name who acted, first one first.
    public var userAttributes: [String]
    /// How much is taken.
    public var limits: IngestLimits

    /// A configuration.
    public init(
        accountAttribute: String = "scrip.account", fallbackAccountAttributes: [String] = [],
        actionAttribute: String = "scrip.action", defaultAction: String? = nil,
        userAttributes: [String] = ["enduser.id", "user.id"], limits: IngestLimits = IngestLimits()
    ) {
        self.accountAttribute = accountAttribute
        self.fallbackAccountAttributes = fallbackAccountAttributes
        self.actionAttribute = actionAttribute
        self.defaultAction = defaultAction
        self.userAttributes = userAttributes
        self.limits = limits
    }
}

/// How much of anything one request may carry.
public struct IngestLimits: Hashable, Sendable {
    /// Bytes of a request's body, after decompression.
    public var maxBodyBytes: Int
    /// CloudEvents in a batch.
    public var maxEvents: Int
    /// Spans in a request, billed or not.
    public var maxSpans: Int
    /// Messages of a protobuf request, whatever they are: spans, attributes, their values.
    public var maxMessages: Int
    /// Attributes of one span, and of one resource.
    public var maxAttributes: Int
    /// Levels of arrays and objects in a request.
    public var maxLevels: Int
    /// Bytes of a provider's raw usage object on a span.
    public var maxRawUsageBytes: Int

    /// Limits.
    public init(
        maxBodyBytes: Int = 8 << 20, maxEvents: Int = 1_000, maxSpans: Int = 10_000,
        maxMessages: Int = 1_000_000, maxAttributes: Int = 256,
        maxLevels: Int = 48, maxRawUsageBytes: Int = 64 << 10
    ) {
        self.maxBodyBytes = maxBodyBytes
        self.maxEvents = maxEvents
        self.maxSpans = maxSpans
        self.maxMessages = maxMessages
        self.maxAttributes = maxAttributes
        self.maxLevels = maxLevels
        self.maxRawUsageBytes = maxRawUsageBytes
    }

    func checkBody(_ body: [UInt8]) throws(IngestRefusal) {
        if body.count > maxBodyBytes {
            throw IngestRefusal(.tooLarge, "The body may have at most \(maxBodyBytes) bytes.")
        }
    }
}
