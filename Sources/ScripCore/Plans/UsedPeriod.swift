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
    static let maxKept = 16
}

extension [UsedPeriod] {
    /// The most that was used in any of them.
    var mostUsed: Credits { map(\.used).max() ?? .zero }

    /// Those that say something at a moment: they still run, and no other one that began as late lasts as long and has as
    /// much used. One that began earlier says nothing of a period that begins between the two.
    ///
    /// Where there are more than can be kept, the two that end first become one that lasts as long as the later and has
    /// as much used as the earlier. That never gives an account more.
    /// - Parameter taken: what counts as taken in one of them.
    func telling(
        at moment: Timestamp, taken: (UsedPeriod) -> Int128 = { Int128($0.used.nanocredits) }
    ) -> [UsedPeriod] {
        var kept: [UsedPeriod] = []
        let running = filter { $0.period.end > moment }
            .sorted { ($1.period.end, taken($1), $0.period.start) < ($0.period.end, taken($0), $1.period.start) }
        for candidate in running {
            let isSaid = kept.contains {
                $0.period.start >= candidate.period.start && taken($0) >= taken(candidate)
            }
            if !isSaid { kept.append(candidate) }
        }
        while kept.count > UsedPeriod.maxKept, let first = kept.popLast(), let second = kept.popLast() {
            let start = Swift.min(first.period.start, second.period.start)
            kept.append(
                UsedPeriod(
                    period: BillingPeriod(start: start, end: second.period.end),
                    used: Swift.max(first.used, second.used)))
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

    /// What counts as taken in a period, in nanocredits: what was used, and what holds still reserve of grants that have
    /// ended since it began.
    func taken(_ known: UsedPeriod) -> Int128 {
        grants.reduce(Int128(known.used.nanocredits)) { sum, grant in
            guard grant.hasExpired, grant.terms.source == .monthly, grant.isOpen(in: known.period) else { return sum }
            return sum + Int128(grant.held.nanocredits)
        }
    }

    /// When one of the periods that were left ends, and with it what counted against the present one.
    var nextForgetting: Timestamp? {
        guard let allowance, !remembered.isEmpty else { return nil }
        return remembered.map(\.period.end).filter { $0 < allowance.period.end }.min()
    }
}

extension Grant {
    /// Whether it had not ended when a period began: what was given before may have been taken along into it.
    func isOpen(in period: BillingPeriod) -> Bool { terms.expiresAt.map { period.start < $0 } ?? true }
}
