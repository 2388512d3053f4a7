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
    public var mostBodyBytes: Int
    /// CloudEvents in a batch.
    public var mostEvents: Int
    /// Spans in a request, billed or not.
    public var mostSpans: Int
    /// Messages of a protobuf request, whatever they are: spans, attributes, their values.
    public var mostMessages: Int
    /// Attributes of one span, and of one resource.
    public var mostAttributes: Int
    /// Levels of arrays and objects in a request.
    public var mostLevels: Int
    /// Bytes of a provider's raw usage object on a span.
    public var mostRawUsageBytes: Int

    /// Limits.
    public init(
        mostBodyBytes: Int = 8 << 20, mostEvents: Int = 1_000, mostSpans: Int = 10_000,
        mostMessages: Int = 1_000_000, mostAttributes: Int = 256,
        mostLevels: Int = 48, mostRawUsageBytes: Int = 64 << 10
    ) {
        self.mostBodyBytes = mostBodyBytes
        self.mostEvents = mostEvents
        self.mostSpans = mostSpans
        self.mostMessages = mostMessages
        self.mostAttributes = mostAttributes
        self.mostLevels = mostLevels
        self.mostRawUsageBytes = mostRawUsageBytes
    }

    func checkBody(_ body: [UInt8]) throws(IngestRefusal) {
        if body.count > mostBodyBytes {
            throw IngestRefusal(.tooLarge, "The body may have at most \(mostBodyBytes) bytes.")
        }
    }
}
