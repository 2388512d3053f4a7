extension AccountState {
    /// Brings the state from before an entry to after it. The catalog plays no part.
    mutating func apply(_ entry: Entry) {
        seq = entry.seq
        lastRecordedAt = entry.recordedAt
        if entry.kind == .account && entry.seq == 1 { openedAt = entry.recordedAt }
        if let settings = entry.settings { self.settings = settings }
        if let subscription = entry.subscription { self.subscription = subscription }
        if let creditType = entry.creditType {
            withBalance(of: creditType) { $0.apply(entry) }
        }
        applyHold(entry)
        count(entry)
    }

    private mutating func applyHold(_ entry: Entry) {
        switch entry.kind {
        case .hold:
            guard let creditType = entry.creditType, let expiresAt = entry.holdExpiresAt else { return }
            let parts = entry.draws.map { Hold.Part(place: $0.place, amount: $0.held) }
            let amount = parts.reduce(Int128(0)) { $0 + Int128($1.amount.nanocredits) }
            holds.append(
                Hold(
                    id: HoldID(seq: entry.seq), creditType: creditType, amount: Credits(clamping: amount),
                    parts: parts, expiresAt: expiresAt, action: entry.usage?.action
                )
            )
        case .holdExtended:
            guard let expiresAt = entry.holdExpiresAt else { return }
            if let index = holds.firstIndex(where: { $0.id.seq == entry.subject }) {
                holds[index].expiresAt = expiresAt
            }
        case .capture, .release, .holdExpired:
            holds.removeAll { $0.id.seq == entry.subject }
        default: break
        }
    }
}

extension TypeBalance {
    /// Brings the balance from before an entry to after it.
    mutating func apply(_ entry: Entry) {
        if entry.kind == .allowance {
            let used = entry.allowance?.used ?? .zero
            allowance = entry.allowance
            allowance?.used = used
            remembered = entry.remembered
            if let from = entry.movedEnd, let to = entry.allowance?.period.end { moveGrants(from: from, to: to) }
        }
        if let lapse = entry.lapsed {
            if entry.kind == .grantExpired {
                add(lapse)
            } else {
                let lapsed = LapsedAllowance(period: lapse.period, left: lapse.amount, seq: entry.seq)
                note(lapsed, at: entry.effectiveAt)
            }
        }
        for reopened in entry.reopened where index(of: reopened.grant) == nil {
            insert(Grant(id: reopened.grant, terms: reopened.terms, remaining: .zero))
        }
        if let terms = entry.terms {
            if entry.kind == .grantScheduled {
                insert(Grant(id: GrantID(seq: entry.seq), terms: terms, remaining: terms.amount, isScheduled: true))
            } else if entry.kind == .grant, let subject = entry.subject, let index = index(of: GrantID(seq: subject)) {
                grants[index].isScheduled = false
            } else {
                insert(Grant(id: GrantID(seq: entry.seq), terms: terms, remaining: terms.amount))
            }
        }
        if entry.kind == .grantExpired, let subject = entry.subject, let index = index(of: GrantID(seq: subject)) {
            grants[index].hasExpired = true
        }
        if entry.kind == .grantVoided, let subject = entry.subject, let index = index(of: GrantID(seq: subject)) {
            grants[index].isScheduled = false
        }
        for draw in entry.draws { apply(draw, countsAsUse: entry.kind.countsAsUse) }
        grants.removeAll { $0.isClosed }
    }

    private mutating func apply(_ draw: Draw, countsAsUse: Bool) {
        switch draw.place {
        case .grant(let id, let source):
            guard let index = index(of: id) else { return }
            let grant = grants[index]
            if countsAsUse && source == .monthly { addUse(draw.amount, of: grant) }
            grants[index].remaining = Credits(nanocredits: grant.remaining.nanocredits &- draw.amount.nanocredits)
            grants[index].held = Credits(nanocredits: grant.held.nanocredits &+ draw.held.nanocredits)
            if grant.lapsing.isPositive || draw.lapsing.isPositive {
                let lapsing = grant.lapsing.nanocredits &+ draw.lapsing.nanocredits
                grants[index].lapsing = Credits(nanocredits: min(lapsing, grants[index].remaining.nanocredits))
            }
        case .debt:
            debt = Credits(nanocredits: debt.nanocredits &+ draw.amount.nanocredits)
            heldOverage = Credits(nanocredits: heldOverage.nanocredits &+ draw.held.nanocredits)
        case .lapsed(let seq):
            guard let index = lapsed.firstIndex(where: { $0.seq == seq }) else { return }
            let left = Int128(lapsed[index].left.nanocredits) - Int128(draw.amount.nanocredits)
            lapsed[index].left = Credits(clamping: max(0, left))
        case .unlimited:
            if countsAsUse { addUse(draw.amount, of: nil) }
        }
    }

    /// Counts what was used of an allowance. What holds had reserved of a grant that has expired counts only in periods
    /// that had begun before it did.
    private mutating func addUse(_ amount: Credits, of grant: Grant?) {
        func sum(_ used: Credits) -> Credits {
            Credits(clamping: max(0, Int128(used.nanocredits) + Int128(amount.nanocredits)))
        }
        let hasExpired = grant?.hasExpired ?? false
        for index in remembered.indices where !hasExpired || grant?.isOpen(in: remembered[index].period) ?? true {
            remembered[index].used = sum(remembered[index].used)
        }
        guard let used = allowance?.used else { return }
        if remembered.isEmpty {
            if !hasExpired { allowance?.used = sum(used) }
        } else {
            allowance?.used = remembered.mostUsed
        }
    }

    /// Moves the end of monthly grants from one period to another.
    private mutating func moveGrants(from: Timestamp, to: Timestamp) {
        var moved: [Grant] = []
        for grant in grants where grant.isCurrentAllowance && grant.terms.source == .monthly {
            if grant.terms.expiresAt == from { moved.append(grant) }
        }
        grants.removeAll { grant in moved.contains { $0.id == grant.id } }
        for var grant in moved {
            grant.terms.expiresAt = to
            insert(grant)
        }
    }
}

extension EntryKind {
    /// Whether the credits that an entry takes from a monthly grant were used, and not lost or taken back.
    var countsAsUse: Bool {
        switch self {
        case .grantExpired, .grantVoided: false
        default: true
        }
    }
}
