/// Moves that commands, time and plans share: write entries, give, take back and end credits, close holds, pay debt.
extension Posting {
    /// The draft of an entry about some credits, which counts at a moment; now if none is given.
    func draft(_ kind: EntryKind, of creditType: CreditTypeID? = nil, at time: Timestamp? = nil) -> Entry {
        Entry(kind: kind, creditType: creditType, effectiveAt: time ?? now, recordedAt: now)
    }

    /// Writes the next entry: numbers it, applies it, notes the balance after it, and seals it into the chain.
    @discardableResult
    mutating func append(_ draft: Entry) -> SealedEntry {
        var entry = state.settings.isErased ? draft.erased : draft
        entry.seq = state.seq + 1
        state.apply(entry)
        if let creditType = entry.creditType {
            let balance = state.typeBalance(of: creditType)
            entry.postedAfter = balance.posted
            entry.availableAfter = balance.available
        }
        let sealed = SealedEntry(entry, after: state.lastDigest)
        state.lastDigest = sealed.digest
        decision.entries.append(sealed)
        return sealed
    }

    /// Writes an entry that answers the command. The first one takes its key; another one says only who did it.
    mutating func answer(_ draft: Entry) {
        var signed = draft
        if decision.answer == nil {
            origin.sign(&signed)
            decision.answer = append(signed)
        } else {
            signed.actor = origin.actor
            append(signed)
        }
    }

    /// Makes an entry give a grant, which first pays off debt. What the account cannot hold is not given, and the entry
    /// says so: time and plans must not stop at an amount that a caller would be refused.
    func give(_ wanted: GrantTerms, in entry: inout Entry) {
        guard let creditType = entry.creditType else { return }
        let balance = state.typeBalance(of: creditType)
        var terms = wanted
        if terms.amount > balance.room {
            terms.amount = balance.room
            entry.reason = "given in part: an account may hold \(Credits.largestHolding) of a credit type"
            if terms.amount.isZero { return }
        }
        entry.terms = terms
        entry.amount = terms.amount
        entry.draws = balance.debtPayment(from: GrantID(seq: state.seq + 1), terms)
    }

    /// Takes back a part of a grant's free credits now, and a part of its held credits when their holds close.
    /// - Parameter answers: whether that is what the command is about.
    mutating func void(
        _ amount: Credits, lapsing: Credits, of grant: Grant, _ creditType: CreditTypeID, at time: Timestamp? = nil,
        reason: String?, answers: Bool = false
    ) {
        var entry = draft(.grantVoided, of: creditType, at: time)
        entry.subject = grant.id.seq
        entry.amount = Credits(nanocredits: -amount.nanocredits)
        entry.reason = reason
        if amount.isPositive || lapsing.isPositive {
            entry.draws = [Draw(.grant(grant.id, grant.terms.source), amount: amount, lapsing: lapsing)]
        }
        if answers { answer(entry) } else { append(entry) }
    }

    /// Ends a grant: what is free of it goes; what is held stays until its holds close, and goes then.
    mutating func expire(_ id: GrantID, of creditType: CreditTypeID, at time: Timestamp, reason: String? = nil) {
        let balance = state.typeBalance(of: creditType)
        guard let grant = balance.grants.first(where: { $0.id == id }) else { return }
        let lost = Credits(nanocredits: grant.remaining.nanocredits - grant.held.nanocredits)
        var entry = draft(.grantExpired, of: creditType, at: time)
        entry.subject = id.seq
        entry.amount = Credits(nanocredits: -lost.nanocredits)
        entry.reason = reason
        if lost.isPositive {
            // What was taken back while it was held goes first, and is no part of what lapses with the period.
            let lapsing = grant.hasExpired ? min(grant.lapsing, lost) : .zero
            let rest = Credits(nanocredits: lost.nanocredits - lapsing.nanocredits)
            entry.draws = [
                Draw(
                    .grant(id, grant.terms.source), amount: lost,
                    lapsing: Credits(nanocredits: -lapsing.nanocredits))
            ]
            entry.lapsed = balance.lapse(of: rest, givenBackTo: grant)
        }
        append(entry)
    }

    /// Closes a hold that took nothing: what it reserved is free again and first pays off debt.
    /// - Parameter answers: whether that is what the command is about.
    mutating func closeHold(_ id: HoldID, as kind: EntryKind, at time: Timestamp? = nil, answers: Bool = false) {
        guard let hold = state.holds.first(where: { $0.id == id }) else { return }
        var entry = draft(kind, of: hold.creditType, at: time)
        entry.subject = id.seq
        entry.draws = hold.parts.map {
            Draw($0.place, amount: .zero, held: Credits(nanocredits: -$0.amount.nanocredits))
        }
        if let action = hold.action { entry.usage = Usage(action: action) }
        entry.draws += state.typeBalance(of: hold.creditType).debtPayment(freeing: entry.draws)
        if answers { answer(entry) } else { append(entry) }
    }
}

extension TypeBalance {
    /// The movements by which free credits pay off debt, in burn order.
    func debtPayment() -> [Draw] {
        guard debt.isPositive else { return [] }
        return debtPayment(from: grants.map { ($0.id, $0.terms.source, $0.free) })
    }

    /// The movements by which a grant that comes in pays off debt.
    func debtPayment(from id: GrantID, _ terms: GrantTerms) -> [Draw] {
        debtPayment(from: [(id, terms.source, terms.amount)])
    }

    /// The movements by which credits that a hold gives back pay off debt. Grants that have expired pay nothing.
    func debtPayment(freeing draws: [Draw]) -> [Draw] {
        guard debt.isPositive else { return [] }
        var after = self
        for draw in draws {
            guard case .grant(let id, _) = draw.place, let index = after.index(of: id) else { continue }
            after.grants[index].remaining = Credits(
                nanocredits: after.grants[index].remaining.nanocredits - draw.amount.nanocredits
            )
            after.grants[index].held = Credits(
                nanocredits: after.grants[index].held.nanocredits + draw.held.nanocredits
            )
        }
        return after.debtPayment()
    }

    private func debtPayment(from places: [(GrantID, GrantSource, Credits)]) -> [Draw] {
        var draws: [Draw] = []
        var paid: Int64 = 0
        for (id, source, free) in places where free.isPositive && paid < debt.nanocredits {
            let part = min(free.nanocredits, debt.nanocredits - paid)
            draws.append(Draw(.grant(id, source), amount: Credits(nanocredits: part)))
            paid += part
        }
        if paid > 0 { draws.append(Draw(.debt, amount: Credits(nanocredits: -paid))) }
        return draws
    }
}
