import ScripCore

/// What recomputing accounts from their journals found.
public struct Verification: Sendable, Hashable {
    /// How many accounts were recomputed.
    public var accountCount = 0
    /// How many lines were read.
    public var entryCount = 0
    /// What does not agree, in order of accounts.
    public var differences: [Difference] = []
    /// What recomputing the audit log found.
    public var audit = AuditVerification()

    /// Whether everything agrees.
    public var isClean: Bool { differences.isEmpty && audit.isClean }

    /// One thing that does not agree.
    public struct Difference: Sendable, Hashable {
        /// The account.
        public var account: AccountID
        /// The line of its journal, when one can be named.
        public var seq: Int64?
        /// What is wrong.
        public var description: String
    }
}

extension Engine {
    /// Recomputes every account from its journal, and compares digests, balances, snapshots and usage totals; then
    /// recomputes the chains of the audit log.
    /// - Parameter progress: called after each account with the numbers so far.
    public func verify(progress: @Sendable (Verification) -> Void = { _ in }) async throws -> Verification {
        var verification = Verification()
        var last: AccountID?
        while true {
            let after = last
            let ids = try await store.read { try $0.accountIDs(after: after, limit: 200) }
            if ids.isEmpty { break }
            for id in ids {
                let (count, differences) = try await verify(id)
                verification.accountCount += 1
                verification.entryCount += count
                verification.differences += differences
                progress(verification)
            }
            last = ids.last
        }
        let known = Set(verification.differences.map(\.account))
        let strays = try await store.read { reading in
            var strays: [Verification.Difference] = []
            try reading.journals { id, seq in
                if known.contains(id) { return }
                let kept = try reading.account(id)?.state.seq
                if kept ?? 0 >= seq { return }
                let what = kept.map { "the journal has it, the account ends at line \($0)" }
                strays.append(
                    Verification.Difference(
                        account: id, seq: seq, description: what ?? "the journal has it, the account is missing")
                )
            }
            return strays
        }
        verification.differences += strays
        verification.audit = try await verifyAudit()
        return verification
    }

    private func verify(_ id: AccountID) async throws -> (Int, [Verification.Difference]) {
        try await store.read { reading in
            var kept: AccountState?
            var state = AccountState(id: id)
            var totals: [UsageTotals] = []
            var count = 0
            do {
                while case let lines = try reading.entries(of: id, after: state.seq, limit: 1_000), !lines.isEmpty {
                    for line in lines {
                        if try EntryCoding.decode(line.encoded) != line.entry {
                            throw ReplayMismatch(seq: line.entry.seq, description: "the line is damaged")
                        }
                        try state.replay(line)
                        totals += state.takeClosedUsage()
                        count += 1
                    }
                }
                kept = try reading.account(id)?.state
            } catch let mismatch as ReplayMismatch {
                return (
                    count, [Verification.Difference(account: id, seq: mismatch.seq, description: mismatch.description)]
                )
            } catch let problem as CodingProblem {
                let difference = Verification.Difference(
                    account: id, seq: state.seq + 1, description: problem.description
                )
                return (count, [difference])
            } catch let error as StoreError where error.code == .damaged {
                let difference = Verification.Difference(
                    account: id, seq: state.seq + 1, description: error.description
                )
                return (count, [difference])
            }
            guard let kept else { return (0, []) }
            var differences = Verification.compare(kept, with: state)
            let replayed = Verification.sorted(totals + state.usageDay.rows)
            let stored = Verification.sorted(try reading.usage(of: id, from: .min, through: .max))
            if replayed != stored {
                differences.append(
                    Verification.Difference(
                        account: id, seq: nil, description: "the usage totals differ from the journal")
                )
            }
            return (count, differences)
        }
    }
}

extension Verification {
    fileprivate static func compare(_ kept: AccountState, with replayed: AccountState) -> [Difference] {
        var kept = kept
        _ = kept.takeClosedUsage()
        if kept == replayed { return [] }
        let what: String
        if kept.seq != replayed.seq {
            what = "the snapshot is at line \(kept.seq), the journal ends at line \(replayed.seq)"
        } else if kept.lastHash != replayed.lastHash {
            what = "the snapshot's digest differs from the journal's last line"
        } else if kept.balances != replayed.balances {
            what = "the snapshot's balances differ from the journal"
        } else {
            what = "the snapshot differs from the journal"
        }
        return [Difference(account: kept.id, seq: replayed.seq, description: what)]
    }

    fileprivate static func sorted(_ rows: [UsageTotals]) -> [UsageTotals] {
        var sums: [String: UsageTotals] = [:]
        for row in rows {
            let key = "\(row.day) \(row.creditType) \(row.action)"
            sums[key] = sums[key]?.adding(row) ?? row
        }
        return sums.sorted { $0.key < $1.key }.map(\.value)
    }
}
