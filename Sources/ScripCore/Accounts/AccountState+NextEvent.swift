extension AccountState {
    /// The next event until a moment, caused by time alone or by a new catalog version.
    func nextEvent(
        after reached: Timestamp, until limit: Timestamp, in catalogs: CatalogHistory
    ) -> TimeEvent? {
        let event = nextEvent(reached: reached).flatMap { $0.time <= limit ? $0 : nil }
        let change = nextCatalogChange(after: reached, until: event?.time ?? limit, in: catalogs)
        if let change, change <= event?.time ?? limit { return .catalogChanges(change) }
        return event
    }

    /// When time next changes this account, apart from versions of the catalog; `nil` for never.
    public var nextEventTime: Timestamp? { nextEvent(reached: lastRecordedAt)?.time }

    /// An event caused by time. Events of the same moment happen in this order.
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
            case .heldLapses, .grantExpires: 5
            }
        }
    }

    /// What happens next.
    /// - Parameter reached: the moment at which the account is. What holds gave back of credits that have ended goes
    ///   then, before anything else: whatever happens next must not find them there.
    func nextEvent(reached: Timestamp, otherThanPeriods: Bool = false) -> TimeEvent? {
        var next: TimeEvent?
        func consider(_ event: TimeEvent) {
            guard let earliest = next else { return next = event }
            if (event.time, event.rank) < (earliest.time, earliest.rank) { next = event }
        }
        for hold in holds { consider(.holdExpires(hold.id, hold.expiresAt)) }
        for time in [subscription.pending?.at, subscription.usableUntil, subscription.nextTrialEnd] {
            if let time { consider(.subscriptionChanges(time)) }
        }
        for balance in typeBalances {
            let periodEnd = balance.allowance?.period.end
            if let periodEnd, !otherThanPeriods { consider(.periodEnds(balance.creditType, periodEnd)) }
            if let time = balance.nextForgetting { consider(.useIsForgotten(balance.creditType, time)) }
            for grant in balance.grants {
                if grant.hasExpired {
                    if grant.remaining > grant.held { return .grantExpires(balance.creditType, grant.id, reached) }
                } else if grant.lapsed.isPositive {
                    return .heldLapses(balance.creditType, grant.id, reached)
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
}

extension GrantSource {
    /// Whether grants of this source end with their allowance's period.
    var isAllowance: Bool { self == .monthly || self == .rollover }
}
