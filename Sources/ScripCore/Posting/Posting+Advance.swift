extension Posting {
    /// Applies everything that time changes until now, in order.
    mutating func advance() {
        let reached = min(state.lastRecordedAt, now)
        if let event = state.nextEvent(after: reached, until: now, in: context.catalogs) { advance(by: event) }
    }

    /// Does everything that time does until now, of which one thing is known to be next.
    mutating func advance(by first: AccountState.TimeEvent) {
        var reached = min(state.lastRecordedAt, now)
        var next: AccountState.TimeEvent? = first
        while let event = next {
            reached = max(reached, event.time)
            let before = state.seq
            take(event)
            if state.seq == before { break }
            next = state.nextEvent(after: reached, until: now, in: context.catalogs)
        }
    }

    /// Applies one event caused by time.
    mutating func take(_ event: AccountState.TimeEvent) {
        switch event {
        case .holdExpires(let id, let time): closeHold(id, as: .holdExpired, at: time)
        case .catalogChanges(let time): catchUp(at: time)
        case .grantStarts(let creditType, let id, let time): start(id, of: creditType, at: time)
        case .subscriptionChanges(let time): changeSubscription(at: time)
        case .periodEnds(let creditType, let time): beginPeriod(of: creditType, after: time)
        case .useIsForgotten(let creditType, let time): forgetUse(of: creditType, at: time)
        case .heldLapses(let creditType, let id, let time): lapse(id, of: creditType, at: time)
        case .grantExpires(let creditType, let id, let time): expire(id, of: creditType, at: time)
        }
    }

    private mutating func start(_ id: GrantID, of creditType: CreditTypeID, at time: Timestamp) {
        let balance = state.typeBalance(of: creditType)
        guard let grant = balance.grants.first(where: { $0.id == id }) else { return }
        var entry = draft(.grant, of: creditType, at: time)
        entry.subject = id.seq
        entry.terms = grant.terms
        entry.amount = grant.remaining
        entry.draws = balance.debtPayment(from: id, grant.terms)
        append(entry)
    }

    /// Ends credits that holds returned and that had been taken back while they were held.
    private mutating func lapse(_ id: GrantID, of creditType: CreditTypeID, at time: Timestamp) {
        guard let grant = state.typeBalance(of: creditType).grants.first(where: { $0.id == id }) else { return }
        var entry = draft(.grantVoided, of: creditType, at: time)
        entry.subject = id.seq
        entry.amount = Credits(nanocredits: -grant.lapsed.nanocredits)
        entry.reason = "taken back while held"
        entry.draws = [
            Draw(
                .grant(id, grant.terms.source), amount: grant.lapsed,
                lapsing: Credits(nanocredits: -grant.lapsed.nanocredits)
            )
        ]
        append(entry)
    }
}

extension AccountState {
    /// Brings the account to a moment: everything that time has changed until then is written, in order.
    ///
    /// Holds that ran out, grants that became effective or expired, periods that began and subscriptions that changed
    /// are a pure function of the state, the clock and the catalog's history. Whether this runs once a second or once
    /// a year, the balance at any moment is the same. A clock that went backwards changes nothing.
    public mutating func advance(to now: Timestamp, catalogs: CatalogHistory) -> [SealedEntry] {
        let reached = min(lastRecordedAt, now)
        guard exists, let event = nextEvent(after: reached, until: now, in: catalogs) else { return [] }
        return post(context: DecisionContext(now: now, catalogs: catalogs)) { $0.advance(by: event) }.entries
    }

    /// Brings the account to a future moment, if not too much happens until then.
    /// - Parameter maxEvents: the most events caused by time that are followed.
    /// - Returns: the moment up to which they were followed, when there were more; `nil` when the account is there.
    public mutating func advance(
        to moment: Timestamp, catalogs: CatalogHistory, maxEvents: Int
    ) -> Timestamp? {
        guard exists else { return nil }
        let context = DecisionContext(now: moment, catalogs: catalogs)
        var reached = min(lastRecordedAt, moment)
        for _ in 0..<maxEvents {
            guard let event = nextEvent(after: reached, until: moment, in: catalogs) else { return nil }
            reached = max(reached, event.time)
            let before = seq
            _ = post(context: context) { $0.take(event) }
            _ = takeClosedUsage()
            if seq == before { return nil }
        }
        guard let event = nextEvent(after: reached, until: moment, in: catalogs) else { return nil }
        return Timestamp(microseconds: event.time.microseconds - 1)
    }
}
