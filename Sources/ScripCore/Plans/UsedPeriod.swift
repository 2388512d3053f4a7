/// What was used since the beginning of a period that still runs.
///
/// An account that leaves a plan, or begins another period, takes along what it used in the period that it was in, until
/// that period ends. So no allowance is had twice in one period, however often plans change.
public struct UsedPeriod: Hashable, Sendable {
    /// The period.
    public var period: BillingPeriod
    /// What was used since it began.
    public var used: Credits

    /// What was used in a period.
    public init(period: BillingPeriod, used: Credits) {
        self.period = period
        self.used = used
    }

    /// How many of them are kept for one credit type.
    static let most = 16
}

extension [UsedPeriod] {
    /// The most that was used in any of them.
    var mostUsed: Credits { map(\.used).max() ?? .zero }

    /// Those that say something at a moment: they still run, and no other one lasts as long and has as much used.
    ///
    /// Where there are more than can be kept, the two that end first become one that lasts as long as the later and has
    /// as much used as the earlier. That never gives an account more.
    func telling(at moment: Timestamp) -> [UsedPeriod] {
        var kept: [UsedPeriod] = []
        let running = filter { $0.period.end > moment }
            .sorted { ($1.period.end, $1.used, $0.period.start) < ($0.period.end, $0.used, $1.period.start) }
        for candidate in running where kept.last.map({ candidate.used > $0.used }) ?? true { kept.append(candidate) }
        while kept.count > UsedPeriod.most, let first = kept.popLast(), let second = kept.popLast() {
            let start = Swift.min(first.period.start, second.period.start)
            kept.append(
                UsedPeriod(period: BillingPeriod(start: start, end: second.period.end), used: first.used))
        }
        return kept.reversed()
    }
}

extension TypeBalance {
    /// What was used in each period that may still run.
    var usedPeriods: [UsedPeriod] {
        guard remembered.isEmpty, let allowance else { return remembered }
        return [UsedPeriod(period: allowance.period, used: allowance.used)]
    }

    /// What was used in a period that begins or goes on at a moment: what was used in those that run then and began in it.
    func used(in period: BillingPeriod, at moment: Timestamp) -> Credits {
        usedPeriods.filter { $0.period.end > moment && $0.period.start >= period.start }.mostUsed
    }

    /// When one of the periods that were left ends, and with it what counted against the present one.
    var nextForgetting: Timestamp? {
        guard let allowance, !remembered.isEmpty else { return nil }
        return remembered.map(\.period.end).filter { $0 < allowance.period.end }.min()
    }
}
