/// The standing of a subscription with whoever collects its payments.
public struct SubscriptionStanding: Hashable, Sendable {
    /// The plan it gives a right to.
    public var plan: PlanID
    /// When the period began that was paid for last, from which the account's periods are counted; as before if absent.
    public var periodStart: Timestamp?
    /// Until when it is paid for; `nil` when it has no end.
    public var paidUntil: Timestamp?
    /// For how many days of the account's calendar the plan stays usable after that, where the plan says nothing of it.
    public var graceDays: Int
    /// Since when a payment is missing.
    public var lateSince: Timestamp?
    /// Whether it ends when what was paid for is over, without grace.
    public var isEnding: Bool
    /// Until when it is on trial.
    public var trialEndsAt: Timestamp?
    /// For how many seats it is.
    public var quantity: Int64 = 1

    /// Makes the standing of a plan.
    public init(
        plan: PlanID, periodStart: Timestamp? = nil, paidUntil: Timestamp?, graceDays: Int = 0,
        lateSince: Timestamp? = nil, isEnding: Bool = false
    ) {
        self.plan = plan
        self.periodStart = periodStart
        self.paidUntil = paidUntil
        self.graceDays = graceDays
        self.lateSince = lateSince
        self.isEnding = isEnding
    }
}

extension AccountState {
    /// The subscription that follows from a standing at a moment; `nil` when its time and its grace are over.
    public func subscription(
        following standing: SubscriptionStanding, at now: Timestamp, catalog: Catalog
    ) -> Subscription? {
        let isSame = standing.plan == subscription.plan && subscription.ended == nil
        var next = Subscription(
            plan: standing.plan, startedAt: isSame ? subscription.startedAt : now, endsAt: standing.paidUntil,
            pastDueSince: standing.lateSince)
        let plan = catalog.plans[standing.plan]
        count(&next, following: standing, isSame: isSame, recurrence: plan?.allowances.first?.every ?? .month)
        if plan?.graceDays ?? 0 == 0 && standing.graceDays > 0 { next.graceDays = standing.graceDays }
        next.isEnding = standing.isEnding && standing.paidUntil != nil
        next.trialEndsAt = standing.trialEndsAt
        next.quantity = min(max(1, standing.quantity), Subscription.maxSeats)
        guard let end = standing.paidUntil, end <= now else { return next }
        guard let grace = grace(of: next, in: catalog), (grace.graceEndsAt ?? .earliest) > now else { return nil }
        return grace
    }

    /// Counts periods as the provider does: from the beginning of its period, in UTC. Where that beginning lies on a
    /// boundary already, the anchor stays, so that the 31st comes back after February.
    private func count(
        _ next: inout Subscription, following standing: SubscriptionStanding, isSame: Bool, recurrence: Recurrence
    ) {
        next.count(as: subscription)
        guard let start = standing.periodStart else { return }
        if isSame, subscription.countsInUTC, let anchor = subscription.anchor {
            let schedule = BillingSchedule(anchor: anchor, timeZone: .utc, recurrence: recurrence)
            if schedule.period(at: start).start == start { return }
        }
        next.anchor = start
        next.countsInUTC = true
    }
}
