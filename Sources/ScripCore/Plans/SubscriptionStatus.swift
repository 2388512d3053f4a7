/// The state of an account's subscription at a moment.
public struct SubscriptionStatus: Hashable, Sendable {
    /// The state of the subscription in one word. If several apply, the first one is used.
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// The paid time is over, but the plan stays usable for its days of grace.
        case grace
        /// A payment was missed, but the paid time is not over yet.
        case pastDue = "past_due"
        /// It is to end with the period, and the fallback follows.
        case canceledAtPeriodEnd = "canceled_at_period_end"
        /// It ended, and the account is on the fallback plan.
        case expired
        /// None of these.
        case active
    }

    /// The plan in force.
    public var plan: PlanID?
    /// The state.
    public var state: State
    /// Since when the plan is in force.
    public var startedAt: Timestamp
    /// The billing period of the moment: that of the plan's first allowance, or the calendar month from the anchor.
    public var period: BillingPeriod
    /// When the plan's first allowance begins anew; `nil` for a plan without any.
    public var resetsAt: Timestamp?
    /// Until when it is paid for; `nil` when it has no end.
    public var endsAt: Timestamp?
    /// Since when a payment is missing.
    public var pastDueSince: Timestamp?
    /// Until when the plan stays usable although its paid time is over.
    public var graceEndsAt: Timestamp?
    /// The plan that follows when it ends.
    public var fallbackPlan: PlanID?
    /// From when its periods are counted: its own beginning, or the account's anchor.
    public var anchor: Timestamp
    /// Until when it is on trial.
    public var trialEndsAt: Timestamp?
    /// For how many seats it is.
    public var quantity: Int64
    /// What is to change at the end of the period.
    public var pending: Subscription.Pending?
    /// What ended before.
    public var ended: Subscription.Ended?
}

extension AccountState {
    /// How the account stands with its plan. It must have been advanced to the moment first.
    public func subscriptionStatus(at now: Timestamp, catalog: Catalog) -> SubscriptionStatus {
        let fallback = subscription.fallbackPlan ?? catalog.defaultPlan
        let plan = subscription.plan.flatMap { catalog.plans[$0] }
        let allowance = allowances(in: catalog).first.flatMap { typeBalance(of: $0.creditType).allowance }
        let month: Recurrence = plan?.period == .calendar ? .calendarMonth : .month
        let rule = periodRule(plan?.allowances.first?.every ?? month)
        let state: SubscriptionStatus.State
        if subscription.graceEndsAt != nil {
            state = .grace
        } else if subscription.pastDueSince != nil {
            state = .pastDue
        } else if let pending = subscription.pending, pending.plan == fallback {
            state = .canceledAtPeriodEnd
        } else if subscription.isEnding {
            state = .canceledAtPeriodEnd
        } else {
            state = subscription.ended == nil ? .active : .expired
        }
        return SubscriptionStatus(
            plan: subscription.plan, state: state, startedAt: subscription.startedAt,
            period: allowance?.period ?? rule.period(at: now), resetsAt: allowance?.period.end,
            endsAt: subscription.endsAt, pastDueSince: subscription.pastDueSince,
            graceEndsAt: subscription.graceEndsAt, fallbackPlan: fallback,
            anchor: subscription.anchor ?? settings.anchor, trialEndsAt: subscription.trialEndsAt,
            quantity: subscription.quantity, pending: subscription.pending,
            ended: subscription.ended
        )
    }

    /// When a downgrade takes effect: at the end of what was paid for, or else of the current period.
    func endOfPeriod(at now: Timestamp, catalog: Catalog) -> Timestamp {
        if let end = subscription.usableUntil, end > now { return end }
        return periodEnd(at: now, catalog: catalog)
    }

    /// Until when the subscription is paid for once it is renewed by one period; `nil` for one that has no end.
    ///
    /// Ends that lie on a boundary of the subscription's or the account's periods, or of periods from the
    /// subscription's beginning, stay on it, so that month ends never drift; any other end is itself the anchor. A
    /// renewal that comes late, but within the grace, pays for the period that was missed; later, for the period of the
    /// moment.
    func nextRenewal(at now: Timestamp, catalog: Catalog) -> Timestamp? {
        let plan = (subscription.ended?.plan ?? subscription.plan).flatMap { catalog.plans[$0] }
        var recurrence = plan?.allowances.first?.every ?? .month
        if recurrence == .calendarMonth { recurrence = .month }
        if subscription.ended != nil {
            return BillingSchedule(anchor: now, timeZone: settings.timeZone, recurrence: recurrence).boundary(1)
        }
        guard let end = subscription.endsAt else { return nil }
        var schedule = BillingSchedule(anchor: end, timeZone: settings.timeZone, recurrence: recurrence)
        let others =
            [periodRule(recurrence).schedule]
            + [settings.anchor, subscription.startedAt].map {
                BillingSchedule(anchor: $0, timeZone: settings.timeZone, recurrence: recurrence)
            }
        for other in others {
            if other.boundary(other.index(at: end)) == end {
                schedule = other
                break
            }
        }
        var next = schedule.index(at: end) + 1
        if schedule.boundary(next) <= now { next = schedule.index(at: now) + 1 }
        return schedule.boundary(next)
    }
}
