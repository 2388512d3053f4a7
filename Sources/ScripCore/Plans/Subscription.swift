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
    /// Since when a payment is missing.
    public var pastDueSince: Timestamp?
    /// Until when the plan stays usable although its paid time is over; only after ``endsAt``.
    public var graceEndsAt: Timestamp?
    /// For how many days the plan stays usable after ``endsAt``; as many as the plan says if absent.
    public var graceDays: Int?
    /// Whether it ends at ``endsAt``, without grace, because that was decided.
    public var isEnding = false
    /// The subscription that ended before this one, when this one is only what it fell back to.
    public var ended: Ended?

    /// A subscription that ended without being followed by one that somebody chose.
    public struct Ended: Hashable, Sendable {
        /// The plan it was on.
        public var plan: PlanID
        /// When it ended.
        public var at: Timestamp

        /// An ended subscription.
        public init(plan: PlanID, at: Timestamp) {
            self.plan = plan
            self.at = at
        }
    }

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
        pending: Pending? = nil, pastDueSince: Timestamp? = nil, graceEndsAt: Timestamp? = nil, ended: Ended? = nil
    ) {
        self.plan = plan
        self.startedAt = startedAt
        self.endsAt = endsAt
        self.fallbackPlan = fallbackPlan
        self.pending = pending
        self.pastDueSince = pastDueSince
        self.graceEndsAt = graceEndsAt
        self.ended = ended
    }

    /// Until when the plan can be used if nothing is done; `nil` for ever.
    public var usableUntil: Timestamp? { graceEndsAt ?? endsAt }

    /// Forgets what was missed and what ended before, as something was paid for or chosen.
    mutating func settle() {
        pastDueSince = nil
        graceEndsAt = nil
        ended = nil
        isEnding = false
    }
}
