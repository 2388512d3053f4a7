extension AccountState {
    /// Brings the account to a moment: everything that time has changed until then is written, in order.
    ///
    /// Holds that ran out, grants that became effective or expired, periods that began and subscriptions that changed
    /// are a pure function of the state, the clock and the catalog's history. Whether this runs once a second or once
    /// a year, the balance at any moment is the same. A clock that went backwards changes nothing.
    public mutating func advance(to now: Timestamp, catalogs: CatalogHistory) -> [SealedEntry] {
        guard exists else { return [] }
        var entries: [SealedEntry] = []
        var reached = min(lastRecordedAt, now)
        while let event = nextEvent(after: reached, until: now, in: catalogs) {
            reached = max(reached, event.time)
            let before = seq
            take(event, until: now, catalogs: catalogs, entries: &entries)
            if seq == before { break }
        }
        return entries
    }

    /// Brings the account to a moment to come, as long as not too much happens until then.
    /// - Parameter mostEvents: how many things that time does are followed at most.
    /// - Returns: the moment up to which they were followed, when there were more; `nil` when the account is there.
    public mutating func advance(
        to moment: Timestamp, catalogs: CatalogHistory, mostEvents: Int
    ) -> Timestamp? {
        guard exists else { return nil }
        var reached = min(lastRecordedAt, moment)
        for _ in 0..<mostEvents {
            guard let event = nextEvent(after: reached, until: moment, in: catalogs) else { return nil }
            reached = max(reached, event.time)
            let before = seq
            var entries: [SealedEntry] = []
            take(event, until: moment, catalogs: catalogs, entries: &entries)
            _ = takeClosedUsage()
            if seq == before { return nil }
        }
        guard let event = nextEvent(after: reached, until: moment, in: catalogs) else { return nil }
        return Timestamp(microseconds: event.time.microseconds - 1)
    }

    /// What happens next until a moment: by time alone, or because a version of the catalog is in force.
    private func nextEvent(
        after reached: Timestamp, until limit: Timestamp, in catalogs: CatalogHistory
    ) -> TimeEvent? {
        let event = nextEvent().flatMap { $0.time <= limit ? $0 : nil }
        let change = nextCatalogChange(after: reached, until: event?.time ?? limit, in: catalogs)
        if let change, change <= event?.time ?? limit { return .catalogChanges(change) }
        return event
    }

    /// When time next changes this account, apart from versions of the catalog; `nil` for never.
    public var nextEventTime: Timestamp? { nextEvent()?.time }

    /// Something that time does, in the order in which things of the same moment happen.
    enum TimeEvent {
        case holdExpires(HoldID, Timestamp)
        case catalogChanges(Timestamp)
        case grantStarts(CreditTypeID, GrantID, Timestamp)
        case subscriptionChanges(Timestamp)
        case periodEnds(CreditTypeID, Timestamp)
        case useIsForgotten(CreditTypeID, Timestamp)
        case heldLapses(CreditTypeID, GrantID, Timestamp)
        case grantExpires(CreditTypeID, GrantID, Timestamp)

        var time: Timestamp {
            switch self {
            case .holdExpires(_, let time), .grantStarts(_, _, let time), .subscriptionChanges(let time),
                .periodEnds(_, let time), .useIsForgotten(_, let time), .heldLapses(_, _, let time),
                .grantExpires(_, _, let time),
                .catalogChanges(let time):
                time
            }
        }

        var rank: Int {
            switch self {
            case .holdExpires, .catalogChanges: 0
            case .grantStarts: 1
            case .subscriptionChanges: 2
            case .periodEnds: 3
            case .useIsForgotten: 4
            case .heldLapses: 5
            case .grantExpires: 6
            }
        }
    }

    private func nextEvent() -> TimeEvent? { nextEvent(otherThanPeriods: false) }

    func nextEvent(otherThanPeriods: Bool) -> TimeEvent? {
        var next: TimeEvent?
        func consider(_ event: TimeEvent) {
            guard let earliest = next else { return next = event }
            if (event.time, event.rank) < (earliest.time, earliest.rank) { next = event }
        }
        for hold in holds { consider(.holdExpires(hold.id, hold.expiresAt)) }
        for time in [subscription.pending?.at, subscription.usableUntil, subscription.nextTrialEnd] {
            if let time { consider(.subscriptionChanges(time)) }
        }
        for balance in balances {
            let periodEnd = balance.allowance?.period.end
            if let periodEnd, !otherThanPeriods { consider(.periodEnds(balance.creditType, periodEnd)) }
            if let time = balance.nextForgetting { consider(.useIsForgotten(balance.creditType, time)) }
            for grant in balance.grants {
                if grant.hasExpired {
                    // What a hold gave back to a grant that has expired meanwhile goes at once.
                    if grant.remaining > grant.held {
                        consider(.grantExpires(balance.creditType, grant.id, lastRecordedAt))
                    }
                } else if grant.lapsed.isPositive {
                    consider(.heldLapses(balance.creditType, grant.id, lastRecordedAt))
                } else if grant.isScheduled {
                    consider(.grantStarts(balance.creditType, grant.id, grant.terms.effectiveAt))
                } else if let expiresAt = grant.terms.expiresAt {
                    if otherThanPeriods && expiresAt == periodEnd && grant.terms.source.isAllowance { continue }
                    consider(.grantExpires(balance.creditType, grant.id, expiresAt))
                }
            }
        }
        return next
    }

    private mutating func take(
        _ event: TimeEvent, until now: Timestamp, catalogs: CatalogHistory, entries: inout [SealedEntry]
    ) {
        switch event {
        case .holdExpires(let id, let time):
            letGo(id, kind: .holdExpired, at: time, recordedAt: now, entries: &entries)
        case .catalogChanges(let time):
            catchUp(with: catalogs.inForce(at: time), at: time, recordedAt: now, entries: &entries)
        case .grantStarts(let creditType, let id, let time):
            start(id, of: creditType, at: time, recordedAt: now, entries: &entries)
        case .subscriptionChanges(let time):
            changeSubscription(at: time, recordedAt: now, catalogs: catalogs, entries: &entries)
        case .periodEnds(let creditType, let time):
            beginPeriod(of: creditType, after: time, until: now, catalogs: catalogs, entries: &entries)
        case .useIsForgotten(let creditType, let time):
            forgetUse(of: creditType, at: time, recordedAt: now, catalog: catalogs.inForce(at: time), entries: &entries)
        case .heldLapses(let creditType, let id, let time):
            lapse(id, of: creditType, at: time, recordedAt: now, entries: &entries)
        case .grantExpires(let creditType, let id, let time):
            expire(id, of: creditType, at: time, recordedAt: now, entries: &entries)
        }
    }

    private mutating func start(
        _ id: GrantID, of creditType: CreditTypeID, at time: Timestamp, recordedAt now: Timestamp,
        entries: inout [SealedEntry]
    ) {
        guard let grant = balance(of: creditType).grants.first(where: { $0.id == id }) else { return }
        var entry = Entry(kind: .grant, creditType: creditType, effectiveAt: time, recordedAt: now)
        entry.subject = id.seq
        entry.terms = grant.terms
        entry.amount = grant.remaining
        entry.draws = settlement(of: creditType, incoming: id, terms: grant.terms)
        append(entry, to: &entries)
    }

    /// Ends what holds gave back of credits that were taken back while they were held.
    private mutating func lapse(
        _ id: GrantID, of creditType: CreditTypeID, at time: Timestamp, recordedAt now: Timestamp,
        entries: inout [SealedEntry]
    ) {
        guard let grant = balance(of: creditType).grants.first(where: { $0.id == id }) else { return }
        var entry = Entry(kind: .grantVoided, creditType: creditType, effectiveAt: time, recordedAt: now)
        entry.subject = id.seq
        entry.amount = Credits(nanocredits: -grant.lapsed.nanocredits)
        entry.reason = "taken back while held"
        entry.draws = [
            Draw(
                .grant(id, grant.terms.source), amount: grant.lapsed,
                lapsing: Credits(nanocredits: -grant.lapsed.nanocredits)
            )
        ]
        append(entry, to: &entries)
    }

    /// Ends a grant: what is free of it goes; what is held stays until its holds are settled.
    mutating func expire(
        _ id: GrantID, of creditType: CreditTypeID, at time: Timestamp, recordedAt now: Timestamp,
        reason: String? = nil, entries: inout [SealedEntry]
    ) {
        guard let grant = balance(of: creditType).grants.first(where: { $0.id == id }) else { return }
        let lost = Credits(nanocredits: grant.remaining.nanocredits - grant.held.nanocredits)
        var entry = Entry(kind: .grantExpired, creditType: creditType, effectiveAt: time, recordedAt: now)
        entry.subject = id.seq
        entry.amount = Credits(nanocredits: -lost.nanocredits)
        entry.reason = reason
        if lost.isPositive { entry.draws = [Draw(.grant(id, grant.terms.source), amount: lost)] }
        append(entry, to: &entries)
    }
}

extension GrantSource {
    /// Whether grants of this source end with their allowance's period.
    var isAllowance: Bool { self == .monthly || self == .rollover }
}
