extension Posting {
    /// Gives back a charge, whole or in part.
    ///
    /// What was drawn last is given back first: debt is lessened, then each grant gets back what it paid. What cannot
    /// go back, because its grant has ended or its debt was paid since, becomes a refund grant without an end.
    mutating func refund(_ id: EntryID, amount asked: Credits?, reason: String?) throws(Rejection) {
        if let asked, !asked.isPositive { throw .invalid(field: "amount", rule: "must be more than 0") }
        try Limits.requireLength(reason, field: "reason", bytes: Limits.textBytes)
        if let asked { try Limits.requireMovement(asked, field: "amount") }
        guard id.seq <= state.seq, let charge = context.entry(id.seq) else { throw .entryNotFound }
        guard charge.kind.isCharge, let creditType = charge.creditType else { throw .notRefundable(charge.kind) }
        let latest = context.latestEntry(id.seq)
        let before = latest?.kind == .refund ? latest?.refundedInAll ?? .zero : .zero
        let charged = Credits.magnitude(charge.amount)
        let refundable = try charged.subtracting(before)
        let amount = asked ?? refundable
        if amount > refundable || refundable.isZero { throw .refundExceedsCharge(refundable: refundable) }

        var entry = draft(.refund, of: creditType)
        entry.subject = id.seq
        entry.amount = amount
        entry.refundedInAll = try before.adding(amount)
        entry.reason = reason
        entry.usage = charge.usage.map { usage in
            var kept = Usage(action: usage.action)
            kept.user = usage.user
            (kept.model, kept.provider) = (usage.model, usage.provider)
            kept.resource = usage.resource
            return kept
        }
        let lost = putBack(amount, of: charge, after: before, into: &entry)
        if lost.isPositive {
            entry.terms = GrantTerms(
                source: .refund, amount: lost, priority: catalog.priority(of: .refund),
                effectiveAt: now, expiresAt: nil
            )
        }
        try state.requireRoom(
            forGrants: entry.reopened.count + (lost.isPositive ? 1 : 0), of: creditType, amount: amount)
        entry.draws += debtPayment(after: entry)
        answer(entry)
    }

    /// Puts credits back where a charge took them, last taken first, and returns what found no place.
    private func putBack(
        _ amount: Credits, of charge: Entry, after skipped: Credits, into entry: inout Entry
    ) -> Credits {
        var toSkip = skipped.nanocredits
        var rest = amount.nanocredits
        var lost: Int64 = 0
        guard let creditType = charge.creditType else { return amount }
        let balance = state.typeBalance(of: creditType)
        var debt = balance.debt.nanocredits
        for draw in Posting.payments(of: charge).reversed() where rest > 0 {
            let drawn = draw.amount.nanocredits
            let skip = min(drawn, toSkip)
            toSkip -= skip
            var back = min(drawn - skip, rest)
            if back <= 0 { continue }
            rest -= back
            switch draw.place {
            case .lapsed(let seq):
                // What had lapsed does not come back as more than that.
                if balance.lapsed.contains(where: { $0.seq == seq }) {
                    entry.draws.append(Draw(.lapsed(seq: seq), amount: Credits(nanocredits: -back)))
                }
            case .unlimited:
                // What an earlier period counted as used is over; this period's count is not about it.
                if charge.recordedAt < balance.allowance?.period.start ?? .earliest { continue }
                entry.draws.append(Draw(.unlimited, amount: Credits(nanocredits: -back)))
            case .debt:
                let lessened = min(back, debt)
                if lessened > 0 { entry.draws.append(Draw(.debt, amount: Credits(nanocredits: -lessened))) }
                debt -= lessened
                back -= lessened
                lost += back
            case .grant(let grant, let source):
                if !canTakeBack(grant, of: charge, into: &entry) {
                    lost += back
                    continue
                }
                entry.draws.append(Draw(.grant(grant, source), amount: Credits(nanocredits: -back)))
            }
        }
        return Credits(nanocredits: lost)
    }

    /// What a charge took, without the movements that paid debt.
    private static func payments(of charge: Entry) -> [Draw] {
        var rest = Credits.magnitude(charge.amount).nanocredits
        var payments: [Draw] = []
        for draw in charge.draws where draw.amount.isPositive && rest > 0 {
            let part = min(draw.amount.nanocredits, rest)
            payments.append(Draw(draw.place, amount: Credits(nanocredits: part)))
            rest -= part
        }
        return payments
    }

    private func canTakeBack(_ id: GrantID, of charge: Entry, into entry: inout Entry) -> Bool {
        guard let creditType = charge.creditType else { return false }
        if let grant = state.typeBalance(of: creditType).grants.first(where: { $0.id == id }) {
            return !grant.hasExpired && grant.lapsing.isZero
        }
        if entry.reopened.contains(where: { $0.grant == id }) { return true }
        guard let terms = context.entry(id.seq)?.terms, (terms.expiresAt ?? .latest) > now else { return false }
        if let end = context.latestEntry(id.seq)?.kind, end == .grantExpired || end == .grantVoided { return false }
        entry.reopened.append(Entry.Reopened(grant: id, terms: terms))
        return true
    }

    /// The movements by which what came back pays off debt that is left.
    private func debtPayment(after entry: Entry) -> [Draw] {
        guard let creditType = entry.creditType else { return [] }
        var after = state.typeBalance(of: creditType)
        var draft = entry
        draft.seq = state.seq + 1
        after.apply(draft)
        return after.debtPayment()
    }
}
