extension AccountState {
    /// Reserves credits: they leave what is available at once and serve only this hold.
    mutating func hold(
        _ usage: Usage, seconds: Int64, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        try requireHoldLength(seconds)
        let rating = try rate(usage, context: context)
        if let barrier { throw barrier }
        var decision = Decision()
        decision.rating = rating
        if settings.isDemo {
            decision.isDemo = true
            return decision
        }
        if holds.count >= Limits.openHolds { throw .tooManyOpenHolds(limit: Limits.openHolds) }
        decision.isObserved = isObserved(usage.action, context: context)
        if let refusal = refusal(of: rating, action: usage.action, context: context) {
            if isEnforced(refusal, of: usage.action, context: context) { throw refusal }
            decision.wouldDeny = refusal
        }
        try requireRoom(for: rating)
        var entry = Entry(
            kind: .hold, creditType: rating.creditType, effectiveAt: context.now, recordedAt: context.now
        )
        entry.draws = balance(of: rating.creditType).draws(taking: rating.amount)
            .map { Draw($0.place, amount: .zero, held: $0.amount) }
        entry.usage = usage
        entry.rating = rating
        entry.wouldDeny = decision.wouldDeny?.code
        entry.holdExpiresAt = context.now.adding(seconds: seconds)
        answer(entry, origin: origin, decision: &decision)
        decision.hold = holds.last.map { HoldReport($0) }
        return decision
    }

    private func requireHoldLength(_ seconds: Int64) throws(Rejection) {
        if seconds < 1 || seconds > Limits.longestHoldSeconds {
            throw .invalid(field: "expires_in_seconds", rule: "must be from 1 to \(Limits.longestHoldSeconds)")
        }
    }

    /// The open hold with an id.
    /// - Throws: ``Rejection/holdNotFound``, or ``Rejection/holdClosed(_:)`` with what became of it.
    func openHold(_ id: HoldID, context: DecisionContext) throws(Rejection) -> Hold {
        if let hold = holds.first(where: { $0.id == id }) { return hold }
        throw .holdClosed(try closedHold(id, context: context).status)
    }

    /// What became of a hold that is no longer open.
    /// - Throws: ``Rejection/holdNotFound`` when there never was one.
    public func closedHold(_ id: HoldID, context: DecisionContext) throws(Rejection) -> HoldReport {
        guard id.seq <= seq, let placed = context.entry(id.seq), placed.kind == .hold,
            let creditType = placed.creditType
        else { throw .holdNotFound }
        let settled = context.latestEntry(id.seq)
        let parts = placed.draws.map { Hold.Part(place: $0.place, amount: $0.held) }
        let amount = Credits(clamping: parts.reduce(Int128(0)) { $0 + Int128($1.amount.nanocredits) })
        let hold = Hold(
            id: id, creditType: creditType, amount: amount, parts: parts,
            expiresAt: placed.holdExpiresAt ?? placed.recordedAt, action: placed.usage?.action
        )
        switch settled?.kind {
        case .capture:
            return HoldReport(hold, status: .captured, captured: settled.map { Credits.magnitude($0.amount) })
        case .release: return HoldReport(hold, status: .released)
        default: return HoldReport(hold, status: .expired)
        }
    }

    /// Lets a hold go: what it reserved is free again and first pays off debt.
    mutating func letGo(
        _ id: HoldID, kind: EntryKind, at time: Timestamp, recordedAt now: Timestamp, origin: Origin? = nil,
        entries: inout [SealedEntry]
    ) {
        guard let hold = holds.first(where: { $0.id == id }) else { return }
        var entry = Entry(kind: kind, creditType: hold.creditType, effectiveAt: time, recordedAt: now)
        entry.subject = id.seq
        entry.draws = hold.parts.map {
            Draw($0.place, amount: .zero, held: Credits(nanocredits: -$0.amount.nanocredits))
        }
        if let action = hold.action { entry.usage = Usage(action: action) }
        entry.draws += settlement(of: hold.creditType, freed: entry.draws)
        origin?.sign(&entry)
        append(entry, to: &entries)
    }

    mutating func release(_ id: HoldID, origin: Origin, context: DecisionContext) throws(Rejection) -> Decision {
        let hold = try openHold(id, context: context)
        var decision = Decision()
        letGo(
            id, kind: .release, at: context.now, recordedAt: context.now, origin: origin, entries: &decision.entries
        )
        decision.answer = decision.entries.last
        decision.hold = HoldReport(hold, status: .released)
        return decision
    }

    mutating func extend(
        _ id: HoldID, seconds: Int64, origin: Origin, context: DecisionContext
    ) throws(Rejection) -> Decision {
        try requireHoldLength(seconds)
        let hold = try openHold(id, context: context)
        var decision = Decision()
        var entry = Entry(
            kind: .holdExtended, creditType: hold.creditType, effectiveAt: context.now, recordedAt: context.now
        )
        entry.subject = id.seq
        entry.holdExpiresAt = context.now.adding(seconds: seconds)
        answer(entry, origin: origin, decision: &decision)
        decision.hold = holds.first { $0.id == id }.map { HoldReport($0) }
        return decision
    }

    /// The movements by which credits that were just let go pay off debt. Grants that have expired pay nothing.
    func settlement(of creditType: CreditTypeID, freed draws: [Draw]) -> [Draw] {
        var after = balance(of: creditType)
        guard after.debt.isPositive else { return [] }
        for draw in draws {
            guard case .grant(let id, _) = draw.place, let index = after.index(of: id) else { continue }
            after.grants[index].remaining = Credits(
                nanocredits: after.grants[index].remaining.nanocredits - draw.amount.nanocredits
            )
            after.grants[index].held = Credits(
                nanocredits: after.grants[index].held.nanocredits + draw.held.nanocredits
            )
        }
        return AccountState.settle(after.debt, from: after.grants.map { ($0.id, $0.terms.source, $0.free) })
    }
}

extension Credits {
    /// An amount without its sign; amounts in entries never reach the one value that has no opposite.
    static func magnitude(_ amount: Credits) -> Credits {
        Credits(nanocredits: amount.nanocredits < 0 ? 0 &- amount.nanocredits : amount.nanocredits)
    }
}
