extension Posting {
    /// Makes the allowances those of the plan, as of a moment. Only monthly and rolled-over credits are touched.
    ///
    /// - An allowance that goes on with more is topped up at once to what is new, less what was used.
    /// - One that goes on with less loses what is beyond that; what holds reserve of it serves them still, and lapses
    ///   as soon as they close.
    /// - One that is new begins with the full amount; one that is gone ends, and so do its credits.
    /// - One that goes on in another period, because the subscription counts from its own beginning or because periods
    ///   are longer or shorter, takes its credits along.
    /// - What was used in a period counts until that period ends, whatever became of its plan.
    /// - One whose period ends at this very moment is left to the beginning of its next period.
    ///
    /// - Parameter before: the subscription before it changed.
    mutating func reconcileAllowances(from before: Subscription, at time: Timestamp) {
        let catalog = catalog(at: time)
        let due = state.allowances(in: catalog)
        for balance in state.typeBalances where !due.contains(where: { $0.creditType == balance.creditType }) {
            guard let ending = balance.allowance, ending.period.end > time else { continue }
            leave(balance, at: time)
        }
        let subscription = state.subscription
        let isCountedAnew = subscription.anchor != before.anchor || subscription.countsInUTC != before.countsInUTC
        let isFollowed = subscription.countsInUTC
        let endsTrial = before.trialEndsAt != nil && subscription.trialEndsAt == nil
        let restarts = isCountedAnew && (isFollowed || endsTrial || subscription.plan != before.plan)
        for allowance in due {
            let current = state.typeBalance(of: allowance.creditType).allowance
            if let current, current.period.end <= time { continue }
            var period = state.periodRule(allowance.every).period(at: time)
            if let current, current.every == allowance.every, !restarts { period = current.period }
            let amount = state.amount(of: allowance, from: period.start, in: catalog)
            let next = AllowanceState(amount: amount, period: period, every: allowance.every)
            enter(next, of: allowance.creditType, at: time)
        }
        if isCountedAnew && !restarts { movePeriods(at: time) }
    }

    /// Lets running periods go on until the first boundary of how periods are counted now that is not before their old
    /// end. So an allowance never comes sooner because the anchor or the time zone was moved.
    mutating func movePeriods(at time: Timestamp) {
        for balance in state.typeBalances {
            guard let current = balance.allowance, current.period.end > time else { continue }
            let end = state.periodRule(current.every).boundary(notBefore: current.period.end)
            if end == current.period.end { continue }
            var next = current
            next.period = BillingPeriod(start: current.period.start, end: end)
            enter(next, of: balance.creditType, at: time)
        }
    }

    /// Ends an allowance before its period is over, and keeps in mind what was used of it until then.
    private mutating func leave(_ balance: TypeBalance, at time: Timestamp) {
        for grant in balance.grants where grant.isCurrentAllowance {
            if grant.held.isZero {
                expire(grant.id, of: balance.creditType, at: time, reason: "plan changed")
            } else if !grant.isOver {
                void(
                    grant.free, lapsing: Credits(nanocredits: grant.held.nanocredits - grant.lapsing.nanocredits),
                    of: grant, balance.creditType, at: time, reason: "plan changed")
            }
        }
        var entry = draft(.allowance, of: balance.creditType, at: time)
        entry.remembered = balance.usedPeriods.telling(at: time, taken: balance.taken)
        append(entry)
    }

    /// Puts an allowance into a period, with what is due there and no more: the amount, less the most that was used in
    /// any period that still runs.
    ///
    /// - Parameters:
    ///   - next: the allowance; what it says of use is found out here.
    ///   - lapsed: what lapsed of the period that it follows.
    mutating func enter(
        _ next: AllowanceState, of creditType: CreditTypeID, at time: Timestamp, lapsed: Entry.Lapsed? = nil
    ) {
        let before = state.typeBalance(of: creditType)
        let running = before.allowance.flatMap { $0.period.end > time ? $0 : nil }
        var allowance = next
        var own = UsedPeriod(period: next.period, used: before.used(in: next.period, at: time))
        if let running, running.period.start == next.period.start {
            // Where a longer period said as much until now, what counts of it is all that is known of the present one.
            let known = before.usedPeriods.first { $0.period == running.period }
            own.used = max(own.used, known?.used ?? running.used)
        }
        let used = (before.usedPeriods.filter { $0.period != next.period } + [own]).telling(
            at: time, taken: before.taken)
        allowance.used = used.mostUsed
        var entry = draft(.allowance, of: creditType, at: time)
        entry.allowance = allowance
        entry.lapsed = lapsed
        entry.remembered = used == [own] ? [] : used
        if let running, running.period.end != next.period.end { entry.movedEnd = running.period.end }
        if allowance == running && entry.remembered == before.remembered { return }
        let monthly = monthlyGrants(of: before, running: running, at: time)
        var surplus: Int128 = 0
        if let due = before.due(of: allowance.amount, after: used) {
            let left = monthly.reduce(Int128(0)) {
                $0 + Int128($1.remaining.nanocredits) - Int128($1.lapsing.nanocredits)
            }
            if due > left { topUp(by: due - left, monthly: monthly, of: allowance, in: &entry) }
            surplus = left - due
        }
        append(entry)
        if surplus > 0 { cut(surplus, from: monthly, of: creditType, at: time) }
    }

    /// Forgets what was used in a period that has ended, and gives what was not given because of it.
    mutating func forgetUse(of creditType: CreditTypeID, at time: Timestamp) {
        let before = state.typeBalance(of: creditType)
        guard let current = before.allowance else { return }
        var next = current
        let used = before.remembered.telling(at: time, taken: before.taken)
        next.used = used.mostUsed
        var entry = draft(.allowance, of: creditType, at: time)
        entry.allowance = next
        entry.remembered = used.map(\.period) == [next.period] ? [] : used
        let monthly = monthlyGrants(of: before, running: current, at: time)
        if let due = before.due(of: next.amount, after: used),
            let dueBefore = before.due(of: next.amount, after: before.remembered)
        {
            let left = monthly.reduce(Int128(0)) {
                $0 + Int128($1.remaining.nanocredits) - Int128($1.lapsing.nanocredits)
            }
            let missing = min(due - dueBefore, due - left)
            if missing > 0 { topUp(by: missing, monthly: monthly, of: next, in: &entry) }
        }
        append(entry)
    }

    /// The grants that an allowance has given in periods that still run. Others of the same source were given by hand.
    private func monthlyGrants(of balance: TypeBalance, running: AllowanceState?, at time: Timestamp) -> [Grant] {
        let ends = balance.remembered.map(\.period.end) + [running?.period.end].compactMap { $0 }
        guard let last = ends.filter({ $0 > time }).max() else { return [] }
        return balance.grants.filter { grant in
            guard grant.isCurrentAllowance, grant.terms.source == .monthly else { return false }
            return grant.terms.expiresAt.map { time < $0 && $0 <= last } ?? false
        }
    }

    /// Makes an entry add to an allowance: first what was to lapse stays, then a grant brings the rest.
    private func topUp(by missing: Int128, monthly: [Grant], of allowance: AllowanceState, in entry: inout Entry) {
        var kept: [Draw] = []
        var rest = missing
        for grant in monthly where grant.lapsing.isPositive && rest > 0 {
            let part = min(Int128(grant.lapsing.nanocredits), rest)
            rest -= part
            kept.append(
                Draw(
                    .grant(grant.id, grant.terms.source), amount: .zero, lapsing: Credits(clamping: -part)
                )
            )
        }
        if rest > 0 {
            let terms = GrantTerms(
                source: .monthly, amount: Credits(clamping: rest),
                priority: catalog(at: entry.effectiveAt).priority(of: .monthly),
                effectiveAt: entry.effectiveAt, expiresAt: allowance.period.end
            )
            give(terms, in: &entry)
        }
        entry.draws += kept
    }

    /// Takes an amount off monthly grants: first what is free, at once; then what is held, when its holds close.
    private mutating func cut(
        _ amount: Int128, from monthly: [Grant], of creditType: CreditTypeID, at time: Timestamp
    ) {
        var fromHeld = amount - min(amount, monthly.reduce(Int128(0)) { $0 + Int128($1.free.nanocredits) })
        var fromFree = amount - fromHeld
        for grant in monthly {
            let free = min(Int128(grant.free.nanocredits), fromFree)
            let lapsing = min(Int128(grant.held.nanocredits) - Int128(grant.lapsing.nanocredits), fromHeld)
            if free <= 0 && lapsing <= 0 { continue }
            fromFree -= free
            fromHeld -= lapsing
            void(
                Credits(clamping: free), lapsing: Credits(clamping: lapsing), of: grant, creditType, at: time,
                reason: "plan changed")
        }
    }
}

extension TypeBalance {
    /// What is due of an allowance in nanocredits after what was used in periods that still run; `nil` when it has no
    /// limit. What holds reserve of grants that have ended counts in those in which the grants were given.
    fileprivate func due(of amount: Allowance.Amount, after periods: [UsedPeriod]) -> Int128? {
        guard case .limited(let amount) = amount else { return nil }
        return max(0, Int128(amount.nanocredits) - (periods.map(taken).max() ?? 0))
    }
}
