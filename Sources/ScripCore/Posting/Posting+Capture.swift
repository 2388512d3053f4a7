extension Posting {
    /// Charges the true amount of a hold's work: below, at or above what was held, or late after it expired.
    ///
    /// The hold's own credits pay first. Beyond them the rest is taken by burn order and then becomes debt: what was
    /// used is always recorded in full.
    mutating func capture(_ id: HoldID, _ order: CaptureOrder) throws(Rejection) {
        if let amount = order.amount { try Limits.requireMovement(amount, field: "amount") }
        let open = state.holds.first { $0.id == id }
        let report: HoldReport
        if let open { report = HoldReport(open) } else { report = try state.closedHold(id, context: context) }
        if report.status != .open && report.status != .expired { throw .holdClosed(report.status) }
        if state.settings.isDemo { return captureForDemonstration(report, open: open) }
        if order.amount != nil, let stated = order.usage?.creditType, stated != report.creditType {
            throw .invalid(field: "credit_type", rule: "must be \(report.creditType), which the hold reserved")
        }
        let placed = context.entry(id.seq)
        let usage = merged(order, with: placed?.usage)
        let rating = try captureRating(order, usage: usage, report: report, placed: placed)
        decision.rating = rating
        var entry = draft(.capture, of: report.creditType, at: usage.occurredAt)
        entry.subject = id.seq
        entry.amount = try rating.amount.negated()
        entry.usage = usage
        entry.rating = rating
        try state.requireRoom(for: rating)
        entry.draws = draws(
            capturing: rating.amount, from: open, of: report.creditType, happenedAt: usage.occurredAt)
        answer(entry)
        note(report, captured: rating.amount)
    }

    /// A hold from before the account was for demonstration takes nothing: it closes unused.
    private mutating func captureForDemonstration(_ report: HoldReport, open: Hold?) {
        decision.isDemo = true
        if let open { closeHold(open.id, as: .release, answers: true) }
        note(report, captured: .zero)
    }

    private mutating func note(_ report: HoldReport, captured amount: Credits) {
        decision.hold = report
        decision.hold?.status = .captured
        decision.hold?.captured = amount
    }

    private func draws(
        capturing amount: Credits, from open: Hold?, of creditType: CreditTypeID, happenedAt: Timestamp?
    ) -> [Draw] {
        let balance = state.typeBalance(of: creditType)
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
            draws += balance.draws(taking: Credits(nanocredits: rest), for: happenedAt, context: context)
        }
        return draws + balance.debtPayment(freeing: draws)
    }

    private func merged(_ order: CaptureOrder, with placed: Usage?) -> Usage {
        var usage = order.usage ?? Usage()
        usage.action = usage.action ?? placed?.action
        if order.usage != nil && order.amount == nil, let action = usage.action {
            // A hold outlives its action: what took that one's place rates what was used.
            let catalog = catalog(at: usage.occurredAt ?? now)
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
        _ order: CaptureOrder, usage: Usage, report: HoldReport, placed: Entry?
    ) throws(Rejection) -> Rating {
        try Limits.require(usage)
        if order.usage != nil && order.amount == nil {
            let rating = try state.rate(usage, context: context)
            if rating.creditType != report.creditType {
                throw .invalid(field: "action", rule: "must take \(report.creditType), which the hold reserved")
            }
            return rating
        }
        let amount = order.amount ?? report.amount
        let catalog = catalog(at: usage.occurredAt ?? now)
        try Limits.requireMovement(amount, field: "amount")
        return Rating(
            creditType: report.creditType, amount: amount,
            unrounded: order.amount == nil ? placed?.rating?.unrounded : nil,
            cost: try catalog.fetching(context.book) { (version) throws(Rejection) in
                try version.cost(of: usage, at: now)
            },
            priceVersion: placed?.rating?.priceVersion ?? catalog.version, lines: []
        )
    }
}
