/// An account's plan with its beginning, its end, and what is to change.
public struct Subscription: Hashable, Sendable {
    /// The plan; `nil` for an account without one, which has no allowance and may do everything it can pay for.
    public var plan: PlanID?
    /// Since when.
    public var startedAt: Timestamp
    /// When it ends by itself; `nil` for never.
    public var endsAt: Timestamp?
    /// The plan after the end; the catalog's default plan if absent.
    public var fallbackPlan: PlanID?
    /// A change that waits for the end of the period.
    public var pending: Pending?

    /// A change of plan that waits for its time.
    public struct Pending: Hashable, Sendable {
        /// The plan to change to.
        public var plan: PlanID?
        /// When.
        public var at: Timestamp
        /// When the new subscription ends by itself.
        public var endsAt: Timestamp?
        /// The plan after that end.
        public var fallbackPlan: PlanID?

        /// A change to come.
        public init(plan: PlanID?, at: Timestamp, endsAt: Timestamp? = nil, fallbackPlan: PlanID? = nil) {
            self.plan = plan
            self.at = at
            self.endsAt = endsAt
            self.fallbackPlan = fallbackPlan
        }
    }

    /// A subscription.
    public init(
        plan: PlanID?, startedAt: Timestamp, endsAt: Timestamp? = nil, fallbackPlan: PlanID? = nil,
        pending: Pending? = nil
    ) {
        self.plan = plan
        self.startedAt = startedAt
        self.endsAt = endsAt
        self.fallbackPlan = fallbackPlan
        self.pending = pending
    }
}
