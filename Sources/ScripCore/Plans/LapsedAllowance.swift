/// What lapsed of an allowance with its period, while usage that happened in that period may still come.
public struct LapsedAllowance: Hashable, Sendable {
    /// For how many hours at most a period's usage may come late.
    public static let maxHours = 720

    /// The period that ended.
    public var period: BillingPeriod
    /// What lapsed of it, less what late usage has taken.
    public var left: Credits
    /// The number of the line that ended it.
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
