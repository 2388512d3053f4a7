extension WhatIfSimulation {
    /// Takes what a charge or a capture would have come to.
    mutating func take(_ entry: Entry, journal: DecisionContext) -> WhatIfEntry? {
        guard let creditType = entry.creditType, var amount = draft.rerate(entry, journal: journal) else {
            return nil
        }
        let charged = Credits.magnitude(entry.amount)
        if !hasRoom(forTaking: amount.amount, of: amount.creditType) {
            amount = DraftAmount(
                creditType: creditType, amount: charged, refusal: .amountOutOfRange(field: "amount")
            )
        }
        if hasRoom(forTaking: amount.amount, of: amount.creditType) {
            let written = capture(entry, amount) ?? charge(entry, amount)
            charges.remember(written, for: entry)
        }
        return WhatIfEntry(
            seq: entry.seq, action: entry.usage?.action, provider: entry.usage?.provider, model: entry.usage?.model,
            creditType: creditType, charged: charged, draft: amount
        )
    }

    /// Captures the hold that stands for the entry's; `nil` when it is no longer open.
    private mutating func capture(_ entry: Entry, _ amount: DraftAmount) -> Entry? {
        guard entry.kind == .capture, let subject = entry.subject, let seq = imitation(of: subject),
            simulated.holds.contains(where: { $0.id.seq == seq && $0.creditType == amount.creditType })
        else { return nil }
        let order = CaptureOrder(amount: amount.amount)
        let decision = post(at: entry.recordedAt) { try? $0.capture(HoldID(seq: seq), order) }
        imitations[subject] = nil
        return decision.answer?.entry
    }

    private mutating func charge(_ entry: Entry, _ amount: DraftAmount) -> Entry {
        var next = blank(entry)
        next.kind = .charge
        next.creditType = amount.creditType
        next.amount = Credits(nanocredits: -amount.amount.nanocredits)
        next.draws = simulated.typeBalance(of: amount.creditType).draws(taking: amount.amount)
        next.seq = write(next)
        return next
    }

    /// Gives back what a refund would have given back.
    mutating func refund(_ entry: Entry, journal: DecisionContext) {
        guard let subject = entry.subject, let charge = charge(subject, journal: journal) else { return }
        let inAll = (entry.refundedInAll ?? entry.amount).nanocredits
        let before = charge.share(of: inAll - entry.amount.nanocredits)
        let back = charge.share(of: inAll) - before
        if back <= 0 { return }
        let (terms, ended, startSeq) = (terms, endedGrants, startSeq)
        let context = DecisionContext(
            now: entry.recordedAt, catalogs: drafts,
            entry: { seq in
                if seq == charge.entry.seq { return charge.entry }
                if seq <= startSeq { return journal.entry(seq) }
                guard let terms = terms[seq] else { return nil }
                var grant = Entry(
                    seq: seq, kind: .grant, effectiveAt: terms.effectiveAt, recordedAt: terms.effectiveAt)
                grant.terms = terms
                return grant
            },
            latestEntry: { seq in
                var latest = Entry(kind: .refund, effectiveAt: entry.recordedAt, recordedAt: entry.recordedAt)
                if seq == charge.entry.seq {
                    latest.refundedInAll = Credits(nanocredits: before)
                    return latest
                }
                latest.kind = .grantExpired
                if ended.contains(seq) { return latest }
                if seq > startSeq { return nil }
                return journal.latestEntry(seq).flatMap { $0.seq < entry.seq ? $0 : nil }
            }
        )
        let decision = post(in: context) {
            try? $0.refund(EntryID(seq: charge.entry.seq), amount: Credits(nanocredits: back), reason: nil)
        }
        if let answer = decision.answer?.entry, answer.terms != nil { imitations[entry.seq] = answer.seq }
    }

    /// A charge as it would have been, for a refund of it.
    private func charge(_ seq: Int64, journal: DecisionContext) -> RememberedCharges.Charge? {
        if let remembered = charges[seq] { return remembered }
        guard let past = journal.entry(seq), let creditType = past.creditType else { return nil }
        let charged = Credits.magnitude(past.amount)
        if seq <= startSeq { return RememberedCharges.Charge(charged: charged, entry: past) }
        guard let amount = draft.rerate(past, journal: journal) else { return nil }
        let isUnlimited = simulated.typeBalance(of: creditType).isUnlimited
        var entry = Entry(
            kind: .charge, creditType: amount.creditType, effectiveAt: past.effectiveAt, recordedAt: past.recordedAt
        )
        entry.amount = Credits(nanocredits: -amount.amount.nanocredits)
        entry.draws = [Draw(isUnlimited ? .unlimited : .debt, amount: amount.amount)]
        return RememberedCharges.Charge(charged: charged, entry: entry)
    }
}

/// The latest charges of a simulated account, by the entries that they imitate.
struct RememberedCharges {
    /// A charge as it would have been.
    struct Charge {
        /// What was charged.
        var charged: Credits
        /// The simulated entry.
        var entry: Entry

        /// How much of the simulated charge a refund of so much of the true one gives back.
        func share(of refunded: Int64) -> Int64 {
            let amount = Credits.magnitude(entry.amount).nanocredits
            return refunded >= charged.nanocredits ? amount : min(refunded, amount)
        }
    }

    private struct Kept {
        var charged: Credits
        var creditType: CreditTypeID?
        var seq: Int64
        var amount: Credits
        var draws: [Draw]
        var recordedAt: Timestamp
    }

    private let max: Int
    private var kept: [Int64: Kept] = [:]
    private var order: [Int64] = []

    init(max: Int) {
        self.max = max
    }

    subscript(_ seq: Int64) -> Charge? {
        guard let kept = kept[seq] else { return nil }
        var entry = Entry(
            seq: kept.seq, kind: .charge, creditType: kept.creditType, effectiveAt: kept.recordedAt,
            recordedAt: kept.recordedAt
        )
        entry.amount = kept.amount
        entry.draws = kept.draws
        return Charge(charged: kept.charged, entry: entry)
    }

    /// Remembers a simulated charge for the entry it imitates, and forgets the oldest when there are too many.
    mutating func remember(_ entry: Entry, for line: Entry) {
        kept[line.seq] = Kept(
            charged: Credits.magnitude(line.amount), creditType: entry.creditType, seq: entry.seq,
            amount: entry.amount, draws: entry.draws, recordedAt: entry.recordedAt
        )
        order.append(line.seq)
        if order.count < 2 * max { return }
        for seq in order.prefix(max) { kept[seq] = nil }
        order.removeFirst(max)
    }
}
