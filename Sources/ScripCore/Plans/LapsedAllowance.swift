/// What lapsed of an allowance with its period, while usage that happened in that period may still come.
public struct LapsedAllowance: Hashable, Sendable {
    /// For how many hours at most a period's usage may come late.
    public static let maxHours = 720

    /// The period that ended.
    public var period: BillingPeriod
    /// What lapsed of it, at its end and as holds gave it back, less what late usage has taken.
    public var left: Credits
    /// The number of the entry that ended it.
    public var seq: Int64

    /// What lapsed.
    public init(period: BillingPeriod, left: Credits, seq: Int64) {
        self.period = period
        self.left = left
        self.seq = seq
    }
}

extension TypeBalance {
    /// Keeps what lapsed, and forgets what no usage can come for any more.
    mutating func note(_ allowance: LapsedAllowance, at moment: Timestamp) {
        let oldest = moment.adding(seconds: -Int64(LapsedAllowance.maxHours) * 3_600)
        lapsed.removeAll { $0.period.end < oldest }
        lapsed.append(allowance)
    }

    /// Adds what a hold gave back since to what lapsed with its period.
    mutating func add(_ lapse: Entry.Lapsed) {
        guard let index = lapsed.lastIndex(where: { $0.period == lapse.period }) else { return }
        let sum = Int128(lapsed[index].left.nanocredits) + Int128(lapse.amount.nanocredits)
        lapsed[index].left = Credits(clamping: sum)
    }

    /// What lapses of an allowance whose period has ended when a hold gives back credits of it; `nil` when nothing is
    /// known of that period any more, or it left nothing.
    func lapse(of amount: Credits, givenBackTo grant: Grant) -> Entry.Lapsed? {
        guard grant.hasExpired, grant.terms.source == .monthly, amount.isPositive,
            let known = lapsed.last(where: { $0.period.end == grant.terms.expiresAt })
        else { return nil }
        return Entry.Lapsed(period: known.period, amount: amount)
    }

    /// What lapsed of the period that a moment lies in, if that ended not too long ago.
    func lapsed(at moment: Timestamp?, context: DecisionContext) -> LapsedAllowance? {
        guard let moment, !isUnlimited, !lapsed.isEmpty else { return nil }
        let seconds = Int64(context.catalog.lateUsageHours) * 3_600
        return lapsed.last { allowance in
            allowance.period.start <= moment && moment < allowance.period.end && allowance.left.isPositive
                && context.now < allowance.period.end.adding(seconds: seconds)
        }
    }

    /// Takes an amount for usage that happened at a moment: from what lapsed of the allowance of that moment's period,
    /// and the rest as ever.
    func draws(taking amount: Credits, for moment: Timestamp?, context: DecisionContext) -> [Draw] {
        guard amount.isPositive, let allowance = lapsed(at: moment, context: context) else {
            return draws(taking: amount)
        }
        let part = min(amount, allowance.left)
        let rest = Credits(nanocredits: amount.nanocredits - part.nanocredits)
        return [Draw(.lapsed(seq: allowance.seq), amount: part)] + draws(taking: rest)
    }
}
