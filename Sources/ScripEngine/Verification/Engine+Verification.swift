import ScripCore

extension Engine {
    /// Recomputes every account from its journal, and compares digests, balances, snapshots and usage totals;
    /// recomputes the chains of the audit log; compares all other records with their seals and purchases with the
    /// journals; and has the store look over its columns and indexes.
    ///
    /// What cannot be read is told of like everything else; the rest is still looked at.
    /// - Parameter progress: called after each account, and from time to time later, with the numbers so far.
    /// - Throws: ``StoreError`` when the database cannot be reached.
    public func verify(progress: @Sendable (Verification) -> Void = { _ in }) async throws -> Verification {
        var verification = Verification()
        try await verifyDatabase(&verification)
        progress(verification)
        try await verifyAccounts(&verification, progress)
        try await verifyStrays(&verification)
        progress(verification)
        try await verifyRecords(&verification, progress)
        do {
            verification.audit = try await verifyAudit()
        } catch let problem where Verification.isDamage(problem) {
            verification.note(unreadable: "audit_records", problem)
        }
        return verification
    }

    private func verifyDatabase(_ verification: inout Verification) async throws {
        for part in 0..<(try await store.read { $0.examinationCount }) {
            do {
                verification.findings += try await store.read { reading in
                    var findings: [Verification.Finding] = []
                    try reading.examine(part) { if findings.count < Verification.maxFindings { findings.append($0) } }
                    return findings
                }
            } catch let problem where Verification.isDamage(problem) {
                verification.note(unreadable: nil, problem)
            }
        }
    }

    private func verifyAccounts(
        _ verification: inout Verification, _ progress: @Sendable (Verification) -> Void
    ) async throws {
        var last: AccountID?
        while true {
            let after = last
            let ids: [AccountID]
            do {
                ids = try await store.read { try $0.accountIDs(after: after, limit: 200) }
            } catch let problem where Verification.isDamage(problem) {
                return verification.note(unreadable: "accounts", problem)
            }
            if ids.isEmpty { return }
            for id in ids {
                do {
                    let check = try await store.read { try AccountCheck.run(id, in: $0) }
                    verification.entryCount += check.count
                    verification.differences += check.differences
                } catch let problem where Verification.isDamage(problem) {
                    verification.differences.append(
                        Verification.Difference(account: id, seq: nil, description: "\(problem)"))
                }
                verification.accountCount += 1
                progress(verification)
            }
            // Ids that do not ascend would never end.
            if let last, let end = ids.last, end <= last {
                return verification.note(
                    unreadable: "accounts", StoreError(.damaged, "accounts are not in the order of their ids"))
            }
            last = ids.last
        }
    }

    private func verifyStrays(_ verification: inout Verification) async throws {
        let known = Set(verification.differences.map(\.account))
        do {
            verification.differences += try await store.read { reading in
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
        } catch let problem where Verification.isDamage(problem) {
            verification.note(unreadable: "entries", problem)
        }
    }

    private func verifyRecords(
        _ verification: inout Verification, _ progress: @Sendable (Verification) -> Void
    ) async throws {
        var check = RecordCheck()
        var last: RecordSeal?
        do {
            while true {
                let (after, before) = (last, check)
                let page = try await store.read { reading in
                    var check = before
                    let seals = try reading.seals(after: after, limit: RecordCheck.pageSize)
                    try check.read(seals, in: reading)
                    return (check: check, last: seals.last)
                }
                check = page.check
                verification.recordCount = check.count
                progress(verification)
                guard let end = page.last else { break }
                last = end
            }
            check.end(try await store.read { try $0.sealedRecordCounts() })
        } catch let problem where Verification.isDamage(problem) {
            verification.note(unreadable: "record_seals", problem)
        }
        verification.findings += check.findings
    }
}

extension Verification {
    /// How many things that one part of the store's own examination finds are told of.
    static let maxFindings = 1_000

    mutating func note(unreadable table: String?, _ problem: any Error) {
        findings.append(
            Finding(
                table: table, description: "it cannot be read: \(problem)",
                remedy: "restore the database from a backup; see docs/verify.md"))
    }
}
