extension WhatIfSimulation {
    /// Does again what an entry did.
    mutating func imitate(_ entry: Entry, journal: DecisionContext) -> WhatIfEntry? {
        switch entry.kind {
        case .account, .erasure: changeAccount(entry)
        case .subscription:
            var next = blank(entry)
            next.subscription = entry.subscription
            let before = simulated.subscription
            write(next)
            reconcile(from: before, at: entry.recordedAt)
        case .grant, .grantScheduled, .adjustment: giveOrTake(entry)
        case .grantVoided: voidGrant(entry, journal: journal)
        case .hold: hold(entry)
        case .holdExtended:
            var next = blank(entry)
            next.subject = imitation(of: entry.subject)
            next.holdExpiresAt = entry.holdExpiresAt
            write(next)
        case .release:
            let hold = HoldID(seq: imitation(of: entry.subject) ?? 0)
            post(at: entry.recordedAt) { $0.closeHold(hold, as: .release) }
            if let subject = entry.subject { imitations[subject] = nil }
        case .charge, .capture: return take(entry, journal: journal)
        case .refund: refund(entry, journal: journal)
        case .allowance, .grantExpired, .holdExpired, .writeOff, .noted: break
        }
        return nil
    }

    private mutating func changeAccount(_ entry: Entry) {
        let endsObserving =
            simulated.settings.enforcement == .observe && entry.settings?.enforcement == .enforce
        let isOpening = !simulated.exists
        var next = blank(entry)
        next.settings = entry.settings
        next.subscription = entry.subscription
        let before = simulated.subscription
        write(next)
        if isOpening {
            reconcile(from: before, at: entry.recordedAt)
        } else {
            post(at: entry.recordedAt) { $0.movePeriods(at: entry.recordedAt) }
        }
        if !endsObserving { return }
        for balance in simulated.typeBalances where balance.debt.isPositive {
            var forgiven = blank(entry)
            forgiven.kind = .writeOff
            forgiven.creditType = balance.creditType
            forgiven.draws = [Draw(.debt, amount: Credits(nanocredits: -balance.debt.nanocredits))]
            write(forgiven)
        }
    }

    private mutating func giveOrTake(_ entry: Entry) {
        guard let creditType = entry.creditType else { return }
        var next = blank(entry)
        if let terms = entry.terms {
            if !hasRoom(for: terms.amount, of: creditType) { return }
            if entry.kind == .grantScheduled {
                next.terms = terms
            } else {
                next.terms = terms
                next.draws = simulated.typeBalance(of: creditType).debtPayment(
                    from: GrantID(seq: simulated.seq + 1), terms)
            }
            imitations[entry.seq] = write(next)
            return
        }
        var balance = simulated.typeBalance(of: creditType)
        balance.allowance = nil
        next.draws = balance.draws(taking: min(Credits.magnitude(entry.amount), balance.free))
        write(next)
    }

    /// Takes back what an entry took back: all that is left of a grant that it ended, and as much of any other.
    private mutating func voidGrant(_ entry: Entry, journal: DecisionContext) {
        guard let creditType = entry.creditType else { return }
        var taken: [(seq: Int64, amount: Credits)] = []
        for draw in entry.draws {
            if case .grant(let id, _) = draw.place { taken.append((id.seq, draw.amount)) }
        }
        if taken.isEmpty, let subject = entry.subject { taken = [(subject, .zero)] }
        for (seq, amount) in taken {
            guard let grant = counterpart(of: seq, creditType, journal: journal) else { continue }
            let rest = actual.typeBalance(of: creditType).grants.first { $0.id.seq == seq }
            if let rest, !rest.isOver {
                post(at: entry.recordedAt) {
                    $0.void(min(amount, grant.free), lapsing: .zero, of: grant, creditType, reason: nil)
                }
                continue
            }
            post(at: entry.recordedAt) { try? $0.voidGrant(grant.id, reason: nil) }
        }
    }

    /// The simulated grant that stands for a grant of the journal. Those of allowances are made anew, and are known by
    /// their time.
    private func counterpart(of seq: Int64, _ creditType: CreditTypeID, journal: DecisionContext) -> Grant? {
        let grants = simulated.typeBalance(of: creditType).grants
        if let imitated = imitation(of: seq) { return grants.first { $0.id.seq == imitated } }
        guard let terms = journal.entry(seq)?.terms else { return nil }
        let same = grants.filter { $0.terms.source == terms.source && $0.terms.effectiveAt == terms.effectiveAt }
        return same.first { $0.terms.expiresAt == terms.expiresAt } ?? same.first
    }

    private mutating func hold(_ entry: Entry) {
        guard let creditType = entry.creditType else { return }
        let amount = Credits(clamping: entry.draws.reduce(Int128(0)) { $0 + Int128($1.held.nanocredits) })
        if !hasRoom(forTaking: amount, of: creditType) { return }
        var next = blank(entry)
        next.draws = simulated.typeBalance(of: creditType).draws(taking: amount)
            .map { Draw($0.place, amount: .zero, held: $0.amount) }
        next.holdExpiresAt = entry.holdExpiresAt
        imitations[entry.seq] = write(next)
    }

    // MARK: Writing

    /// An entry of the same kind, time and credit type, without what it did.
    func blank(_ entry: Entry) -> Entry {
        Entry(
            kind: entry.kind, creditType: entry.creditType, effectiveAt: entry.effectiveAt, recordedAt: entry.recordedAt
        )
    }

    /// Applies an entry to the simulated account, which needs neither digests nor balances.
    @discardableResult
    mutating func write(_ draft: Entry) -> Int64 {
        var entry = draft
        entry.seq = simulated.seq + 1
        simulated.apply(entry)
        note(entry)
        return entry.seq
    }

    /// The entry that stands for an entry of the journal; `nil` when there is none.
    func imitation(of seq: Int64?) -> Int64? {
        guard let seq else { return nil }
        return seq <= startSeq ? seq : imitations[seq]
    }

    mutating func reconcile(from before: Subscription, at moment: Timestamp) {
        post(at: moment) { $0.reconcileAllowances(from: before, at: moment) }
    }

    /// Lets the ledger's own rules work on the simulated account. A command that they refuse does nothing.
    @discardableResult
    mutating func post(at moment: Timestamp, _ work: (inout Posting) -> Void) -> Decision {
        post(in: DecisionContext(now: moment, catalogs: drafts), work)
    }

    @discardableResult
    mutating func post(in context: DecisionContext, _ work: (inout Posting) -> Void) -> Decision {
        let decision = simulated.post(context: context, work)
        note(decision.entries)
        return decision
    }

    mutating func note(_ entries: [SealedEntry]) {
        for sealed in entries { note(sealed.entry) }
    }

    /// Remembers what a later refund asks: which grants there were, and which have ended.
    private mutating func note(_ entry: Entry) {
        if let terms = entry.terms, entry.kind != .grant || entry.subject == nil { self.terms[entry.seq] = terms }
        if entry.kind == .grantExpired || entry.kind == .grantVoided, let subject = entry.subject {
            endedGrants.insert(subject)
        }
    }

    /// Whether so many credits more can be counted.
    func hasRoom(for amount: Credits, of creditType: CreditTypeID) -> Bool {
        amount <= simulated.typeBalance(of: creditType).room
    }

    /// Whether so much more debt and use can be counted.
    func hasRoom(forTaking amount: Credits, of creditType: CreditTypeID) -> Bool {
        let rating = Rating(
            creditType: creditType, amount: amount, unrounded: nil, cost: nil, priceVersion: 0, lines: [])
        return (try? simulated.requireRoom(for: rating)) != nil
    }
}
