/// What happened, or is about to: the thing that is rated.
public struct Usage: Hashable, Sendable {
    /// The action; required unless an amount is given outright.
    public var action: ActionID?
    /// Who acted on behalf of the account.
    public var user: String?
    /// How many times, from 1.
    public var quantity: Int64
    /// Counts by dimension: token classes and any other, each in its own class.
    public var counts: [String: Int64]
    /// The model that was called.
    public var model: String?
    /// Who runs the model.
    public var provider: String?
    /// What the work cost in dollars, when the caller knows it.
    public var cost: Dollars?
    /// An amount set outright instead of by the action's rate.
    public var amount: Credits?
    /// The credit type, needed when an amount is given without an action.
    public var creditType: CreditTypeID?
    /// What it was about.
    public var resource: Resource?
    /// A sentence for people.
    public var description: String?
    /// The caller's own data, as compact JSON of an object.
    public var metadata: String?
    /// When it happened; now if absent.
    public var occurredAt: Timestamp?
    /// The trace it belongs to.
    public var traceID: String?

    /// A thing in the caller's world that usage is about.
    public struct Resource: Hashable, Sendable {
        /// What kind of thing, for example `chat_session`.
        public var type: String
        /// Which one.
        public var id: String

        /// A resource.
        public init(type: String, id: String) {
            self.type = type
            self.id = id
        }
    }

    /// Usage of an action.
    public init(action: ActionID? = nil, quantity: Int64 = 1, counts: [String: Int64] = [:]) {
        self.action = action
        self.quantity = quantity
        self.counts = counts
    }

    /// The sum of all counts whose names end in `input_tokens` or that are prompt-side cache classes.
    public var inputTokens: Int64 { Usage.sum(counts, where: TokenClass.isInput) }

    /// The sum of all counts of what a model produced.
    public var outputTokens: Int64 { Usage.sum(counts, where: TokenClass.isOutput) }

    private static func sum(_ counts: [String: Int64], where matches: (String) -> Bool) -> Int64 {
        if counts.isEmpty { return 0 }
        var total: Int64 = 0
        for (name, count) in counts where matches(name) { total = total &+ count }
        return total
    }
}

/// The disjoint classes of tokens; every token is counted in one of them.
public enum TokenClass {
    /// Whether a dimension counts tokens sent to a model.
    public static func isInput(_ name: String) -> Bool {
        switch name {
        case "input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens",
            "audio_input_tokens", "image_input_tokens":
            true
        default: false
        }
    }

    /// Whether a dimension counts tokens a model produced.
    public static func isOutput(_ name: String) -> Bool {
        switch name {
        case "output_tokens", "reasoning_tokens", "audio_output_tokens", "image_output_tokens": true
        default: false
        }
    }
}
