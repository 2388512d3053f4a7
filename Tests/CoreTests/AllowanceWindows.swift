import ScripCore

/// Follows a journal and counts, for every period that an allowance ever had, what was taken of allowances in it and
/// the largest allowance in force meanwhile. What is held counts as taken when it is reserved, and only in periods that
/// had begun by then. What late usage takes of what lapsed counts in the period that had ended, and in those that had
/// begun before it did. It knows nothing of how the rules keep count.
struct AllowanceWindows {
    private struct Window {
        var period: BillingPeriod
        var beganAt: Int64
        var taken: Int128 = 0
        var largest: Int128 = 0
        /// The first line after its end.
        var endedAt = Int64.max
        /// The line that said what lapsed with it.
        var endedBy: Int64?
    }

    private var windows: [Window] = []
    private var ended: [Window] = []
    private var state = AccountState(id: AccountID(unchecked: "a"))

    /// The first window in which more was taken than the largest allowance, after a line.
    mutating func fault(after sealed: SealedEntry) throws -> String? {
        let entry = sealed.entry
        let moment = entry.kind.isCharge || entry.actor != nil ? entry.recordedAt : entry.effectiveAt
        try state.replay(sealed)
        // A period that is prolonged at its very end goes on.
        let prolonged = entry.movedEnd == nil ? nil : entry.allowance?.period.start
        func isOver(_ window: Window) -> Bool { window.period.end <= moment && window.period.start != prolonged }
        for var window in windows where isOver(window) {
            window.endedAt = entry.seq
            ended.append(window)
        }
        windows.removeAll(where: isOver)
        if entry.kind == .allowance, let lapsed = entry.lapsed {
            guard let index = ended.lastIndex(where: { $0.period == lapsed.period }) else {
                return "line \(entry.seq): nothing was known of \(lapsed.period)"
            }
            ended[index].endedBy = entry.seq
        }
        if entry.kind == .allowance, let allowance = entry.allowance { follow(allowance, at: entry.seq) }
        for (index, _) in windows.enumerated() {
            guard case .limited(let amount)? = state.balance(of: TestAccount.credits).allowance?.amount else {
                continue
            }
            windows[index].largest = max(windows[index].largest, Int128(amount.nanocredits))
        }
        if [.grantExpired, .grantVoided].contains(entry.kind) { return nil }
        for draw in entry.draws {
            if case .lapsed(let seq) = draw.place {
                for index in ended.indices where ended[index].endedBy == seq {
                    ended[index].taken += Int128(draw.amount.nanocredits)
                }
                for index in windows.indices where windows[index].beganAt < seq {
                    windows[index].taken += Int128(draw.amount.nanocredits)
                }
                continue
            }
            guard case .grant(_, .monthly) = draw.place else { continue }
            let settled = draw.held.isNegative ? entry.subject ?? 0 : entry.seq
            let sum = Int128(draw.amount.nanocredits) + Int128(draw.held.nanocredits)
            for index in windows.indices where windows[index].beganAt <= settled { windows[index].taken += sum }
            for index in ended.indices where ended[index].beganAt <= settled && settled < ended[index].endedAt {
                ended[index].taken += sum
            }
        }
        for window in ended + windows where window.taken > window.largest {
            return "line \(entry.seq): took \(window.taken) of \(window.largest) in \(window.period)"
        }
        return nil
    }

    private mutating func follow(_ allowance: AllowanceState, at seq: Int64) {
        if let index = windows.indices.last, windows[index].period.start == allowance.period.start,
            windows[index].period.end <= allowance.period.end
        {
            windows[index].period = allowance.period
        } else if windows.last?.period != allowance.period {
            windows.append(Window(period: allowance.period, beganAt: seq))
        }
    }
}
