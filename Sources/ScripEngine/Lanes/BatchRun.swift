import ScripCore

/// Decides a batch of commands in one transaction: loads each account once, decides in order, saves once.
///
/// A refused command leaves the others untouched; what time has changed is kept even then.
struct BatchRun {
    let now: Timestamp
    let catalogs: CatalogHistory
    private var states: [AccountID: AccountState] = [:]
    private var entries: [AccountID: [SealedEntry]] = [:]
    private var keyed: [AccountID: [IdempotencyKey: SealedEntry]] = [:]

    init(now: Timestamp, catalogs: CatalogHistory) {
        self.now = now
        self.catalogs = catalogs
    }

    /// Decides all commands and saves what came of them.
    mutating func run(
        _ commands: [Command], in writing: any LedgerWriting
    ) throws -> [Result<Outcome, Rejection>] {
        var results: [Result<Outcome, Rejection>] = []
        results.reserveCapacity(commands.count)
        for command in commands {
            results.append(try decide(command, in: writing))
        }
        let updates = entries.compactMap { id, entries in
            states[id].map { AccountUpdate(state: $0, entries: entries) }
        }
        if !updates.isEmpty { try writing.save(updates) }
        return results
    }

    private mutating func decide(
        _ command: Command, in writing: any LedgerWriting
    ) throws -> Result<Outcome, Rejection> {
        let id = command.account
        var state = try load(id, in: writing)
        if let key = command.origin.idempotencyKey {
            if let earlier = try earlier(key, of: id, in: writing) {
                return try replay(earlier, of: command, key: key, in: writing)
            }
        }
        let moment = max(now, state.lastRecordedAt)
        let context = context(of: id, at: moment, in: writing)
        let advanced = state.advance(to: moment, catalogs: catalogs)
        if !advanced.isEmpty { entries[id, default: []] += advanced }
        do throws(Rejection) {
            let decision = try state.decide(command, context: context)
            if !decision.entries.isEmpty { entries[id, default: []] += decision.entries }
            if let key = command.origin.idempotencyKey { keyed[id, default: [:]][key] = decision.answer }
            states[id] = state
            var outcome = Outcome(entry: decision.answer, state: state, decidedAt: moment)
            outcome.hold = decision.hold
            outcome.wouldDeny = decision.wouldDeny
            outcome.rating = decision.rating
            outcome.isDemo = decision.isDemo
            return .success(outcome)
        } catch {
            states[id] = state
            return .failure(error)
        }
    }

    private mutating func load(_ id: AccountID, in writing: any LedgerWriting) throws -> AccountState {
        if let state = states[id] { return state }
        let state = try writing.account(id)?.state ?? AccountState(id: id)
        states[id] = state
        return state
    }

    private func context(of id: AccountID, at moment: Timestamp, in writing: any LedgerWriting) -> DecisionContext {
        let fresh = entries[id] ?? []
        let stored = DecisionContext.journal(of: id, in: writing, now: moment, catalogs: catalogs)
        return DecisionContext(
            now: moment, catalogs: catalogs,
            entry: { seq in fresh.first { $0.entry.seq == seq }?.entry ?? stored.entry(seq) },
            latestEntry: { seq in fresh.last { $0.entry.subject == seq }?.entry ?? stored.latestEntry(seq) }
        )
    }

    private func earlier(_ key: IdempotencyKey, of id: AccountID, in writing: any LedgerWriting) throws -> SealedEntry?
    {
        if let fresh = keyed[id]?[key] { return fresh }
        guard let seq = try writing.entrySeq(for: key, of: id) else { return nil }
        return try writing.entry(seq, of: id)
    }

    private mutating func replay(
        _ earlier: SealedEntry, of command: Command, key: IdempotencyKey, in writing: any LedgerWriting
    ) throws -> Result<Outcome, Rejection> {
        if earlier.entry.requestHash != command.origin.requestHash { return .failure(.idempotencyKeyReused(key)) }
        let id = command.account
        let decidedAt = earlier.entry.recordedAt
        // Who tracks again asks only whether the event is known: the account as it was then need not be rebuilt.
        if case .track = command.intent {
            var outcome = Outcome(entry: earlier, state: try load(id, in: writing), decidedAt: decidedAt)
            outcome.isReplay = true
            return .success(outcome)
        }
        var state = try stateAfter(earlier.entry.seq, of: id, in: writing)
        _ = state.advance(to: decidedAt, catalogs: catalogs)
        var outcome = Outcome(entry: earlier, state: state, decidedAt: decidedAt)
        outcome.isReplay = true
        outcome.rating = earlier.entry.rating
        outcome.hold = try holdReport(of: earlier.entry, state: state, in: writing)
        return .success(outcome)
    }

    private func stateAfter(_ seq: Int64, of id: AccountID, in writing: any LedgerWriting) throws -> AccountState {
        let fresh = entries[id] ?? []
        if let first = fresh.first, first.entry.seq <= seq {
            var state = try writing.state(of: id, after: first.entry.seq - 1) ?? AccountState(id: id)
            for sealed in fresh where sealed.entry.seq <= seq { try state.replay(sealed) }
            return state
        }
        return try writing.state(of: id, after: seq) ?? AccountState(id: id)
    }

    private func holdReport(
        of entry: Entry, state: AccountState, in writing: any LedgerWriting
    ) throws -> HoldReport? {
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
        let context = context(of: state.id, at: entry.recordedAt, in: writing)
        guard var report = try? state.closedHold(HoldID(seq: placed), context: context) else { return nil }
        report.status = status
        if status == .captured { report.captured = Credits(nanocredits: -entry.amount.nanocredits) }
        return report
    }
}
