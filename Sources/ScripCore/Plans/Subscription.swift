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
    /// Whether it ends at ``endsAt`` without grace, because somebody decided so.
    public var isEnding = false
    /// The subscription that ended before this one, if this one is only its fallback.
    public var ended: Ended?

    /// The moment from which the periods of its allowances are counted; the account's own anchor if absent.
    public var anchor: Timestamp?
    /// Whether those are counted by the clocks of UTC, as payment providers count them, and not by the account's.
    public var countsInUTC = false

    /// Until when it is on trial; `nil` when it is not, or not any more.
    public var trialEndsAt: Timestamp?
    /// How many seats it is for.
    public var quantity: Int64 = 1

    /// The most seats of one subscription.
    public static let maxSeats: Int64 = 1_000_000

    /// When its trial ends and nothing else ends with it; only until it ends, and not in grace.
    var nextTrialEnd: Timestamp? {
        guard let trialEndsAt, graceEndsAt == nil, trialEndsAt < usableUntil ?? .latest else { return nil }
        return pending.map { trialEndsAt < $0.at } ?? true ? trialEndsAt : nil
    }

    /// From when the periods of a plan's allowances are to be counted.
    public enum Anchor: String, Hashable, Sendable, CaseIterable {
        /// From the beginning of the subscription.
        case start
        /// As they were counted before.
        case keep
    }

    /// A subscription that ended, and was followed by a fallback that nobody chose.
    public struct Ended: Hashable, Sendable {
        /// The plan it was on.
        public var plan: PlanID
        /// When it ended.
        public var at: Timestamp
        /// For how many seats it was.
        public var quantity: Int64

        /// Makes the record of a subscription that ended.
        public init(plan: PlanID, at: Timestamp, quantity: Int64 = 1) {
            self.plan = plan
            self.at = at
            self.quantity = quantity
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
        /// Whether periods are to be counted from its beginning.
        public var anchor: Anchor
        /// For how many seats.
        public var quantity: Int64

        /// A change to come.
        public init(
            plan: PlanID?, at: Timestamp, endsAt: Timestamp? = nil, fallbackPlan: PlanID? = nil,
            anchor: Anchor = .keep, quantity: Int64 = 1
        ) {
            self.plan = plan
            self.at = at
            self.endsAt = endsAt
            self.fallbackPlan = fallbackPlan
            self.anchor = anchor
            self.quantity = quantity
        }
    }

    /// Makes a subscription to a plan.
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

    /// Counts periods from a moment on, by the account's clocks.
    mutating func count(from moment: Timestamp) {
        anchor = moment
        countsInUTC = false
    }

    /// Counts periods as another subscription of the account does.
    mutating func count(as other: Subscription) {
        anchor = other.anchor
        countsInUTC = other.countsInUTC
    }

    /// Until when the plan can be used if nothing is done; `nil` for ever.
    public var usableUntil: Timestamp? { graceEndsAt ?? endsAt }

    /// Forgets missed payments and the ended subscription, because something was paid for or chosen.
    mutating func clearPastDue() {
        pastDueSince = nil
        graceEndsAt = nil
        ended = nil
        isEnding = false
    }
}
