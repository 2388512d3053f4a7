import ScripCore

/// The answer to a command that came before, as it was given then.
struct RepeatedCommand {
    /// The entry that answered it.
    let earlier: SealedEntry
    let catalogs: CatalogHistory
    /// Where the account's entries are read, those of this batch included.
    let journal: any LedgerReading

    /// - Parameter state: the account as it is now.
    func result(of command: Command, state current: AccountState) throws -> Result<Outcome, Rejection> {
        let entry = earlier.entry
        // Repeated tracking asks only whether the event is known, so the old account need not be rebuilt.
        if case .track = command.intent {
            var outcome = Outcome(entry: earlier, state: current, decidedAt: entry.recordedAt)
            outcome.isRepeat = true
            return .success(outcome)
        }
        let id = command.account
        var state = try journal.state(of: id, after: entry.seq) ?? AccountState(id: id)
        try followConsequences(in: &state)
        do throws(Rejection) {
            try state.requireSound(catalogs, through: entry.recordedAt)
        } catch {
            return .failure(error)
        }
        _ = state.advance(to: entry.recordedAt, catalogs: catalogs)
        var outcome = Outcome(entry: earlier, state: state, decidedAt: entry.recordedAt)
        outcome.isRepeat = true
        outcome.rating = entry.rating
        outcome.hold = try hold(of: entry, state: state)
        return .success(outcome)
    }

    /// Follows the entries that the command wrote after the one that answered it, such as the credits that a plan
    /// brings.
    private func followConsequences(in state: inout AccountState) throws {
        while true {
            let lines = try journal.entries(of: state.id, after: state.seq, limit: 16)
            for line in lines {
                if !isConsequence(line.entry) { return }
                try state.replay(line)
            }
            _ = state.takeClosedUsage()
            if lines.isEmpty { return }
        }
    }

    private func isConsequence(_ line: Entry) -> Bool {
        guard line.recordedAt == earlier.entry.recordedAt, line.idempotencyKey == nil else { return false }
        switch line.kind {
        case .allowance, .grantExpired, .writeOff: return line.actor == nil
        case .grant, .grantVoided: return line.actor == nil && line.subject != nil || line.terms?.source == .rollover
        case .subscription: return earlier.entry.kind == .account && line.actor == earlier.entry.actor
        default: return false
        }
    }

    private func hold(of entry: Entry, state: AccountState) throws -> HoldReport? {
        let placed: Int64
        let status: HoldStatus
        switch entry.kind {
        case .hold: (placed, status) = (entry.seq, .open)
        case .holdExtended: (placed, status) = (entry.subject ?? entry.seq, .open)
        case .capture: (placed, status) = (entry.subject ?? entry.seq, .captured)
        case .release: (placed, status) = (entry.subject ?? entry.seq, .released)
        default: return nil
        }
        if let open = state.holds.first(where: { $0.id.seq == placed }) { return HoldReport(open) }
        let lookup = JournalLookup(of: state.id, in: journal)
        let context = lookup.context(now: entry.recordedAt, catalogs: catalogs)
        let closed = try? state.closedHold(HoldID(seq: placed), context: context)
        try lookup.requireNoFailure()
        guard var report = closed else { return nil }
        report.status = status
        if status == .captured { report.captured = Credits(nanocredits: -entry.amount.nanocredits) }
        return report
    }
}
