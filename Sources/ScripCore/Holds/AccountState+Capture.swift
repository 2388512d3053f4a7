extension AccountState {
    /// Settles a hold with the true amount: below, at or above what was held, or late after it expired.
    ///
    /// The hold's own credits pay first. Beyond them the rest is taken by burn order and then becomes debt: what was
    /// used is always recorded in full.
    mutating func capture(
        _ id: HoldID, _ order: CaptureOrder, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        if let amount = order.amount { try Limits.requireMovement(amount, field: "amount") }
        let open = holds.first { $0.id == id }
        let report: HoldReport
        if let open { report = HoldReport(open) } else { report = try closedHold(id, context: context) }
        if report.status != .open && report.status != .expired { throw .holdClosed(report.status) }
        if settings.isDemo { return captureForDemonstration(report, open: open, origin: origin, context: context) }
        let placed = context.entry(id.seq)
        let usage = merged(order, with: placed?.usage, context: context)
        let rating = try captureRating(order, usage: usage, report: report, placed: placed, context: context)
        let amount = rating.amount
        let creditType = report.creditType
        var decision = Decision()
        decision.rating = rating
        var entry = Entry(
            kind: .capture, creditType: creditType, effectiveAt: usage.occurredAt ?? context.now,
            recordedAt: context.now
        )
        entry.subject = id.seq
        entry.amount = try amount.negated()
        entry.usage = usage
        entry.rating = rating
        try requireRoom(for: rating)
        entry.draws = draws(
            capturing: amount, from: open, creditType: creditType, happenedAt: usage.occurredAt, context: context)
        answer(entry, origin: origin, decision: &decision)
        decision.hold = report
        decision.hold?.status = .captured
        decision.hold?.captured = amount
        return decision
    }

    /// A hold from before the account was for demonstration takes nothing: it is let go.
    private mutating func captureForDemonstration(
        _ report: HoldReport, open: Hold?, origin: Origin, context: DecisionContext
    ) -> Decision {
        var decision = Decision()
        decision.isDemo = true
        if let open {
            letGo(
                open.id, kind: .release, at: context.now, recordedAt: context.now, origin: origin,
                entries: &decision.entries)
            decision.answer = decision.entries.last
        }
        decision.hold = report
        decision.hold?.status = .captured
        decision.hold?.captured = .zero
        return decision
    }

    private func draws(
        capturing amount: Credits, from open: Hold?, creditType: CreditTypeID, happenedAt: Timestamp?,
        context: DecisionContext
    ) -> [Draw] {
        var draws: [Draw] = []
        var rest = amount.nanocredits
        for part in open?.parts ?? [] {
            if part.place == .debt {
                // Credits may have come since; what they cannot pay becomes debt below.
                draws.append(Draw(.debt, amount: .zero, held: Credits(nanocredits: -part.amount.nanocredits)))
                continue
            }
            let taken = min(part.amount.nanocredits, rest)
            rest -= taken
            draws.append(
                Draw(
                    part.place, amount: Credits(nanocredits: taken),
                    held: Credits(nanocredits: -part.amount.nanocredits)
                )
            )
        }
        if rest > 0 {
            draws += balance(of: creditType).draws(
                taking: Credits(nanocredits: rest), for: happenedAt, context: context)
        }
        return draws + settlement(of: creditType, freed: draws)
    }

    private func merged(_ order: CaptureOrder, with placed: Usage?, context: DecisionContext) -> Usage {
        var usage = order.usage ?? Usage()
        usage.action = usage.action ?? placed?.action
        if order.usage != nil && order.amount == nil, let action = usage.action {
            // A hold outlives its action: what took that one's place rates what was used.
            let catalog = context.catalogs.inForce(at: usage.occurredAt ?? context.now)
            usage.action = catalog.replacements.actions[action] ?? action
        }
        usage.user = usage.user ?? placed?.user
        usage.model = usage.model ?? placed?.model
        usage.provider = usage.provider ?? placed?.provider
        usage.serviceTier = usage.serviceTier ?? placed?.serviceTier
        usage.geography = usage.geography ?? placed?.geography
        usage.speed = usage.speed ?? placed?.speed
        usage.resource = usage.resource ?? placed?.resource
        usage.traceID = usage.traceID ?? placed?.traceID
        usage.description = order.description ?? usage.description ?? placed?.description
        usage.metadata = order.metadata ?? usage.metadata ?? placed?.metadata
        if order.usage == nil && order.amount == nil { usage.quantity = placed?.quantity ?? 1 }
        usage.amount = nil
        return usage
    }

    private func captureRating(
        _ order: CaptureOrder, usage: Usage, report: HoldReport, placed: Entry?, context: DecisionContext
    ) throws(Rejection) -> Rating {
        try Limits.require(usage)
        if order.usage != nil && order.amount == nil {
            let rating = try rate(usage, context: context)
            if rating.creditType != report.creditType {
                throw .invalid(field: "action", rule: "must take \(report.creditType), which the hold reserved")
            }
            return rating
        }
        let amount = order.amount ?? report.amount
        let catalog = context.catalogs.inForce(at: usage.occurredAt ?? context.now)
        try Limits.requireMovement(amount, field: "amount")
        return Rating(
            creditType: report.creditType, amount: amount,
            unrounded: order.amount == nil ? placed?.rating?.unrounded : nil,
            cost: try catalog.fetching(context.book) { (version) throws(Rejection) in
                try version.cost(of: usage, at: context.now)
            },
            priceVersion: placed?.rating?.priceVersion ?? catalog.version, lines: []
        )
    }
}
