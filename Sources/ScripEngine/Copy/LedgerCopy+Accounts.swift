import ScripCore

extension LedgerCopy {
    /// What one transaction writes of accounts: in each round at most one update of each account.
    private struct Pending: Sendable {
        var rounds: [[AccountUpdate]] = []
        var profiles: [(AccountID, Profile)] = []
        var lineCount = 0

        /// Adds entries of an account after those that wait, in portions between which a store keeps a snapshot.
        mutating func add(_ update: AccountUpdate) {
            let round = rounds.lastIndex { $0.contains { $0.state.id == update.state.id } }.map { $0 + 1 } ?? 0
            if round == rounds.count { rounds.append([]) }
            rounds[round].append(update)
            lineCount += update.entries.count
        }
    }

    /// How many entries of a journal are saved together, so that snapshots lie between them as always.
    private static let portion = 64

    /// Copies the entries that the target lacks; the rules follow them, so an entry that does not follow is noticed.
    func copyAccounts(_ progress: inout Progress, _ report: @Sendable (Progress) -> Void) async throws {
        var last: AccountID?
        while true {
            let after = last
            let page = try await source.read { try $0.accounts(after: after, limit: LedgerCopy.pageSize) }
            if page.isEmpty { return }
            let kept = try await target.read { try $0.accounts(after: after, limit: page.count) }
            let states = Dictionary(kept.map { ($0.state.id, $0) }) { first, _ in first }
            var pending = Pending()
            for stored in page {
                try await copy(stored, over: states[stored.state.id], &pending)
                progress.accountCount += 1
            }
            try await save(&pending)
            progress.entryCount += zip(page.map(\.state), page.map { states[$0.state.id]?.state.seq ?? 0 })
                .reduce(0) { $0 + Int($1.0.seq - $1.1) }
            report(progress)
            last = page.last?.state.id
        }
    }

    private func copy(_ stored: StoredAccount, over kept: StoredAccount?, _ pending: inout Pending) async throws {
        let id = stored.state.id
        var state = kept?.state ?? AccountState(id: id)
        while state.seq < stored.state.seq {
            let after = state.seq
            let limit = Int(min(Int64(LedgerCopy.batchSize), stored.state.seq - after))
            let lines = try await source.read { try $0.entries(of: id, after: after, limit: limit) }
            if lines.isEmpty {
                throw CopyProblem("The source's journal of account '\(id)' ends before its snapshot: scrip verify")
            }
            for start in stride(from: 0, to: lines.count, by: LedgerCopy.portion) {
                let entries = Array(lines[start..<min(start + LedgerCopy.portion, lines.count)])
                do {
                    for line in entries { try state.replay(line) }
                } catch {
                    throw CopyProblem("The source's account '\(id)' is damaged at line \(error.seq): scrip verify")
                }
                pending.add(AccountUpdate(state: state, entries: entries))
                _ = state.takeClosedUsage()
            }
            if pending.lineCount >= LedgerCopy.batchSize { try await save(&pending) }
        }
        var wanted = stored.state
        _ = wanted.takeClosedUsage()
        _ = state.takeClosedUsage()
        if state != wanted { throw CopyProblem("The source's account '\(id)' differs from its journal: scrip verify") }
        if stored.profile != kept?.profile ?? Profile() { pending.profiles.append((id, stored.profile)) }
    }

    private func save(_ pending: inout Pending) async throws {
        if pending.rounds.isEmpty && pending.profiles.isEmpty { return }
        let work = pending
        pending = Pending()
        try await target.write { writing in
            if writing.isRemote { try writing.prepare(work.rounds.first?.map(\.state.id) ?? [], keys: []) }
            for round in work.rounds { try writing.save(round) }
            for (id, profile) in work.profiles { try writing.saveProfile(profile, of: id) }
        }
    }
}
