import ScripJSON

extension JSONWriter {
    mutating func allowance(_ allowance: AllowanceState) {
        if case .limited(let amount) = allowance.amount { field("amount", amount) }
        field("start", allowance.period.start)
        field("end", allowance.period.end)
        if case .days(let count) = allowance.every { field("days", Int64(count)) }
        field("calendar", flag: allowance.every == .calendarMonth)
        field("used", nonzero: allowance.used)
    }

    mutating func usedPeriod(_ used: UsedPeriod) {
        field("start", used.period.start)
        field("end", used.period.end)
        field("used", nonzero: used.used)
    }

    mutating func settings(_ settings: AccountSettings) {
        field("kind", settings.kind.rawValue)
        field("demo", flag: settings.isDemo)
        field("timezone", settings.timeZone.id)
        field("anchor", settings.anchor)
        field("enforcement", settings.enforcement.rawValue)
        field("suspended", flag: settings.isSuspended)
        field("erased", flag: settings.isErased)
    }

    mutating func subscription(_ subscription: Subscription) {
        field("plan", subscription.plan?.rawValue)
        field("started_at", subscription.startedAt)
        field("ends_at", subscription.endsAt)
        field("fallback_plan", subscription.fallbackPlan?.rawValue)
        nested("pending", subscription.pending) { writer, pending in
            writer.field("plan", pending.plan?.rawValue)
            writer.field("at", pending.at)
            writer.field("ends_at", pending.endsAt)
            writer.field("fallback_plan", pending.fallbackPlan?.rawValue)
            writer.field("restarts", flag: pending.anchor == .start)
            if pending.quantity != 1 { writer.field("quantity", pending.quantity) }
        }
        field("past_due_since", subscription.pastDueSince)
        field("grace_ends_at", subscription.graceEndsAt)
        field("grace_days", subscription.graceDays.map { Int64($0) })
        field("ending", flag: subscription.isEnding)
        nested("ended", subscription.ended) { writer, ended in
            writer.field("plan", ended.plan.rawValue)
            writer.field("at", ended.at)
            if ended.quantity != 1 { writer.field("quantity", ended.quantity) }
        }
        field("anchor", subscription.anchor)
        field("utc", flag: subscription.countsInUTC)
        field("trial_ends_at", subscription.trialEndsAt)
        if subscription.quantity != 1 { field("quantity", subscription.quantity) }
    }
}

extension KeptFields {
    func allowance() throws(CodingProblem) -> AllowanceState {
        let amount = try optionalCredits("amount")
        let days = try optionalInteger("days")
        if let days, !(1...Int64(Recurrence.maxDays)).contains(days) { throw CodingProblem(field: "days") }
        return AllowanceState(
            amount: amount.map { .limited($0) } ?? .unlimited,
            period: BillingPeriod(start: try time("start"), end: try time("end")),
            every: days.map { .days(Int($0)) } ?? (flag("calendar") ? .calendarMonth : .month),
            used: try optionalCredits("used") ?? .zero
        )
    }

    private func quantity() throws(CodingProblem) -> Int64 {
        let quantity = try optionalInteger("quantity") ?? 1
        guard (1...Subscription.maxSeats).contains(quantity) else { throw CodingProblem(field: "quantity") }
        return quantity
    }

    func usedPeriod() throws(CodingProblem) -> UsedPeriod {
        UsedPeriod(
            period: BillingPeriod(start: try time("start"), end: try time("end")),
            used: try optionalCredits("used") ?? .zero)
    }

    func settings() throws(CodingProblem) -> AccountSettings {
        guard let timeZone = TimeZoneRules(id: try text("timezone")) else { throw CodingProblem(field: "timezone") }
        return AccountSettings(
            kind: try choice("kind"), isDemo: flag("demo"), timeZone: timeZone, anchor: try time("anchor"),
            enforcement: try choice("enforcement"), isSuspended: flag("suspended"), isErased: flag("erased")
        )
    }

    func subscription() throws(CodingProblem) -> Subscription {
        var subscription = Subscription(
            plan: try optionalIdentifier("plan"), startedAt: try time("started_at"),
            endsAt: try optionalTime("ends_at"), fallbackPlan: try optionalIdentifier("fallback_plan"),
            pending: try nested("pending") { (fields) throws(CodingProblem) in
                Subscription.Pending(
                    plan: try fields.optionalIdentifier("plan"), at: try fields.time("at"),
                    endsAt: try fields.optionalTime("ends_at"),
                    fallbackPlan: try fields.optionalIdentifier("fallback_plan"),
                    anchor: fields.flag("restarts") ? .start : .keep, quantity: try fields.quantity()
                )
            },
            pastDueSince: try optionalTime("past_due_since"), graceEndsAt: try optionalTime("grace_ends_at"),
            ended: try nested("ended") { (fields) throws(CodingProblem) in
                Subscription.Ended(
                    plan: try fields.identifier("plan"), at: try fields.time("at"), quantity: try fields.quantity())
            }
        )
        subscription.graceDays = try optionalInteger("grace_days").map { Int($0) }
        if let days = subscription.graceDays, !(0...Recurrence.maxDays).contains(days) {
            throw CodingProblem(field: "grace_days")
        }
        subscription.isEnding = flag("ending")
        subscription.anchor = try optionalTime("anchor")
        subscription.countsInUTC = flag("utc")
        subscription.trialEndsAt = try optionalTime("trial_ends_at")
        subscription.quantity = try quantity()
        return subscription
    }
}
