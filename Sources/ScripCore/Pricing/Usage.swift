/// Usage that happened or is about to happen, and that is rated.
public struct Usage: Hashable, Sendable {
    /// The action; required unless an amount is given outright.
    public var action: ActionID?
    /// Who acted on behalf of the account.
    public var user: String?
    /// How many times: more than 0.
    public var quantity: Quantity
    /// Counts by dimension: token classes and any other, each in its own class.
    public var counts: [String: Quantity]
    /// The model that was called.
    public var model: String?
    /// Who runs the model.
    public var provider: String?
    /// The service tier that the provider says it used, for example `batch`, `priority` or `flex`.
    public var serviceTier: String?
    /// Where the provider says the model ran, for example `us`.
    public var geography: String?
    /// How fast the provider says the model ran, for example `fast`.
    public var speed: String?
    /// Calls of other models within the same request, which the counts above do not include.
    public var otherCalls: [ModelCall] = []
    /// What the work cost in dollars, when the caller knows it.
    public var cost: Dollars?
    /// What the provider says that the call cost.
    public var reportedCost: Dollars?
    /// Whether the provider had not stated the final counts when the answer broke off.
    public var isUnfinished = false
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

    /// A thing of the caller's that usage is about, such as a chat session.
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

    /// A call of another model within the same request, such as one of Anthropic's `iterations`.
    public struct ModelCall: Hashable, Sendable {
        /// Who runs the model; the usage's own provider if absent.
        public var provider: String?
        /// The model.
        public var model: String
        /// Counts by dimension.
        public var counts: [String: Quantity]

        /// A call.
        public init(provider: String? = nil, model: String, counts: [String: Quantity]) {
            self.provider = provider
            self.model = model
            self.counts = counts
        }
    }

    /// Usage of an action.
    public init(action: ActionID? = nil, quantity: Quantity = 1, counts: [String: Quantity] = [:]) {
        self.action = action
        self.quantity = quantity
        self.counts = counts
    }

    /// All tokens sent to models, cached ones and those of other calls included.
    public var inputTokens: Int64 {
        otherCalls.reduce(Usage.sum(counts, where: TokenClass.isInput)) {
            $0.addingClamped(Usage.sum($1.counts, where: TokenClass.isInput))
        }
    }

    /// All tokens that models produced, those of other calls included.
    public var outputTokens: Int64 {
        otherCalls.reduce(Usage.sum(counts, where: TokenClass.isOutput)) {
            $0.addingClamped(Usage.sum($1.counts, where: TokenClass.isOutput))
        }
    }

    /// Tokens whose class is unknown.
    public var unaccountedTokens: Int64 { Usage.sum(counts) { $0 == "unaccounted_tokens" } }

    static func sum(_ counts: [String: Quantity], where matches: (String) -> Bool) -> Int64 {
        if counts.isEmpty { return 0 }
        var total: Int64 = 0
        for (name, count) in counts where matches(name) { total = total.addingClamped(count.wholePart) }
        return total
    }
}
