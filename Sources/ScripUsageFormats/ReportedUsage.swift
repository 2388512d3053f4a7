/// What a provider says one call used, as disjoint counts: each token is in exactly one class.
public struct ReportedUsage: Hashable, Sendable {
    /// Tokens of the same response that are billed apart from its own counts.
    public struct Call: Hashable, Sendable {
        /// The model that used them; without one, the model of the request.
        public var model: String?
        /// How many of what, in the classes of ``ReportedUsage/counts``.
        public var counts: [String: Int64]

        /// Tokens billed apart.
        public init(model: String?, counts: [String: Int64]) {
            self.model = model
            self.counts = counts
        }
    }

    /// Who answered, in one spelling: `anthropic`, `openai`, `google`, `bedrock`, or the name the caller gave; `nil`
    /// when a library states the usage and nobody says whose it is.
    public var provider: String?
    /// The model as the response names it.
    public var model: String?
    /// The response's own id, by which the same response is recognised when it comes again.
    public var responseID: String?
    /// How many of what. Token classes are disjoint: `input_tokens`, `output_tokens`, `cache_read_tokens`,
    /// `cache_write_5m_tokens`, `cache_write_1h_tokens`, `reasoning_tokens`, `audio_input_tokens`,
    /// `audio_output_tokens`, `image_input_tokens`, `image_output_tokens`. Beside them other dimensions:
    /// `web_searches`, `web_fetches`, `file_searches`, `images`, `seconds`, `queries`. `unaccounted_tokens` are tokens
    /// of which nobody says what they are. Zero counts are left out.
    public var counts: [String: Int64]
    /// `standard`, `batch`, `priority` or `flex`; any other tier as the provider names it, in small letters.
    public var serviceTier: String?
    /// Where it ran, as the provider names it (Anthropic's `inference_geo`).
    public var geography: String?
    /// How fast it ran: Anthropic's `speed`, or `optimized` for Bedrock's latency-optimised inference.
    public var speed: String?
    /// What is billed apart from ``counts``, at another model or as a call of its own.
    public var otherCalls: [Call]
    /// Whether the provider stated the final usage; false when a stream was cut off before.
    public var isFinal: Bool
    /// What the provider says the call cost, in dollars, as a plain decimal.
    public var cost: String?
    /// Tokens that only a stated total shows; see ``StreamedUsage/finished()``.
    var hiddenTokens: Int64 = 0

    /// What a provider says one call used.
    public init(
        provider: String? = nil, model: String? = nil, responseID: String? = nil, counts: [String: Int64] = [:],
        serviceTier: String? = nil, geography: String? = nil, speed: String? = nil, otherCalls: [Call] = [],
        isFinal: Bool = true
    ) {
        self.provider = provider
        self.model = model
        self.responseID = responseID
        self.counts = counts
        self.serviceTier = serviceTier
        self.geography = geography
        self.speed = speed
        self.otherCalls = otherCalls
        self.isFinal = isFinal
    }
}
